"""`guidelines compare`: the changes from A to B, or a matrix of more machines."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from guidelines.cli.arguments import add_files, add_output
from guidelines.cli.formats import Answer
from guidelines.cli.output import CommandError, remark, show

if TYPE_CHECKING:
    from guidelines.analysis.compare import Comparison
    from guidelines.analysis.measured import MachineResults
    from guidelines.cli.fail_on import Trigger, Trip
    from guidelines.report.pictures.series import Series

HELP = "show what differs between machines"
DESCRIPTION = (
    "Compare two files, two folders or the runs of two machines: what changed from A to B. With more "
    "machines, show a matrix of machines and guidelines. A slow-down is always relative to a baseline of the "
    "same machine."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_files(parser)
    add_output(parser)
    parser.add_argument(
        "--fail-on",
        metavar="LIST",
        help="exit with status 1 if the comparison gives a verdict in this list: stronger, weaker (the "
        "guideline's effect on B), faster, slower (B itself), missing (on B); each can name the smallest "
        "change that counts, for example slower:5%%",
    )


def run(options: Namespace) -> int:
    """Show the changes between two sides, or a matrix of more machines.

    Returns 1 if --fail-on finds something, else the status for files that were left out, or 0.
    """
    from guidelines.analysis.compare import compare
    from guidelines.cli.machines import hint_on_hosts, paths_of, read_files, sides_of, status_of

    wanted = _triggers(options.fail_on)
    reading = read_files(options)
    sides = sides_of(reading)
    show_answer = partial(show, options=options, read=paths_of(options, reading))
    if len(sides) == 2:
        return _show_changes(compare(*sides), wanted, show_answer) or status_of(reading)
    if wanted:
        hint = hint_on_hosts(sides)
        raise CommandError(f"--fail-on needs two sides, these are {len(sides)} machines{hint}")
    show_answer(_matrix_answer(sides))
    return status_of(reading)


def _triggers(text: str | None) -> "tuple[Trigger, ...]":
    from guidelines.cli.fail_on import triggers

    if text is None:
        return ()
    try:
        return triggers(text)
    except ValueError as error:
        raise CommandError(f"--fail-on: {error}") from error


def _show_changes(
    comparison: "Comparison", wanted: "Sequence[Trigger]", show_answer: Callable[[Answer], None]
) -> int:
    from guidelines.cli.fail_on import missing, tripped

    trips = tripped(comparison, wanted)
    show_answer(_comparison_answer(comparison))
    for trip in trips:
        remark(f"guidelines: {_trip_line(trip)}")
    unchecked = missing(comparison) if wanted else []
    if unchecked:
        remark(f"guidelines: not on B, so not checked: {'; '.join(unchecked)}")
    return 1 if trips else 0


def _trip_line(trip: "Trip") -> str:
    from guidelines.report.digits import with_interval

    ratio = f": {with_interval(trip.ratio)}" if trip.ratio else ""
    launches = " (times of launching, not of the device)" if trip.is_about_launches else ""
    return f"{trip.name} is {trip.word} on B{ratio}{launches}"


def _comparison_answer(comparison: "Comparison") -> Answer:
    from guidelines.report import records
    from guidelines.report.subjects import comparison as report

    def series() -> "list[Series]":
        return _series((comparison.a, comparison.b), prefixes=("A: ", "B: "))

    return Answer("compare", report.document(comparison), records.of_comparison(comparison), series)


def _matrix_answer(sides: "Sequence[MachineResults]") -> Answer:
    from guidelines.analysis.matrix import matrix
    from guidelines.report import records
    from guidelines.report.subjects import machines

    def series() -> "list[Series]":
        return _series(sides)

    compared = matrix(sides)
    return Answer("compare", machines.document(compared), records.of_matrix(compared), series)


def _series(sides: "Sequence[MachineResults]", prefixes: Sequence[str] = ()) -> "list[Series]":
    from guidelines.analysis.tables import tables
    from guidelines.cli.machines import series_of

    return series_of(sides, [tables(side) for side in sides], prefixes)
