"""Read machines from saved files: merged runs, sides of a comparison, curves of a picture."""

import gc
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from guidelines.analysis.measured import MachineResults
from guidelines.analysis.merge import by_machine
from guidelines.analysis.overlap import sides_with_note
from guidelines.analysis.reading import Reading, read
from guidelines.analysis.same_machine import alike_but_for_hosts, runs_of_each_machine
from guidelines.analysis.tables import Table
from guidelines.cli.arguments import SKIPPED_FILES
from guidelines.cli.given import Given, given_files
from guidelines.cli.output import CommandError, remark
from guidelines.report.labels import attributes
from guidelines.report.pictures.series import Series
from guidelines.report.short_labels import short_labels
from guidelines.results.machine import called
from guidelines.results.number_of import number_of
from guidelines.spec.condition import Condition

# The number of hosts that an error names; the others are counted.
MOST_NAMED = 3


def read_files(options: Namespace) -> Reading:
    """The runs in the files of a command line; those that --skip-broken leaves out are named on stderr."""
    return read_given(given_files(options.files), options.max_bytes, options.skip_broken)


def read_given(files: Sequence[Given], max_bytes: int, skip_broken: bool = False) -> Reading:
    """The runs in some files; those that are left out because they are broken are named on stderr."""
    with _no_search_for_garbage():
        reading = read([given.path for given in files], max_bytes, skip_broken)
    for line in reading.skipped:
        remark(f"guidelines: skipped {line}")
    for given, runs, audits in zip(files, reading.runs_by_path, reading.audits_by_path, strict=True):
        if given.machine:
            runs[:] = [_called(run, given.machine) for run in runs]
            audits[:] = [replace(each, network=_called(each.network, given.machine)) for each in audits]
    return reading


def _called(results: MachineResults, name: str) -> MachineResults:
    """The same results of a machine with a name."""
    return replace(results, machine=called(results.machine, name))


@contextmanager
def _no_search_for_garbage() -> Iterator[None]:
    """Keep Python from searching what is read for cycles, of which it has none: a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def status_of(reading: Reading) -> int:
    """The exit status of a command that went well but for the files that it left out."""
    return SKIPPED_FILES if reading.skipped else 0


def paths_of(options: Namespace, reading: Reading) -> list[Path]:
    """The files and folders that were read, none of which an output may overwrite."""
    return [*(given.path for given in given_files(options.files)), *reading.files]


def merged_machines(reading: Reading) -> list[MachineResults]:
    """The merged runs of each machine."""
    everything: list[MachineResults] = []
    for runs in reading.runs_by_path:
        everything += runs
    return by_machine(everything)


def sides_of(reading: Reading) -> list[MachineResults]:
    """Sides to compare: the two paths if each holds one machine, else one side for each machine.

    Runs from two paths are never mixed, because a run before a change must not be merged with one after it.
    Raises CommandError if nothing can be compared, or if runs from two paths would be mixed.
    """
    if len(reading.runs_by_path) == 2:
        a, b = map(by_machine, reading.runs_by_path)
        if not a or not b:  # machines of the other side must not be taken for A and B
            raise CommandError(f"all files of {'B' if a else 'A'} were skipped, so nothing can be compared")
        if len(a) == len(b) == 1:
            return sides_with_note(a[0], b[0])
        _check_not_mixed(a, b)
    sides = merged_machines(reading)
    if len(sides) == 1:
        raise CommandError(
            f"{number_of(sides[0].runs, 'run')} of one machine, so nothing can be compared; `guidelines "
            "report` shows it, and two files or two folders are compared as A and B"
        )
    return sides


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
    names = short_labels(known)
    return [Series(f"{prefix}{name}", tables) for (prefix, tables), name in zip(curves, names, strict=True)]


def hint_on_hosts(machines: Sequence[MachineResults]) -> str:
    """Advice on machines that differ by their host alone, to stand behind an error; "" if there are none."""
    hosts = alike_but_for_hosts([results.machine for results in machines])
    if not hosts:
        return ""
    more = len(hosts) - MOST_NAMED
    others = f" and {more} more" if more > 0 else ""
    return (
        f"; hosts {', '.join(hosts[:MOST_NAMED])}{others} differ by nothing but their name: if they count as "
        "one machine, give it a name by NAME=PATH, or by --machine when measuring"
    )


def _check_not_mixed(a: Sequence[MachineResults], b: Sequence[MachineResults]) -> None:
    on_both_sides = [runs for runs in runs_of_each_machine([*a, *b]) if len(runs) > 1]
    if on_both_sides:
        have = "has" if len(on_both_sides) == 1 else "have"
        raise CommandError(
            f"{number_of(len(on_both_sides), 'machine')} {have} runs on both sides, which hold several "
            "machines: give two paths of one machine each to see what changed on it"
            f"{hint_on_hosts([*a, *b])}"
        )


def _by_condition(tables: Sequence[Table]) -> dict[Condition, list[Table]]:
    groups: dict[Condition, list[Table]] = {}
    for table in tables:
        groups.setdefault(table.condition, []).append(table)
    return groups
