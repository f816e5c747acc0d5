"""Merge repeated runs of one machine into one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache

from guidelines.analysis.measured import MachineResults, Measured, distinct
from guidelines.analysis.overlap import counted_once
from guidelines.analysis.pass_times import of_merged_runs
from guidelines.analysis.same_machine import runs_of_each_machine
from guidelines.results.ceilings import Ceilings
from guidelines.results.model import Failure, Network, Place, SweepKey, VariantKey
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate, Quantity
from guidelines.stats.pooling import Pooled, pooled, pooled_by_size

# How the parts of a network read in a message.
NETWORK_WORDS = {"widths": "channels", "multiply_adds_per_image": "multiply-adds an image"}
# The measurements of each variant, run after run.
Repeats = Mapping[VariantKey, Sequence[Measured]]


class MergeError(Exception):
    """Runs that cannot be merged; its message is one line."""


def merged(results: Sequence[MachineResults]) -> MachineResults:
    """Runs of one machine as one; a run or a part of one that is given twice counts once, as a note says.

    Raises MergeError if two runs measured different networks under the same name, or judge them
    differently.
    """
    runs, notes = _distinct(results)
    runs, notes_on_shared = counted_once(runs)
    notes = (*notes_on_shared, *notes)
    if len(runs) == 1:
        return replace(runs[0], notes=notes)
    _check_alike(runs)
    notes = (*notes, *_notes_on_batches(runs))
    failures: list[Failure] = []
    sources: list[str] = []
    for run in runs:
        failures += run.failures
        sources += run.sources
    return MachineResults(
        machine=runs[0].machine,
        sources=tuple(sources),
        measured=_pooled(_repeats(runs)),
        failures=_failed(failures, len(runs)),
        notes=notes,
        ceilings=tuple(_ceilings(runs)),
        is_too_short_for_ceilings=any(run.is_too_short_for_ceilings for run in runs),
    )


def by_machine(results: Iterable[MachineResults]) -> list[MachineResults]:
    """Merge the results of each machine; machines keep the order in which they first come."""
    groups = runs_of_each_machine(results)
    return [merged(runs) if len(runs) > 1 else runs[0] for runs in groups]


def _distinct(results: Iterable[MachineResults]) -> tuple[list[MachineResults], tuple[str, ...]]:
    """Every run once, and the notes of all, first those on runs that were given twice."""
    runs: dict[tuple[float | str, ...], MachineResults] = {}
    notes: list[str] = []
    for result in results:
        first = runs.setdefault(result.fingerprint, result)
        if first is not result:
            notes.append(f"{result.sources[0]} holds the run of {first.sources[0]}: counted once")
    for run in runs.values():
        notes += run.notes
    return list(runs.values()), tuple(notes)


def _ceilings(runs: Iterable[MachineResults]) -> list[Ceilings]:
    """The ceilings of all runs; files that share passes also share their ceilings, which count once."""
    ceilings: list[Ceilings] = []
    for run in runs:
        ceilings += [each for each in run.ceilings if each not in ceilings]
    return ceilings


def _failed(failures: Sequence[Failure], runs: int) -> tuple[Failure, ...]:
    """One failure for each variant: the number of runs in which it failed, and the first one's reason."""
    by_place: dict[Place, list[Failure]] = {}
    for failure in failures:
        by_place.setdefault(failure.place, []).append(failure)
    return tuple(
        replace(repeats[0], reason=f"in {len(repeats)} of {runs} runs: {repeats[0].reason}")
        for repeats in by_place.values()
    )


def _check_alike(runs: Iterable[MachineResults]) -> None:
    """Raise MergeError if a variant is another network in a later run, or is judged differently."""
    first: dict[VariantKey, tuple[str, Measured]] = {}
    for run in runs:
        for measured in run.measured:
            first_source, known = first.setdefault(measured.place.key, (run.sources[0], measured))
            if measured is not known:
                _check_same(measured, run.sources[0], known, first_source)


def _check_same(measured: Measured, source: str, known: Measured, first_source: str) -> None:
    named = f"{source}: {measured.place.name}"
    if measured.network != known.network:
        raise MergeError(
            f"{named} is another network than in {first_source} "
            f"({_difference(measured.network, known.network)}); runs of different networks can be compared "
            "as two files, not merged"
        )
    if measured.claimed != known.claimed:
        raise MergeError(
            f"{named} is judged otherwise than in {first_source} ({measured.claimed} | {known.claimed}); "
            "runs that are judged differently can be reported a file at a time, not merged"
        )


def _difference(other: Network, first: Network) -> str:
    """The first part in which two networks differ: "channels (48,) | (64,)"."""
    for name, its, firsts in zip(Network._fields, other, first, strict=True):
        if its != firsts:
            return f"{NETWORK_WORDS.get(name, name)} {its} | {firsts}"
    return ""


