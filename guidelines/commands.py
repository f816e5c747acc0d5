"""What the commands do: files in, a report out."""

import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from guidelines import network_commands
from guidelines.answer import Answer, CommandError, say, show, write
from guidelines.compare import CompareError, Comparison, compare
from guidelines.gate import Trigger, missing, triggers, tripped
from guidelines.matrix import matrix
from guidelines.merge import MergeError, Results, by_machine
from guidelines.reading import read
from guidelines.report import comparison as comparing
from guidelines.report import records, standings
from guidelines.report.digits import with_interval
from guidelines.report.document import Document, Section
from guidelines.report.labels import attributes, labels, of_results
from guidelines.report.machine import parts
from guidelines.report.pictures import page as picture
from guidelines.report.subjects import doctor as checkup
from guidelines.report.table import Table, tables
from guidelines.saved import ResultsError


def report(options: Namespace) -> int:
    """The tables of each machine."""
    everything = _machines(options.files, options.max_bytes)
    found = [tables(results, options.paper) for results in everything]
    return show(_reported(everything, found), options, options.files)


def compare_machines(options: Namespace) -> int:
    """What changed between two sides, or a matrix of more machines; 1 where --fail-on finds something."""
    wanted = _triggers(options.fail_on)
    sides = _sides(options.files, options.max_bytes)
    if len(sides) != 2:
        if wanted:
            raise CommandError(f"--fail-on needs two sides, these are {len(sides)} machines")
        return show(_standing(sides), options, options.files)
    found = compare(*sides)
    trips = tripped(found, wanted)
    show(_compared(found), options, options.files)
    for trip in trips:
        ratio = f": {with_interval(trip.ratio)}" if trip.ratio else ""
        print(f"guidelines: {trip.name} is {trip.word} on B{ratio}", file=sys.stderr)
    if wanted and (lacking := missing(found)):
        print(f"guidelines: not on B, so not checked: {'; '.join(lacking)}", file=sys.stderr)
    return 1 if trips else 0


def plot(options: Namespace) -> int:
    """A page of pictures a guideline, as SVG and PNG."""
    everything = _machines(options.files, options.max_bytes)
    drawn = _drawn(everything, [tables(results, options.paper) for results in everything])
    for guideline, page in picture.pages(drawn).items():
        name = "".join(c if c.isalnum() else "-" for c in guideline.lower())
        write(options.output / f"{name}.svg", picture.to_svg(page, name).encode())
        write(options.output / f"{name}.png", picture.to_png(page))
    return 0


def doctor(options: Namespace) -> int:
    """What would spoil a run, a line a check; 1 where something would."""
    from guidelines.collected import CollectError, collect
    from guidelines.doctor import examine

    try:
        cases, limits = collect(options.arguments)
    except CollectError as error:
        raise CommandError(str(error)) from error
    spoiled = False
    width = shutil.get_terminal_size().columns
    for finding in examine(cases, limits):
        spoiled = spoiled or bool(finding.remedy)
        say(checkup.line(finding.check, finding.figure, finding.remedy, width))
    return int(spoiled)


COMMANDS: Mapping[str, Callable[[Namespace], int]] = {
    "report": report,
    "compare": compare_machines,
    "plot": plot,
    "doctor": doctor,
    "networks": network_commands.networks,
    "count": network_commands.count,
    "decompose": network_commands.decompose,
    "reuse": network_commands.reuse,
}


def run(options: Namespace) -> int:
    """Carry out the command of the options; returns its exit status. Raises CommandError for what is not."""
    try:
        return COMMANDS[options.command](options)
    except (ResultsError, MergeError, CompareError, picture.PictureError) as error:
        raise CommandError(str(error)) from error


def _machines(paths: Sequence[Path], max_bytes: int) -> list[Results]:
    return by_machine(results for of_path in read(paths, max_bytes) for results in of_path)


def _sides(paths: Sequence[Path], max_bytes: int) -> list[Results]:
    """Two paths of one machine each are two sides, whatever the machines; else a side a machine.

    Runs from two paths are never mixed: what was measured before and after must not become one.
    """
    found = read(paths, max_bytes)
    if len(found) == 2:
        sides = [by_machine(results) for results in found]
        if all(len(side) == 1 for side in sides):
            return [side[0] for side in sides]
        both = {side.machine for side in sides[0]} & {side.machine for side in sides[1]}
        if both:
            raise CommandError(
                f"{len(both)} machines have runs on both sides, which hold several machines: "
                "give two paths of one machine each to see what changed on it"
            )
    machines = by_machine(results for side in found for results in side)
    if len(machines) == 1:
        raise CommandError(
            f"all {machines[0].runs} runs are of one machine, so nothing can be compared; `report` merges "
            "them, and two files or two folders are compared as A and B"
        )
    return machines


def _triggers(text: str | None) -> tuple[Trigger, ...]:
    try:
        return triggers(text) if text is not None else ()
    except ValueError as error:
        raise CommandError(f"--fail-on: {error}") from error


def _reported(everything: Sequence[Results], found: Sequence[Sequence[Table]]) -> Answer:
    told, _ = labels([of_results(results) for results in everything])
    lead = tuple(line for results in everything for line in (comparing.side(results), *results.notes))
    said: list[Section] = []
    for label, results, of_machine in zip(told, everything, found, strict=True):
        if len(everything) > 1:
            runs = f"{results.runs} run{'s' * (results.runs > 1)}"
            said.append(Section(label, notes=(f"{runs}: {', '.join(results.sources)}",)))
        said += parts(results, of_machine)
    rows = [
        record
        for results, of_machine in zip(everything, found, strict=True)
        for record in records.of_tables(results, of_machine)
    ]
    return Answer(
        "report", Document("Guidelines", lead, tuple(said)), rows, partial(_drawn, everything, found)
    )


def _compared(found: Comparison) -> Answer:
    def drawn() -> Sequence[picture.Series]:
        return _drawn((found.a, found.b), (tables(found.a), tables(found.b)), ("A: ", "B: "))

    return Answer("compare", comparing.document(found), records.of_comparison(found), drawn)


def _standing(everything: Sequence[Results]) -> Answer:
    judged = matrix(everything)

    def drawn() -> Sequence[picture.Series]:
        return _drawn(everything, [tables(results) for results in everything])

    return Answer("compare", standings.document(judged), records.of_matrix(judged), drawn)


def _drawn(
    everything: Sequence[Results], found: Sequence[Sequence[Table]], names: Sequence[str] | None = None
) -> list[picture.Series]:
    """One curve a machine and condition."""
    conditions = [
        (k, condition)
        for k, of_machine in enumerate(found)
        for condition in dict.fromkeys(table.condition for table in of_machine)
    ]
    told, _ = labels([attributes(everything[k].machine, condition) for k, condition in conditions])
    return [
        picture.Series(
            f"{names[k] if names else ''}{label}",
            tuple(table for table in found[k] if table.condition == condition),
        )
        for (k, condition), label in zip(conditions, told, strict=True)
    ]
