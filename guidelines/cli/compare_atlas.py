"""`guidelines compare FILE --atlas`: runs of one's own beside the recorded devices."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from guidelines.analysis.machines.nearest import Nearest, by_device, nearest
from guidelines.analysis.measured import MachineResults, distinct, results_of
from guidelines.analysis.merge import by_machine
from guidelines.analysis.reading import Reading
from guidelines.analysis.selection import guidelines_of
from guidelines.analysis.tables import tables
from guidelines.analysis.triggers import Trigger
from guidelines.atlas.recorded import names, recorded
from guidelines.cli.formats import Answer
from guidelines.cli.machines import paths_of, series_of, status_of
from guidelines.cli.output import CommandError, show
from guidelines.report import atlas_records
from guidelines.report.pictures.series import Series
from guidelines.report.subjects import nearest as report

RECORDED, OWN = "A: ", "B: "


def run(options: Namespace, reading: Reading, wanted: Sequence[Trigger]) -> int:
    """Show the nearest recorded devices of each file, and return the status for files that were left out.

    Raises CommandError for --fail-on, for an audit, and if nothing is in common with any recorded device.
    """
    if wanted:
        raise CommandError("--fail-on needs two sides, A and B: leave out --atlas")
    if reading.audits:
        source = reading.audits[0].network.sources[0]
        raise CommandError(
            f"{source} is an audit: --atlas takes runs of guidelines; compare takes two audits"
        )
    devices = {device.name: results_of(device.run) for device in recorded(names())}
    found = [nearest(own, devices) for own in _own_devices(reading)]
    if not any(each.neighbours for each in found):
        raise CommandError(_nothing_in_common(found, list(devices.values())))
    show(_answer(found), options, read=paths_of(options, reading))
    return status_of(reading)


def _own_devices(reading: Reading) -> list[MachineResults]:
    """The results of each device of each path; runs of a machine are merged within a path only."""
    own: list[MachineResults] = []
    for runs in reading.runs_by_path:
        for results in by_machine(runs):
            own += by_device(results)
    return own


def _answer(found: Sequence[Nearest]) -> Answer:
    return Answer(
        kind="compare_atlas",
        document=report.document(found),
        records=atlas_records.of_nearest(found),
        series=partial(_series, found),
        facts={"departures": atlas_records.departures(found)},
    )


def _series(found: Sequence[Nearest]) -> list[Series]:
    """The curves of each nearest recorded device and of one's own, as far as they are compared."""
    machines: list[MachineResults] = []
    for each in found:
        if each.first:
            its = each.first.comparison
            machines.append(replace(its.a, measured=tuple(row.a for row in its.rows), failures=()))
            machines.append(replace(its.b, measured=tuple(row.b for row in its.rows), failures=()))
    prefixes = (RECORDED, OWN) if len(machines) == 2 else ()
    return series_of(machines, [tables(results) for results in machines], prefixes)


def _nothing_in_common(found: Sequence[Nearest], devices: Sequence[MachineResults]) -> str:
    """A line on what one's own files hold, what the recorded devices hold, and what to measure."""
    own = [each.own for each in found]
    first = f"{own[0].sources[0]}: " if own else ""
    guidelines = " ".join(distinct(map(guidelines_of, devices)))
    return (
        f"{first}nothing in common with the recorded devices: it holds {_held(own)}, they hold "
        f"{_held(devices)}; measure these by `guidelines run {guidelines}`"
    )


def _held(results: Sequence[MachineResults]) -> str:
    """The guidelines that were measured, and the conditions: "G1, G2 under cpu, cuda:0"."""
    guidelines = distinct(map(guidelines_of, results))
    conditions: dict[str, None] = {}
    for each in results:
        conditions |= dict.fromkeys(m.place.condition.shared.id for m in each.measured)
    return f"{', '.join(guidelines)} under {', '.join(conditions)}" if conditions else "no times"