def _notes_on_batches(runs: Iterable[MachineResults]) -> tuple[str, ...]:
    """A note for each sweep that `--batch-size auto` measured in other batches in other runs."""
    batches: dict[SweepKey, dict[int, None]] = {}
    for run in runs:
        for measured in run.measured:
            place = measured.place
            batches.setdefault(place.sweep_key, {})[place.condition.batch_size] = None
    notes = []
    for key, of_sweep in batches.items():
        first, *others = of_sweep
        if others:
            notes.append(
                f"{key.guideline} {key.sweep} ({key.condition.id}): --batch-size auto chose "
                f"{_listed(of_sweep)}; times are given for {first}"
            )
    return tuple(notes)


def _listed(batches: Iterable[int]) -> str:
    return " and ".join(map(str, batches))


def _repeats(runs: Iterable[MachineResults]) -> Repeats:
    repeats: dict[VariantKey, list[Measured]] = {}
    for run in runs:
        for measured in run.measured:
            repeats.setdefault(measured.place.key, []).append(measured)
    return repeats


def _pooled(repeats: Repeats) -> tuple[Measured, ...]:
    """Pool the measurements of each variant; a family is one condition and one number of runs."""
    variants = {key: of_runs[0] for key, of_runs in repeats.items()}
    families: dict[tuple[Condition, int], dict[VariantKey, Sequence[Measured]]] = {}
    for key, of_runs in repeats.items():
        if len(of_runs) > 1:
            families.setdefault((key.sweep.condition, len(of_runs)), {})[key] = of_runs
    for family in families.values():
        variants |= _pooled_family(family)
    return tuple(variants[key] for key in repeats)


def _pooled_family(family: Repeats) -> dict[VariantKey, Measured]:
    """Pool each variant over its runs; the family shares one estimate of how far runs lie apart."""
    sweeps = {key.sweep: of_runs for key, of_runs in family.items()}
    slowdowns = pooled(_others_slowdowns(family), independent=len(sweeps))
    seconds = cache(lambda: pooled(_seconds(family), independent=1))
    controls = _pooled_controls(sweeps)
    variants: dict[VariantKey, Measured] = {}
    for key, of_runs in family.items():
        first = of_runs[0]
        variants[key] = replace(
            first,
            confidence=max(m.confidence for m in of_runs),
            rounds=sum(m.rounds for m in of_runs),
            stopped=distinct(m.stopped for m in of_runs),
            slowdown=slowdowns.quantities.get(key, first.slowdown),
            seconds_per_call=_of_variant(seconds, key),
            control=controls.get(key.sweep),
            circumstances=sum((m.circumstances for m in of_runs), ()),
            passes=sum(m.passes for m in of_runs),
            is_one_process=False,
            lost=distinct(m.lost for m in of_runs),
            draws=sum((m.draws for m in of_runs), ()),
            fingerprints=distinct(m.fingerprints for m in of_runs),
            runs=len(of_runs),
            scatter=slowdowns.scatter,
            times=of_merged_runs(m.times for m in of_runs),
        )
    return variants


def _others_slowdowns(family: Repeats) -> dict[VariantKey, list[Quantity]]:
    """Slow-downs of all variants but the baselines, whose slow-down is exactly 1."""
    slowdowns = {}
    for key, of_runs in family.items():
        if not of_runs[0].is_baseline:
            slowdowns[key] = [measured.slowdown for measured in of_runs]
    return slowdowns


def _seconds(family: Repeats) -> dict[VariantKey, list[Quantity]]:
    """Times of a call. They are not independent within a run: what slows one of them slows all."""
    seconds = {}
    for key, of_runs in family.items():
        batch_size = of_runs[0].place.condition.batch_size
        seconds[key] = [_seconds_of_batch(measured, batch_size) for measured in of_runs]
    return seconds


def _seconds_of_batch(measured: Measured, batch_size: int) -> Quantity:
    """Time of a call, scaled to a batch: that of `--batch-size auto` may differ between runs."""
    images = batch_size / measured.place.condition.batch_size
    if images == 1:
        return measured.seconds_per_call
    return lambda confidence: measured.seconds_per_call(confidence).scaled(images)


def _of_variant(pool: Callable[[], Pooled[VariantKey]], key: VariantKey) -> Quantity:
    """One quantity of a pool that is made when it is first needed: few readers ask for absolute times."""

    def at(confidence: float) -> Estimate:
        return pool().quantities[key](confidence)

    return at


def _pooled_controls(sweeps: Mapping[SweepKey, Sequence[Measured]]) -> dict[SweepKey, Quantity]:
    """The A/A control of each sweep, over the runs in which it did not fail."""
    known: dict[SweepKey, list[Quantity]] = {}
    for key, of_runs in sweeps.items():
        known[key] = [measured.control for measured in of_runs if measured.control]
    controls = {key: quantities[0] for key, quantities in known.items() if len(quantities) == 1}
    repeated = {key: quantities for key, quantities in known.items() if len(quantities) > 1}
    return controls | pooled_by_size(repeated)
