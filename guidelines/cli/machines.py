"""Read machines from saved files: merged runs, sides of a comparison, curves of a picture."""

from collections.abc import Sequence
from pathlib import Path

from guidelines.analysis.measured import MachineResults
from guidelines.analysis.merge import by_machine
from guidelines.analysis.reading import read
from guidelines.analysis.tables import Table
from guidelines.cli.output import CommandError
from guidelines.report.labels import attributes, labels
from guidelines.report.pictures.page import Series
from guidelines.spec.condition import Condition


def read_machines(paths: Sequence[Path], max_bytes: int) -> list[MachineResults]:
    """The merged runs of each machine in files and folders."""
    return _merged(read(paths, max_bytes))


def read_sides(paths: Sequence[Path], max_bytes: int) -> list[MachineResults]:
    """Sides to compare: the two paths if each holds one machine, else one side for each machine.

    Runs from two paths are never mixed, because a run before a change must not be merged with one after it.
    Raises CommandError if nothing can be compared, or if runs from two paths would be mixed.
    """
    runs_by_path = read(paths, max_bytes)
    if len(runs_by_path) == 2:
        sides = [by_machine(runs) for runs in runs_by_path]
        if all(len(side) == 1 for side in sides):
            return [side[0] for side in sides]
        _check_not_mixed(*sides)
    machines = _merged(runs_by_path)
    if len(machines) == 1:
        raise CommandError(
            f"all {machines[0].runs} runs are of one machine, so nothing can be compared; `report` merges "
            "them, and two files or two folders are compared as A and B"
        )
    return machines


def series_of(
    machines: Sequence[MachineResults],
    tables_by_machine: Sequence[Sequence[Table]],
    prefixes: Sequence[str] = (),
) -> list[Series]:
    """A curve for each machine and condition, labelled by the attributes that vary.

    A prefix for each machine, such as "A: ", comes before its labels.
    """
    known: list[dict[str, str]] = []
    curves: list[tuple[str, tuple[Table, ...]]] = []
    prefixes = prefixes or [""] * len(machines)
    for results, tables, prefix in zip(machines, tables_by_machine, prefixes, strict=True):
        for condition, of_condition in _by_condition(tables).items():
            known.append(attributes(results.machine, condition))
            curves.append((prefix, tuple(of_condition)))
    names, _ = labels(known)
    return [Series(f"{prefix}{name}", tables) for (prefix, tables), name in zip(curves, names, strict=True)]


def _merged(runs_by_path: Sequence[Sequence[MachineResults]]) -> list[MachineResults]:
    everything: list[MachineResults] = []
    for runs in runs_by_path:
        everything += runs
    return by_machine(everything)


def _check_not_mixed(a: Sequence[MachineResults], b: Sequence[MachineResults]) -> None:
    both = {results.machine for results in a} & {results.machine for results in b}
    if both:
        raise CommandError(
            f"{len(both)} machines have runs on both sides, which hold several machines: "
            "give two paths of one machine each to see what changed on it"
        )


def _by_condition(tables: Sequence[Table]) -> dict[Condition, list[Table]]:
    groups: dict[Condition, list[Table]] = {}
    for table in tables:
        groups.setdefault(table.condition, []).append(table)
    return groups
