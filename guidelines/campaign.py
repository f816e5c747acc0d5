"""All sweeps of one run: which variants were chosen, what they gave, what failed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from guidelines.batch import device_bound
from guidelines.entries import Results, failure_of, place, results
from guidelines.journal import Journal
from guidelines.modes import binder
from guidelines.results import Entry, Failure
from guidelines.spec import AUTO_BATCH, Condition, Sweep, Variant
from guidelines.sweep import CONTROL, SKIPPED, Limits, budget_s, measure_sweep
from guidelines.timing import check, pinned
from guidelines.values import printable

Sweeps = Callable[[Condition], Iterable[Sweep]]


@dataclass(frozen=True)
class Case:
    """One test: a variant of a sweep under a condition; `source` is the function that asks for it."""

    condition: Condition
    sweep: Sweep
    variant: Variant
    source: str = ""

    @property
    def sweep_id(self) -> str:
        """What is measured together, for people: "G2 x1 cpu"."""
        return f"{self.sweep.guideline} {self.sweep.name} {self.condition.id}"

    @property
    def id(self) -> str:
        """The id of the test, which -k can match: "cpu-x1-g8"."""
        return f"{self.condition.id}-{self.sweep.name}-{self.variant.id}"


@dataclass
class Campaign:
    """Measures each sweep once, when the first of its variants is asked for."""

    conditions: tuple[Condition, ...]
    limits: Limits
    seed: int
    retries: int = 0
    entries: list[Entry] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    journal: Journal | None = None
    batches: dict[str, int] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)
    _chosen: dict[str, list[Case]] = field(default_factory=dict)
    _results: dict[str, Results] = field(default_factory=dict)

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
        """How many sweeps have been timed, or were before the run was gone on with."""
        return len(self._results)

    def restore(self, measurements: Mapping[str, Sequence[Entry | Failure]]) -> None:
        """Take over what a journal holds of the sweeps that were chosen, where all chosen variants are there.

        What was disturbed and would have been measured again is measured again.
        Raises ValueError where a variant is another network than the one measured then.
        """
        for sweep_id, chosen in self._chosen.items():
            known = {result.place.variant: result for result in measurements.get(sweep_id, ())}
            wanted = {printable(case.variant.name) for case in chosen}
            if known.keys() - {CONTROL} == wanted and not self._is_to_be_retried(known.values()):
                found = {case.variant.id: _restored(case, known) for case in chosen}
                self._store(sweep_id, found | {CONTROL: known[CONTROL]} if CONTROL in known else found)

    def _is_to_be_retried(self, found: Iterable[Entry | Failure]) -> bool:
        measured = [result.circumstances for result in found if isinstance(result, Entry)]
        return any(how.disturbed and len(how.retried) < self.retries for how in measured)

    def is_measured(self, case: Case) -> bool:
        """Whether the sweep of a case has been timed."""
        return case.sweep_id in self._results

    def budget_s(self, case: Case) -> float:
        """Seconds that the sweep of a case may sample."""
        return budget_s(case.sweep, self.planned[case.sweep_id], self.limits)

    def result(self, case: Case) -> Entry | Failure:
        """What a case gave; times its whole sweep at the first call for one of its variants."""
        if not self.is_measured(case):
            self._store(case.sweep_id, self._measure(case, self.planned[case.sweep_id]))
        return self._results[case.sweep_id][case.variant.id]

    def _store(self, sweep_id: str, found: Results) -> None:
        self._results[sweep_id] = found
        control = found.get(CONTROL)
        self.failures += [control] if isinstance(control, Failure) else []

    def _measure(self, case: Case, chosen: Sequence[str]) -> Results:
        """Time a sweep, again while it is disturbed and retries are left; the last measurement counts."""
        retried: tuple[str, ...] = ()
        while True:
            recording = measure_sweep(case.sweep, chosen, case.condition, self.limits, self.seed)
            found = results(case.sweep, chosen, case.condition, recording, self.limits.confidence, retried)
            if self.journal:
                self.journal.add(case.sweep_id, list(found.values()))
            disturbed = next((r.circumstances.disturbed for r in found.values() if isinstance(r, Entry)), ())
            if not disturbed or len(retried) == self.retries:
                return found
            retried = (*retried, "; ".join(disturbed))

    def progress(self, case: Case) -> str:
        """One line on a sweep that has been timed: its rounds and slow-downs."""
        measured = [r for r in self._results[case.sweep_id].values() if isinstance(r, Entry)]
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
        """Count a case as failed or skipped whose test ended so, before or after it had been timed."""
        result = self._results.get(case.sweep_id, {}).get(case.variant.id)
        kept = [entry for entry in self.entries if entry is not result]
        when = "after" if len(kept) < len(self.entries) else "before"
        why = f"{SKIPPED if is_skip else 'its test failed'} {when} it was timed: {why}"
        failure = failure_of(case.sweep, case.variant, case.variant.name, case.condition, why)
        if all(known.place != failure.place for known in self.failures):
            self.entries[:] = kept
            self.failures.append(failure)
            if self.journal:
                self.journal.withdraw(failure)

    def run_once(self, case: Case) -> None:
        """Build a case and run it once, untimed. Raises what `timing.check` raises."""
        with pinned(case.condition):
            check(case.variant, case.condition, self.seed, binder(case.condition.mode))


def cases(sweeps: Sweeps, conditions: Iterable[Condition], source: str = "") -> Iterator[Case]:
    """Every variant of every sweep under each condition; a sweep that two channel rules share, once.

    Raises ValueError where two sweeps under one condition have the same name.
    """
    seen = set()
    for condition in conditions:
        names: list[str] = []
        for sweep in sweeps(condition):
            if sweep.name in names:
                raise ValueError(f"{source}: two sweeps are called {sweep.name}")
            names.append(sweep.name)
            identity = replace(condition, channels=""), sweep
            if identity not in seen:
                seen.add(identity)
                yield from (Case(condition, sweep, variant, source) for variant in sweep.variants)


def check_countable(cases: Iterable[Case]) -> None:
    """Raises ValueError where the work of a network, or of its baseline, cannot be told."""
    for case in cases:
        for variant in (case.sweep.baseline, case.variant):
            try:
                variant.cost(case.condition)
            except ValueError as error:
                raise ValueError(f"{case.sweep_id} {variant.name}: {error}") from error


def settled(cases: Sequence[Case], known: Mapping[str, int]) -> tuple[list[Case], dict[str, int]]:
    """Cases with the batch that `--batch-size auto` finds, one for all sweeps of a condition.

    Batches go by the condition's id; those known are not looked for again. Raises ValueError where the
    batch that is found was asked for as well.
    """
    batches = dict(known)
    for condition in dict.fromkeys(case.condition for case in cases if _is_open(case)):
        if condition.id not in batches:
            baselines = dict.fromkeys(case.sweep.baseline for case in cases if case.condition == condition)
            batches[condition.id] = device_bound(condition, list(baselines)).batch_size
    found = [
        replace(case, condition=replace(case.condition, batch_size=batches[case.condition.id]))
        if _is_open(case)
        else case
        for case in cases
    ]
    for case, asked in zip(found, cases, strict=True):
        if _is_open(asked) and case in cases:
            raise ValueError(
                f"--batch-size auto: the batch for {case.condition.device} is {case.condition.batch_size}, "
                "which is in the list as well"
            )
    return found, batches


def _is_open(case: Case) -> bool:
    return case.condition.batch_size == AUTO_BATCH


def _restored(case: Case, known: Mapping[str, Entry | Failure]) -> Entry | Failure:
    result = known[printable(case.variant.name)]
    cost = case.variant.cost(case.condition)
    where = place(case.sweep, case.variant.name, case.condition)
    now = where, case.variant.channels, cost.multiply_adds
    if (result.place, result.channels, result.multiply_adds) != now:
        raise ValueError(f"{case.sweep_id} {case.variant.name} is another network now than in the journal")
    return result
