"""Measurements that several files hold: parts of a run, or a run that was cut and the same run resumed."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace

from guidelines.analysis.measured import MachineResults, Measured, distinct
from guidelines.results.model import SweepKey, VariantKey

# A note names so many sweeps; more are counted.
MOST_NAMED = 4
# The index of the run that holds a variant's passes as well, by the variant.
Owners = dict[VariantKey, int]
# The measured variants of a sweep.
Variants = dict[VariantKey, Measured]


def counted_once(runs: Sequence[MachineResults]) -> tuple[list[MachineResults], tuple[str, ...]]:
    """Runs without the variants of which another run holds passes, too, and notes on them.

    Such a variant is left to the run that holds the most passes of it. A run that has nothing else is left
    out: it is a part of the others.
    """
    shared = _shared(runs)
    left: list[MachineResults] = []
    notes: list[str] = []
    for index, run in enumerate(runs):
        owners = shared.get(index, {})
        notes += [f"{note}: counted once" for note in _notes(run, owners, runs)]
        rest = _rest(run, owners, runs)
        if rest.measured or rest.failures or not owners:
            left.append(rest)
    return left, tuple(notes)


def sides_with_note(a: MachineResults, b: MachineResults) -> list[MachineResults]:
    """Two sides of a comparison, with a note if they hold the same passes: they are not independent."""
    notes: list[str] = []
    sides = (a, b)
    for index, owners in _shared(sides).items():
        notes += [f"{note}: they tell of no change" for note in _notes(sides[index], owners, sides)]
    return [a, replace(b, notes=(*b.notes, *notes))]


def _shared(runs: Sequence[MachineResults]) -> dict[int, Owners]:
    """The variants that a run leaves to others, by the index of the run."""
    by_sweep: dict[SweepKey, dict[int, Variants]] = {}
    for index, run in enumerate(runs):
        for measured in run.measured:
            place = measured.place
            by_sweep.setdefault(place.sweep_key, {}).setdefault(index, {})[place.key] = measured
    shared: dict[int, Owners] = {}
    for of_runs in by_sweep.values():
        # The most passes count, then the most variants, then the largest run, whose sweeps stay together.
        first = sorted(of_runs, key=lambda index: (*_size(of_runs[index]), -len(runs[index].measured)))
        for index, owners in _shared_of_sweep({index: of_runs[index] for index in first}).items():
            shared.setdefault(index, {}).update(owners)
    return shared


def _shared_of_sweep(of_runs: Mapping[int, Variants]) -> dict[int, Owners]:
    """Variants that a run leaves to others, in one sweep whose runs are in the order in which they count."""
    shared: dict[int, Owners] = {}
    holders: dict[tuple[VariantKey, Hashable], list[int]] = {}
    for index, variants in of_runs.items():
        for key, measured in variants.items():
            passes = [(key, each) for each in measured.fingerprints]
            known = distinct(holders.get(each, []) for each in passes)
            owners = [each for each in known if _have_passes_in_common(variants, of_runs[each])]
            if owners:
                shared.setdefault(index, {})[key] = owners[0]
                continue
            for each in passes:
                holders.setdefault(each, []).append(index)
    return shared


def _size(variants: Variants) -> tuple[int, int]:
    """Sorts those with the most passes first, then those with the most variants."""
    return -max(measured.passes for measured in variants.values()), -len(variants)


def _have_passes_in_common(variants: Variants, others: Variants) -> bool:
    """True if both hold passes of all variants that are in both: one alone may be equal by chance."""
    return all(
        not set(variants[key].fingerprints).isdisjoint(others[key].fingerprints)
        for key in variants.keys() & others.keys()
    )


def _rest(run: MachineResults, owners: Owners, runs: Sequence[MachineResults]) -> MachineResults:
    """A run without the variants that it leaves to others, and without the failures that these know, too."""
    sweeps = {key.sweep: owner for key, owner in owners.items()}
    failures = []
    for failure in run.failures:
        owner = sweeps.get(failure.place.sweep_key)
        if owner is None or failure.place.key not in _variants(runs[owner]):
            failures.append(failure)
    measured = [each for each in run.measured if each.place.key not in owners]
    return replace(run, measured=tuple(measured), failures=tuple(failures))


def _variants(run: MachineResults) -> set[VariantKey]:
    """The variants that a run measured, and those that failed."""
    measured = {each.place.key for each in run.measured}
    return measured | {failure.place.key for failure in run.failures}


def _notes(run: MachineResults, owners: Owners, runs: Sequence[MachineResults]) -> list[str]:
    """A line for each other run: "b.json holds passes of G2 x1 that are in a.json, too"."""
    sweeps: dict[int, dict[SweepKey, None]] = {}
    for key, owner in owners.items():
        sweeps.setdefault(owner, {})[key.sweep] = None
    notes = []
    for owner, of_owner in sweeps.items():
        other = " and ".join(runs[owner].sources[:2])
        notes.append(f"{run.sources[0]} holds passes of {_named(of_owner)} that are in {other}, too")
    return notes


def _named(sweeps: Iterable[SweepKey]) -> str:
    """Sweeps by their names, or their number: "G2 x1, G2 x2", "12 sweeps"."""
    names = [f"{key.guideline} {key.sweep}" for key in sweeps]
    return ", ".join(names) if len(names) <= MOST_NAMED else f"{len(names)} sweeps"
