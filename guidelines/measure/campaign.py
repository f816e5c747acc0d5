"""All sweeps of one run: the variants that were chosen, their results, their failures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from guidelines.measure.case import Case
from guidelines.measure.device.checks import check
from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import pinned
from guidelines.measure.outcome import Outcome, failure_of, outcome, place
from guidelines.measure.recording import CONTROL, Dropped, Limits, NetworkKey
from guidelines.measure.rounds import Explain, explained
from guidelines.measure.sweep import budget_s, measure_sweep
from guidelines.results.checked import printable
from guidelines.results.journal import Journal
from guidelines.results.model import Entry, Failure
from guidelines.spec.condition import Condition


@dataclass
class Campaign:
    """Measures each sweep once, when the first of its variants is asked for."""

    conditions: tuple[Condition, ...]
    limits: Limits
    seed: int
    retries: int = 0
    explain: Explain = explained
    entries: list[Entry] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    journal: Journal | None = None
    batches: dict[str, int] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)
    _chosen: dict[str, list[Case]] = field(default_factory=dict)
    _outcomes: dict[str, Outcome] = field(default_factory=dict)

    def choose(self, cases: Iterable[Case]) -> None:
        """Say which variants will be asked for. Raises ValueError for a sweep with two sources."""
        for case in cases:
            source = self._sources.setdefault(case.sweep_id, case.source)
            if source != case.source:
                raise ValueError(f"{case.sweep_id} is defined by both {source} and {case.source}")
            self._chosen.setdefault(case.sweep_id, []).append(case)

    @property
    def planned(self) -> dict[str, list[str]]:
        """The ids of the variants that will be asked for, by sweep."""
        return {sweep_id: [case.variant.id for case in chosen] for sweep_id, chosen in self._chosen.items()}

    @property
    def measured_sweeps(self) -> int:
        """Number of sweeps that have been timed, in this run or in the one it resumes."""
        return len(self._outcomes)

    def restore(self, measurements: Mapping[str, Sequence[Entry | Failure]]) -> None:
        """Take over what a journal holds of the chosen sweeps, if all of their chosen variants are there.

        A sweep that was disturbed is measured again if retries are left.
        Raises ValueError if a variant is another network than the one measured then.
        """
        for sweep_id, chosen in self._chosen.items():
            results = measurements.get(sweep_id, ())
            known = {result.place.variant: result for result in results if not _is_control(result)}
            wanted = {printable(case.variant.name) for case in chosen}
            if known.keys() == wanted and not self._is_to_be_retried(results):
                restored: Outcome = {case.variant.id: _restored(case, known) for case in chosen}
                for control in filter(_is_control, results):
                    restored[CONTROL] = control
                self._store(sweep_id, restored)

    def _is_to_be_retried(self, results: Iterable[Entry | Failure]) -> bool:
        measured = [result.circumstances for result in results if isinstance(result, Entry)]
        return any(how.disturbed and len(how.retried) < self.retries for how in measured)

    def is_measured(self, case: Case) -> bool:
        """Whether the sweep of a case has been timed."""
        return case.sweep_id in self._outcomes

    def budget_s(self, case: Case) -> float:
        """Seconds that the sweep of a case may sample."""
        return budget_s(case.sweep, self.planned[case.sweep_id], self.limits)

    def result(self, case: Case) -> Entry | Failure:
        """What a case gave; times its whole sweep at the first call for one of its variants."""
        if not self.is_measured(case):
            self._store(case.sweep_id, self._measure(case, self.planned[case.sweep_id]))
        return self._outcomes[case.sweep_id][case.variant.id]

    def _store(self, sweep_id: str, results: Outcome) -> None:
        self._outcomes[sweep_id] = results
        control = results.get(CONTROL)
        if isinstance(control, Failure):
            self.failures.append(control)

    def _measure(self, case: Case, chosen: Sequence[str]) -> Outcome:
        """Time a sweep, again while it is disturbed and retries are left; the last measurement counts."""
        retried: tuple[str, ...] = ()
        while True:
            recording = measure_sweep(
                case.sweep, chosen, case.condition, self.limits, seed=self.seed, explain=self.explain
            )
            results = outcome(
                case.sweep,
                chosen,
                case.condition,
                recording,
                confidence=self.limits.confidence,
                retried=retried,
            )
            if self.journal:
                self.journal.add(case.sweep_id, list(results.values()))
            disturbed = _disturbed(results)
            if not disturbed or len(retried) == self.retries:
                return results
            retried = (*retried, "; ".join(disturbed))

    def progress(self, case: Case) -> str:
        """One line on a sweep that has been timed: its rounds and slow-downs."""
        measured = [r for r in self._outcomes[case.sweep_id].values() if isinstance(r, Entry)]
        if not measured:
            return "failed"
        rounds = measured[0].slowdown.rounds
        shown = (f"{e.place.variant} {e.slowdown.estimate:.2f}x" for e in measured if not e.is_baseline)
        how = measured[0].circumstances
        again = f"measured {len(how.retried) + 1} times, " if how.retried else ""
        disturbed = f" (disturbed: {'; '.join(how.disturbed)})" if how.disturbed else ""
        return f"{again}{rounds} rounds: {', '.join(shown)}{disturbed}"

    def keep(self, result: Entry | Failure) -> None:
        """Count a result as part of the run."""
        if isinstance(result, Entry):
            self.entries.append(result)
        else:
            self.failures.append(result)

    def fail(self, case: Case, why: str, is_skip: bool = False) -> None:
        """Count a case as failed or skipped if its test ended so, before or after it had been timed."""
        result = self._outcomes.get(case.sweep_id, {}).get(case.variant.id)
        kept = [entry for entry in self.entries if entry is not result]
        when = "after" if len(kept) < len(self.entries) else "before"
        ended = "skipped" if is_skip else "its test failed"
        dropped = Dropped(f"{ended} {when} it was timed: {why}", is_skip)
        failure = failure_of(case.sweep, case.variant, case.condition, dropped)
        if all(known.place != failure.place for known in self.failures):
            self.entries[:] = kept
            self.failures.append(failure)
            if self.journal:
                self.journal.withdraw(failure)

    def run_once(self, case: Case) -> None:
        """Build a case and run it once, untimed. Raises what `timing.check` raises."""
        with pinned(case.condition):
            check(case.variant, case.condition, self.seed, binder(case.condition.mode))


def _is_control(result: Entry | Failure) -> bool:
    return isinstance(result, Failure) and result.is_control


def _disturbed(results: Mapping[NetworkKey, Entry | Failure]) -> tuple[str, ...]:
    """Reasons for which a sweep counts as disturbed, the same for all of its entries."""
    for result in results.values():
        if isinstance(result, Entry):
            return result.circumstances.disturbed
    return ()


def _restored(case: Case, known: Mapping[str, Entry | Failure]) -> Entry | Failure:
    result = known[printable(case.variant.name)]
    then = result.identity if isinstance(result, Entry) else result
    now = place(case.sweep, case.variant.name, case.condition)
    work = case.variant.cost(case.condition)
    is_same = then.widths == case.variant.widths and then.work.multiply_adds == work.multiply_adds
    if result.place != now or not is_same:
        raise ValueError(f"{case.sweep_id} {case.variant.name} is another network now than in the journal")
    return result
