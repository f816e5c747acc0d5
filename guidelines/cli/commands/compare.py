"""`guidelines compare`: the changes from A to B, or a matrix of more machines."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from guidelines.cli.arguments import add_files, add_output
from guidelines.cli.formats import Answer
from guidelines.cli.near import did_you_mean
from guidelines.cli.output import CommandError, remark, show

if TYPE_CHECKING:
    from guidelines.analysis.compare import Comparison
    from guidelines.analysis.triggers import Trigger
    from guidelines.report.pictures.series import Series

HELP = "show what changed, or differs in a fleet; a gate for CI"
DESCRIPTION = (
    "Compare two files, two folders or the runs of two machines: what changed from A, the first one, to "
    "B. With more machines, as in the folder of a fleet, show a matrix of machines and guidelines, and "
    "name machines that differ from others of their kind; files that cannot be read are named and left "
    "out. Times are compared as slow-downs, each relative to the baseline of its own machine, and as "
    "speeds. Two audits, saved by `guidelines audit --save`, are compared by guideline and by layer."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_files(parser)
    add_output(parser)
    parser.add_argument(
        "--fail-on",
        metavar="LIST",
        help="exit with status 1, also if --skip-broken left out files, if one of these words applies "
        "(separate them by commas), and begin the output with what did. stronger, weaker: the slow-down of a "
        "row on B; faster, slower: a row itself on B; each by more than 3%%, or another size as in "
        "slower:5%%. unclear: a row may be what another word says, by more than its size, and is not decided "
        "(unclear:10%%: by more than 10%%; without another word: any of the four). disturbed: more than 20%% "
        "of the passes of a sweep of A or B were (disturbed:50%%: more than half). missing: B lacks a row of "
        "A, failed to measure it, or measured another network under its name. A word for which there is "
        "nothing to compare fails, too. Of two audits, faster, slower and unclear are about the time of the "
        "whole network",
    )
    parser.add_argument(
        "--atlas",
        action="store_true",
        help="set each file beside the recorded devices of `guidelines devices`: the nearest one by its "
        "slow-downs, and where they depart from it",
    )


def run(options: Namespace) -> int:
    """Show what differs; return 1 if --fail-on finds something, else the status for left-out files, or 0."""
    from guidelines.analysis.compare import compare
    from guidelines.cli import compare_atlas, compare_audits
    from guidelines.cli.machines import hint_on_hosts, paths_of, sides_of, status_of
    from guidelines.cli.many import read_sides
    from guidelines.cli.matrix_answer import answer_of

    wanted = _triggers(options.fail_on)
    reading = read_sides(options)
    if options.atlas:
        return compare_atlas.run(options, reading, wanted)
    if reading.audits:
        return compare_audits.run(options, reading, wanted)
    sides = sides_of(reading)
    show_answer = partial(show, options=options, read=paths_of(options, reading))
    if len(sides) == 2 and wanted:
        return _gated(compare(*sides), wanted, show_answer) or status_of(reading)
    if len(sides) == 2:
        show_answer(_comparison_answer(compare(*sides)))
        return status_of(reading)
    if wanted:
        hint = hint_on_hosts(sides)
        raise CommandError(f"--fail-on needs two sides, these are {len(sides)} machines{hint}")
    show_answer(answer_of(sides))
    return status_of(reading)


def _triggers(text: str | None) -> "tuple[Trigger, ...]":
    from guidelines.analysis.triggers import WORDS, UnknownWordError, triggers

    if text is None:
        return ()
    try:
        return triggers(text)
    except UnknownWordError as error:
        raise CommandError(f"--fail-on: {error}{did_you_mean(error.word, WORDS)}") from error
    except ValueError as error:
        raise CommandError(f"--fail-on: {error}") from error


def _gated(
    comparison: "Comparison", wanted: "Sequence[Trigger]", show_answer: Callable[[Answer], None]
) -> int:
    """Show a comparison below the gate's answer, which stderr tells, too, and return its status."""
    from guidelines.analysis.gate import gate
    from guidelines.report.subjects import gate as report
    from guidelines.report.subjects.disturbed_gate import disturbed_trips

    passed_or_not = gate(comparison, wanted)
    lines = report.lines(passed_or_not, comparison)
    disturbed = disturbed_trips(passed_or_not.trips)
    answer = _comparison_answer(comparison)
    document = replace(answer.document, lead=(*lines, *answer.document.lead), in_sight=len(lines))
    show_answer(replace(answer, document=document, facts={"gate": report.to_json(passed_or_not)}))
    for trip in passed_or_not.trips:
        remark(f"guidelines: {report.trip_line(trip)}")
    notes = (disturbed.line, report.unchecked_line(passed_or_not), report.undecided_line(passed_or_not))
    for note in notes:
        if note:
            remark(f"guidelines: {note}")
    remark(f"guidelines: {lines[0]}")
    return 0 if passed_or_not.passed else 1


def _comparison_answer(comparison: "Comparison") -> Answer:
    from guidelines.analysis.tables import tables
    from guidelines.cli.machines import series_of
    from guidelines.report import records
    from guidelines.report.subjects import comparison as report

    def series() -> "list[Series]":
        sides = (comparison.a, comparison.b)
        return series_of(sides, [tables(side) for side in sides], prefixes=("A: ", "B: "))

    return Answer("compare", report.document(comparison), records.of_comparison(comparison), series)
