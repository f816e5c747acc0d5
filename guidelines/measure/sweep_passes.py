"""One sweep of a run over its passes: what the next pass measures, and what all passes know together."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil

from guidelines.measure.case import Case
from guidelines.measure.dropped import Dropped
from guidelines.measure.outcome import Outcome, failure_of
from guidelines.measure.processes import Died
from guidelines.measure.recording import CONTROL, Limits
from guidelines.measure.sweep import budget_s
from guidelines.measure.task import Task, failed
from guidelines.results.joining import disturbed_passes, joined
from guidelines.results.model import Entry, Failure, StopReason

# A network whose process died this often is not tried again.
MOST_DEATHS = 2


@dataclass
class SweepPasses:
    """The passes of a sweep, of which `case` is one variant and `chosen` are the ids of those to measure.

    `limits` are those of the whole run, which has `planned` passes; each of them has an equal share.
    """

    case: Case
    chosen: tuple[str, ...]
    limits: Limits
    seed: int
    planned: int
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    stopped: StopReason | None = None
    _given_up: set[str] = field(default_factory=set)
    _deaths: dict[str, int] = field(default_factory=dict)
    _retried: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def pass_s(self) -> float:
        """Seconds of sampling that one pass may take."""
        return budget_s(self.case.sweep, self.chosen, self._pass_limits)

    @property
    def is_over(self) -> bool:
        """True if no further pass can measure anything: the baseline failed, or all chosen variants."""
        return self._given_up.issuperset(self.chosen) or self.case.sweep.baseline.id in self._given_up

    def task(self, number: int) -> Task | None:
        """What is left for a pass to measure, None if nothing."""
        known = self.outcomes.get(number, {})
        left = tuple(id for id in self.chosen if id not in self._given_up and id not in known)
        if not left or self.is_over:
            return None
        return Task(
            sweep_id=self.case.sweep_id,
            number=number,
            condition=self.case.condition,
            sweep=self.case.sweep.name,
            variants=tuple(variant.id for variant in self.case.sweep.variants),
            chosen=left,
            limits=self._pass_limits,
            seed=self.seed,
            checked=frozenset(id for id in self.chosen if any(self._entries(id))),
            retried=self._retried.get(number, ()),
        )

    def add(self, task: Task, result: Outcome | Dropped | Died) -> None:
        """Take over what a pass gave."""
        if isinstance(result, Died):
            outcome = self._of_death(task, result)
        elif isinstance(result, Dropped):
            outcome = failed(task, self.case.sweep, result)
            self._given_up.update(task.chosen)
        else:
            outcome = result
            self._give_up_failures(outcome)
        self.outcomes.setdefault(task.number, {}).update(outcome)

    def restore(self, number: int, outcome: Outcome) -> None:
        """Take over a pass that an earlier run finished."""
        self.outcomes[number] = outcome
        self._give_up_failures(outcome)

    def drop(self, number: int, reasons: tuple[str, ...]) -> None:
        """Forget a pass that was disturbed, so that it is measured again."""
        del self.outcomes[number]
        self._retried[number] = (*self._retried.get(number, ()), "; ".join(reasons))

    @property
    def disturbed(self) -> dict[int, tuple[str, ...]]:
        """The reasons why passes are disturbed, by their numbers."""
        return disturbed_passes(self._results)

    def retries(self, number: int) -> int:
        """Number of times that a pass was measured again."""
        return len(self._retried.get(number, ()))

    def outcome(self) -> Outcome:
        """The results of all passes together."""
        results = joined(self._results, self.stopped)
        ids = {variant.name: variant.id for variant in self.case.sweep.variants}
        outcome: Outcome = {}
        for result in results:
            is_control = isinstance(result, Failure) and result.is_control
            outcome[CONTROL if is_control else ids[result.place.variant]] = result
        return outcome

    def is_precise(self, precision: float) -> bool:
        """True if every slow-down, also the control's, has a relative half-width within the precision."""
        for result in self.outcome().values():
            if isinstance(result, Entry):
                for ratio in filter(None, (result.slowdown, result.control)):
                    if ratio.half_width is None or ratio.half_width > precision * ratio.estimate:
                        return False
        return True

    @property
    def _results(self) -> dict[int, list[Entry | Failure]]:
        """The results of each pass, by its number."""
        return {number: list(outcome.values()) for number, outcome in self.outcomes.items()}

    @property
    def _pass_limits(self) -> Limits:
        """The limits of one pass; several passes end by precision between passes only."""
        return replace(
            self.limits,
            max_time_s=self.limits.max_time_s * self.case.time_share / self.planned,
            warmup_s=self.limits.warmup_s / self.planned,
            min_rounds=ceil(self.limits.min_rounds / self.planned),
            precision=self.limits.precision if self.planned == 1 else None,
        )

    def _entries(self, id: str) -> Iterator[Entry]:
        for outcome in self.outcomes.values():
            result = outcome.get(id)
            if isinstance(result, Entry):
                yield result

    def _give_up_failures(self, outcome: Outcome) -> None:
        """Try no variant again whose first measurement failed: its fault is its own."""
        for id, result in outcome.items():
            if isinstance(id, str) and isinstance(result, Failure) and not any(self._entries(id)):
                self._given_up.add(id)

    def _of_death(self, task: Task, died: Died) -> Outcome:
        """The failure of the network that was built when its process died, else of all that were timed."""
        sweep, dropped = self.case.sweep, Dropped(died.reason)
        if died.variant:
            self._deaths[died.variant] = self._deaths.get(died.variant, 0) + 1
            if self._deaths[died.variant] == MOST_DEATHS:
                self._given_up.add(died.variant)
        if died.variant in ("", sweep.baseline.id):
            return failed(task, sweep, dropped)
        variant = next(each for each in sweep.variants if each.id == died.variant)
        return {variant.id: failure_of(sweep, variant, task.condition, dropped)}
