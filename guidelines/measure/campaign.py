"""All sweeps of one run: the chosen variants, their entries and their failures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from guidelines.measure.case import Case
from guidelines.measure.device.checks import check
from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import pinned
from guidelines.measure.dropped import Dropped, Explain, explained
from guidelines.measure.outcome import Outcome, failure_of, outcome, place
from guidelines.measure.recording import CONTROL, Limits, NetworkKey
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
        """Add variants to those that will be asked for. Raises ValueError if two sources define one sweep."""
        for case in cases:
            source = self._sources.setdefault(case.sweep_id, case.source)
            if source != case.source:
                raise ValueError(f"{case.sweep_id} is defined by both {source} and {case.source}")
            self._chosen.setdefault(case.sweep_id, []).append(case)

    @property
    def planned(self) -> dict[str, list[str]]:
        """The ids of the variants that will be asked for, by sweep."""
        return {sweep_id: _ids(chosen) for sweep_id, chosen in self._chosen.items()}

    @property
    def measured_sweeps(self) -> int:
        """Number of sweeps that have been timed, in this run or in the one it resumes."""
        return len(self._outcomes)

    def restore(self, measurements: Mapping[str, Sequence[Entry | Failure]]) -> None:
        """Take over the sweeps of a journal whose variants are exactly the chosen ones.

        A sweep that was disturbed is measured again if retries are left.
        Raises ValueError if a variant is another network now than in the journal.
        """
        for sweep_id, chosen in self._chosen.items():
            results = measurements.get(sweep_id, ())
            by_name = {result.place.variant: result for result in results if not _is_control(result)}
            chosen_names = {printable(case.variant.name) for case in chosen}
            if by_name.keys() != chosen_names or self._is_to_be_retried(results):
                continue
            restored: Outcome = {case.variant.id: _restored(case, by_name) for case in chosen}
            for control in filter(_is_control, results):
                restored[CONTROL] = control
            self._store(sweep_id, restored)

    def _is_to_be_retried(self, results: Iterable[Entry | Failure]) -> bool:
        entries = [result for result in results if isinstance(result, Entry)]
        return any(
            entry.circumstances.disturbed and len(entry.circumstances.retried) < self.retries
            for entry in entries
        )

    def is_measured(self, case: Case) -> bool:
        """True if the sweep of a case has been timed."""
        return case.sweep_id in self._outcomes

    def budget_s(self, case: Case) -> float:
        """Seconds of sampling that the sweep of a case may take."""
        return budget_s(case.sweep, self.planned[case.sweep_id], self.limits)

    def result(self, case: Case) -> Entry | Failure:
        """Entry or failure of a case; the first call for a variant of a sweep times the whole sweep."""
        if not self.is_measured(case):
            self._store(case.sweep_id, self._measure(case, self.planned[case.sweep_id]))
        return self._outcomes[case.sweep_id][case.variant.id]

    def _store(self, sweep_id: str, results: Outcome) -> None:
        self._outcomes[sweep_id] = results
        control = results.get(CONTROL)
        if isinstance(control, Failure):
            self.failures.append(control)

    def _measure(self, case: Case, chosen: Sequence[str]) -> Outcome:
        """Time a sweep, and again as long as it is disturbed and retries are left; the last time counts."""
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
        """One line about a sweep that has been timed: its rounds and slow-downs."""
        outcome = self._outcomes[case.sweep_id]
        entries = [result for result in outcome.values() if isinstance(result, Entry)]
        if not entries:
            is_skip = all(result.is_skip for result in outcome.values() if isinstance(result, Failure))
            return "skipped" if is_skip else "failed"
        slowdowns = [
            f"{entry.place.variant} {entry.slowdown.estimate:.2f}x"
            for entry in entries
            if not entry.is_baseline
        ]
        line = f"{entries[0].slowdown.rounds} rounds: {', '.join(slowdowns)}"
        circumstances = entries[0].circumstances
        if circumstances.retried:
            line = f"measured {len(circumstances.retried) + 1} times, {line}"
        if circumstances.disturbed:
            line = f"{line} (disturbed: {'; '.join(circumstances.disturbed)})"
        return line

    def keep(self, result: Entry | Failure) -> None:
        """Count a result as part of the run."""
        if isinstance(result, Entry):
            self.entries.append(result)
        else:
            self.failures.append(result)

    def fail(self, case: Case, why: str, is_skip: bool = False) -> None:
        """Count a case as failed or skipped, because its test was, and withdraw its entry if there is one."""
        result = self._outcomes.get(case.sweep_id, {}).get(case.variant.id)
        other_entries = [entry for entry in self.entries if entry is not result]
        when = "after" if len(other_entries) < len(self.entries) else "before"
        ended = "skipped" if is_skip else "its test failed"
        dropped = Dropped(f"{ended} {when} it was timed: {why}", is_skip)
        failure = failure_of(case.sweep, case.variant, case.condition, dropped)
        if any(known.place == failure.place for known in self.failures):
            return
        self.entries[:] = other_entries
        self.failures.append(failure)
        if self.journal:
            self.journal.withdraw(failure)

    def run_once(self, case: Case) -> None:
        """Build a case and run it once, untimed. Raises as `checks.check`."""
        with pinned(case.condition):
            check(case.variant, case.condition, self.seed, binder(case.condition.mode))


def _ids(cases: Iterable[Case]) -> list[str]:
    return [case.variant.id for case in cases]


def _is_control(result: Entry | Failure) -> bool:
    return isinstance(result, Failure) and result.is_control


def _disturbed(results: Mapping[NetworkKey, Entry | Failure]) -> tuple[str, ...]:
    """Reasons why a sweep counts as disturbed; all of its entries hold the same ones."""
    for result in results.values():
        if isinstance(result, Entry):
            return result.circumstances.disturbed
    return ()


def _restored(case: Case, by_name: Mapping[str, Entry | Failure]) -> Entry | Failure:
    """The result of a case from a journal. Raises ValueError if it is of another network."""
    result = by_name[printable(case.variant.name)]
    then = result.identity if isinstance(result, Entry) else result
    is_same = (
        then.place == place(case.sweep, case.variant.name, case.condition)
        and then.widths == case.variant.widths
        and then.work.multiply_adds == case.variant.cost(case.condition).multiply_adds
    )
    if not is_same:
        raise ValueError(f"{case.sweep_id} {case.variant.name} is another network now than in the journal")
    return result
