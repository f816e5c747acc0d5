"""One sweep of a run: the task of its next pass, and the result of all passes so far."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil

from guidelines.measure.case import Case
from guidelines.measure.device.devices import is_held
from guidelines.measure.dropped import Dropped
from guidelines.measure.outcome import Outcome, failure_of
from guidelines.measure.processes import DIED, Died
from guidelines.measure.recording import CONTROL, Limits
from guidelines.measure.sweep import budget_s
from guidelines.measure.task import Task, facts, failed
from guidelines.results.checked import printable
from guidelines.results.joining import disturbed_passes, joined
from guidelines.results.model import Entry, Failure, StopReason

# Building anew matters less if every pass does it: it then takes this share of the sampling time.
BUILDING_SHARE = 0.1
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
    _again: set[int] = field(default_factory=set)

    @property
    def pass_s(self) -> float:
        """Seconds of sampling that one pass may take."""
        return budget_s(self.case.sweep, self.chosen, self._pass_limits)

    @property
    def is_over(self) -> bool:
        """True if no further pass can measure anything: the baseline failed, or all chosen variants."""
        return self._given_up.issuperset(self.chosen) or self.case.sweep.baseline.id in self._given_up

    def left(self, number: int) -> tuple[str, ...]:
        """Ids of the variants that a pass still has to measure."""
        if self.is_over:
            return ()
        known = {} if number in self._again else self.outcomes.get(number, {})
        return tuple(id for id in self.chosen if id not in self._given_up and id not in known)

    def task(self, number: int) -> Task | None:
        """Task for the variants that a pass still has to measure, None if there are none."""
        left = self.left(number)
        if not left:
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
            checked=self._checked,
            retried=self._retried.get(number, ()),
            facts=facts(self.case.sweep, left, self.case.condition),
            own_processes=1 + (self.planned > 1 and is_held(self.case.condition.device)),
        )

    def add(self, task: Task, result: Outcome | Dropped | Died) -> None:
        """Add the result of a task."""
        if isinstance(result, Died):
            outcome = self._of_death(task, result)
        elif isinstance(result, Dropped):
            outcome = failed(task, self.case.sweep, result)
            self._given_up.update(task.chosen)
        else:
            outcome = result
            self._give_up_failures(outcome)
        if task.number in self._again:
            self._again.remove(task.number)
            self._forget(task)
        self.outcomes.setdefault(task.number, {}).update(outcome)

    def restore(self, number: int, outcome: Outcome) -> None:
        """Add a pass that an earlier run finished; variants that the run gave up are missing in it."""
        self.outcomes[number] = outcome
        self._give_up_failures({id: result for id, result in outcome.items() if not _is_of_death(result)})
        self._given_up.update(id for id in self.chosen if id not in outcome)
        for result in outcome.values():
            if isinstance(result, Entry):
                self._retried[number] = result.passes[0].circumstances.retried

    def to_retry(self, most: int) -> dict[int, tuple[str, ...]]:
        """Disturbed passes that were measured again less than `most` times: their reasons by number."""
        if self.is_over:
            return {}
        disturbed = disturbed_passes(self._results)
        return {
            number: reasons
            for number, reasons in disturbed.items()
            if reasons and len(self._retried.get(number, ())) < most
        }

    def measure_again(self, number: int, reasons: tuple[str, ...]) -> None:
        """Plan to measure a disturbed pass again; its results count until the new ones are there."""
        self._again.add(number)
        self._retried[number] = (*self._retried.get(number, ()), "; ".join(reasons))

    @property
    def failed(self) -> set[str]:
        """Ids of the variants that failed in some pass."""
        ids: set[str] = set()
        for outcome in self.outcomes.values():
            ids.update(_failures(outcome))
        return ids

    def outcome(self) -> Outcome:
        """The results of all passes together."""
        results = joined(self._results, self.stopped)
        ids = {printable(variant.name): variant.id for variant in self.case.sweep.variants}
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
            warmup_s=self.limits.warmup_s * self.case.time_share / self.planned,
            min_rounds=ceil(self.limits.min_rounds / self.planned),
            precision=self.limits.precision if self.planned == 1 else None,
            building_share=self.limits.building_share if self.planned == 1 else BUILDING_SHARE,
        )

    def _entries(self, id: str) -> Iterator[Entry]:
        for outcome in self.outcomes.values():
            result = outcome.get(id)
            if isinstance(result, Entry):
                yield result

    @property
    def _checked(self) -> frozenset[str]:
        """Ids of the variants that some pass checked and timed; the baseline is timed with any of them."""
        checked = {id for id in self.chosen if any(self._entries(id))}
        if checked:
            checked.add(self.case.sweep.baseline.id)
        return frozenset(checked)

    def _forget(self, task: Task) -> None:
        """Drop the results of a pass that was measured again, but not the failures of what was given up."""
        kept = _failures(self.outcomes[task.number])
        self.outcomes[task.number] = {id: failure for id, failure in kept.items() if id not in task.chosen}

    def _give_up_failures(self, outcome: Outcome) -> None:
        """Give up variants that failed before any pass timed them."""
        for id in _failures(outcome):
            if not any(self._entries(id)):
                self._given_up.add(id)

    def _of_death(self, task: Task, died: Died) -> Outcome:
        """The failure of the network whose turn it was when its process died, else of all of the task."""
        sweep, dropped = self.case.sweep, Dropped(died.reason)
        if died.variant:
            self._deaths[died.variant] = self._deaths.get(died.variant, 0) + 1
            if self._deaths[died.variant] == MOST_DEATHS:
                self._given_up.add(died.variant)
        if died.variant in ("", sweep.baseline.id):
            return failed(task, sweep, dropped)
        variant = next(each for each in sweep.variants if each.id == died.variant)
        return {variant.id: failure_of(sweep, variant, task.condition, dropped)}


def _is_of_death(result: Entry | Failure) -> bool:
    """True for the failure of a network whose process died: a journal tells it by its reason alone."""
    return isinstance(result, Failure) and result.reason.startswith(DIED)


def _failures(outcome: Outcome) -> dict[str, Failure]:
    """The failures of variants, by their ids, without that of the control."""
    return {
        id: result for id, result in outcome.items() if isinstance(id, str) and isinstance(result, Failure)
    }
