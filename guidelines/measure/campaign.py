"""All sweeps of one run: the chosen variants, their entries and their failures."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from guidelines.measure.case import Case
from guidelines.measure.ceilings import CeilingsWanted, every, pass_s
from guidelines.measure.device.checks import check
from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import pinned
from guidelines.measure.dropped import Dropped, Explain, explained
from guidelines.measure.outcome import Outcome, failure_of, place
from guidelines.measure.passes import Measure, Passes, Step, SweepEnds
from guidelines.measure.recording import CONTROL, Limits
from guidelines.measure.restored import restored
from guidelines.measure.sweep_passes import SweepPasses
from guidelines.results.ceilings import Ceilings
from guidelines.results.journal import Journal
from guidelines.results.model import Entry, Failure, Place
from guidelines.spec.condition import Condition


@dataclass
class Campaign:
    """Measures the sweeps whose variants are asked for: all in passes, or each at its first variant.

    `until` is the last of its passes that is measured now, None for all.
    """

    conditions: tuple[Condition, ...]
    limits: Limits
    seed: int
    passes: int = 1
    until: int | None = None
    retries: int = 0
    explain: Explain = explained
    entries: list[Entry] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    journal: Journal | None = None
    batches: dict[str, int] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)
    _chosen: dict[str, list[Case]] = field(default_factory=dict)
    _sweeps: dict[str, SweepPasses] = field(default_factory=dict)
    _outcomes: dict[str, Outcome] = field(default_factory=dict)
    _withdrawn: dict[Place, Failure] = field(default_factory=dict)
    _ceilings: CeilingsWanted = field(default_factory=CeilingsWanted)

    def choose(self, cases: Iterable[Case]) -> None:
        """Add variants to those that will be asked for.

        Raises ValueError if two sources define one sweep, or if two tests ask for one variant.
        """
        for case in cases:
            source = self._sources.setdefault(case.sweep_id, case.source)
            if source != case.source:
                raise ValueError(f"{case.sweep_id} is defined by both {source} and {case.source}")
            chosen = self._chosen.setdefault(case.sweep_id, [])
            if case.variant.id in {other.variant.id for other in chosen}:
                raise ValueError(
                    f"{case.sweep_id}: two tests of {source} ask for {case.variant.name}, which a run "
                    "measures once (is the test parametrized, or named twice?); --passes repeats measuring"
                )
            chosen.append(case)
        self._sweeps = {sweep_id: self._passes_of(chosen) for sweep_id, chosen in self._chosen.items()}
        self._ceilings.every = every(self.passes)
        self._ceilings.pass_s = pass_s(sum(sweep.pass_s for sweep in self._sweeps.values()), self.passes)

    def _passes_of(self, chosen: Sequence[Case]) -> SweepPasses:
        return SweepPasses(
            case=chosen[0],
            chosen=tuple(case.variant.id for case in chosen),
            limits=self.limits,
            seed=self.seed,
            planned=self.passes,
        )

    @property
    def ceilings(self) -> tuple[Ceilings, ...]:
        """The ceilings of its devices, from each pass that measured them."""
        return tuple(self._ceilings.known.values())

    @property
    def has_time_for_ceilings(self) -> bool:
        """True if passes are long enough to measure what the devices do at best."""
        return self._ceilings.pass_s > 0

    @property
    def planned(self) -> dict[str, list[str]]:
        """The ids of the variants that will be asked for, by sweep."""
        return {sweep_id: list(sweep.chosen) for sweep_id, sweep in self._sweeps.items()}

    @property
    def finished_sweeps(self) -> int:
        """Number of sweeps of which every planned pass is there, from this run or the one it resumes."""
        return sum(self._is_finished(sweep) for sweep in self._sweeps.values())

    @property
    def known_passes(self) -> int:
        """Number of passes that are there, of all sweeps, from this run or the one it resumes."""
        return sum(len(sweep.outcomes) for sweep in self._sweeps.values())

    @property
    def whole_sweeps(self) -> set[str]:
        """Ids of the sweeps that lack no pass: all planned ones are there, or it is precise."""
        whole = set()
        for sweep_id, sweep in self._sweeps.items():
            if sweep.outcomes and (sweep.stopped == "precision" or not self._lacks_a_pass(sweep)):
                whole.add(sweep_id)
        return whole

    def passes_of(self, sweep_id: str) -> int:
        """Number of passes of a sweep that are there."""
        return len(self._sweeps[sweep_id].outcomes)

    def _is_finished(self, sweep: SweepPasses) -> bool:
        return not self._lacks_a_pass(sweep) and not sweep.to_retry(self.retries)

    def _lacks_a_pass(self, sweep: SweepPasses) -> bool:
        return any(sweep.left(number) for number in range(1, self.passes + 1))

    def restore(
        self,
        measurements: Mapping[str, Mapping[int, Sequence[Entry | Failure]]],
        ceilings: Iterable[Ceilings] = (),
    ) -> None:
        """Take over the passes of a journal that hold the chosen variants, but for those that failed before.

        A pass that was disturbed is measured again if retries are left.
        Raises ValueError if a variant is another network now than in the journal.
        """
        for known in ceilings:
            self._ceilings.keep(known)
        for sweep_id, chosen in self._chosen.items():
            sweep = self._sweeps[sweep_id]
            for number, results in sorted(measurements.get(sweep_id, {}).items()):
                outcome = restored(chosen, sweep.failed, results)
                if outcome:
                    sweep.restore(number, outcome)

    def is_measured(self, case: Case) -> bool:
        """True if the results of a sweep's passes are known."""
        return case.sweep_id in self._outcomes

    def result(self, case: Case) -> Entry | Failure:
        """Entry or failure of a case. Raises KeyError before its sweep was measured."""
        return self._outcomes[case.sweep_id][case.variant.id]

    def measure_all(
        self, measure: Measure, is_decided: Callable[[Outcome], bool]
    ) -> Generator[Step, None, None]:
        """Measure every pass of all sweeps, and say what begins and what has ended."""
        return self._measure(list(self._sweeps.values()), measure, is_decided)

    def measure_one(self, case: Case, measure: Measure) -> Generator[Step, None, None]:
        """Measure the sweep of a case alone."""
        return self._measure([self._sweeps[case.sweep_id]], measure, lambda outcome: True)

    def _measure(
        self, sweeps: Sequence[SweepPasses], measure: Measure, is_decided: Callable[[Outcome], bool]
    ) -> Generator[Step, None, None]:
        passes = Passes(
            sweeps=sweeps,
            planned=self.passes,
            seed=self.seed,
            until=self.until,
            precision=self.limits.precision if self.passes > 1 else None,
            retries=self.retries,
            is_decided=is_decided,
            ceilings=self._ceilings,
        )
        for step in passes.steps(measure):
            if isinstance(step, SweepEnds) and self.journal:
                self.journal.add(step.sweep.case.sweep_id, step.number, list(step.results.values()))
            if isinstance(step, Ceilings) and self.journal:
                self.journal.note_ceilings(step)
            yield step
        self.settle()

    def settle(self) -> None:
        """Take what the passes know so far as the result of each sweep that has been measured at all."""
        for sweep_id, sweep in self._sweeps.items():
            if sweep_id in self._outcomes or not sweep.outcomes:
                continue
            outcome = sweep.outcome()
            self._outcomes[sweep_id] = outcome
            control = outcome.get(CONTROL)
            if isinstance(control, Failure):
                self.failures.append(control)

    def keep(self, result: Entry | Failure) -> None:
        """Count a result as part of the run, in place of what an earlier try of its test left."""
        self._forget(result.place)
        if isinstance(result, Entry):
            self.entries.append(result)
        else:
            self.failures.append(result)

    def keep_everything(self) -> None:
        """Count all that is known as part of a run that was cut short, also for tests not reached."""
        self.settle()
        known = {entry.place for entry in self.entries} | {failure.place for failure in self.failures}
        for sweep_id, chosen in self._chosen.items():
            for case in chosen:
                result = self._outcomes.get(sweep_id, {}).get(case.variant.id)
                if result and result.place not in known:
                    self.keep(result)

    def fail(self, case: Case, why: str, is_skip: bool = False) -> None:
        """Count a case as failed or skipped, because its test was, and withdraw its entry if there is one."""
        at = _place(case)
        if any(failure.place == at for failure in self.failures):
            return
        has_entry = any(entry.place == at for entry in self.entries)
        when = "after it was timed" if has_entry else "before it had a result"
        ended = "skipped" if is_skip else "its test failed"
        dropped = Dropped(f"{ended} {when}: {why}", is_skip)
        failure = failure_of(case.sweep, case.variant, case.condition, dropped)
        self._forget(at)
        self.failures.append(failure)
        self._withdrawn[at] = failure
        if self.journal:
            self.journal.withdraw(failure)

    def try_again(self, case: Case) -> None:
        """Forget what an earlier try of a case's test left: the last try counts."""
        self._forget(_place(case))

    def _forget(self, at: Place) -> None:
        self.entries[:] = [entry for entry in self.entries if entry.place != at]
        self.failures[:] = [failure for failure in self.failures if failure.place != at]
        withdrawn = self._withdrawn.pop(at, None)
        if withdrawn and self.journal:
            self.journal.take_back(withdrawn)

    def run_once(self, case: Case) -> None:
        """Build a case and run it once, untimed. Raises as `checks.check`."""
        with pinned(case.condition):
            check(case.variant, case.condition, self.seed, binder(case.condition.mode))


def _place(case: Case) -> Place:
    return place(case.sweep, case.variant.name, case.condition)
