"""Write a matrix of machines and guidelines as a document."""

from collections.abc import Iterator, Sequence

from guidelines.analysis.machines.matrix import Line, Matrix, Standing, matrix, varied
from guidelines.analysis.machines.same_widths import has_widths_as_published
from guidelines.analysis.machines.twins import NO_TWINS, AllTwins
from guidelines.analysis.measured import MachineResults, distinct
from guidelines.analysis.remedies import for_launches
from guidelines.analysis.tables import tables
from guidelines.paper.tables import GUIDELINES
from guidelines.report.digits import brackets, times
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.labels import (
    AS_PUBLISHED,
    DISTURBED,
    NOT_COUNTED,
    ONE_PROCESS,
    attributes,
    labels,
    lacking,
    sentence,
)
from guidelines.report.short_labels import short_labels
from guidelines.report.subjects import account_bars, answer, heat_map, matrix_legend
from guidelines.report.subjects import twins as twins_report
from guidelines.report.subjects.matrix_legend import LAUNCHES, PER_MULTIPLY_ADD
from guidelines.results.number_of import number_of
from guidelines.spec.condition import PUBLISHED, widths_of

# The number of machines with a sweep that are named; the others are counted.
MOST_NAMED = 3


def document(matrix: Matrix, twins: AllTwins = NO_TWINS) -> Document:
    """A row for each machine and condition, a column for each guideline, and machines unlike their twins."""
    known = [attributes(line.machine, line.condition) for line in matrix.lines]
    names = short_labels(known)
    in_full, shared = labels(known)
    if set(GUIDELINES).isdisjoint(matrix.guidelines) and shared.get("widths") == widths_of(PUBLISHED):
        del shared["widths"]
    machines = {id(line.results): line.results for line in matrix.lines}
    runs = sum(results.runs for results in machines.values())
    lead = [f"{len(matrix.lines)} machines or conditions, {number_of(runs, 'run')}"]
    if differing := twins_report.summary(twins):
        lead.append(differing)
    if shared:
        lead.append(f"all of them: {sentence(shared)}")
    pictures = tuple(Section(f"{name} {claim}", picture=name) for name, claim in matrix.guidelines.items())
    holds = _holds(matrix, known, names)
    beside = twins_report.sections(twins, twins_report.kind_labels(twins.kinds))
    sections = (holds, *beside, *pictures, *_elsewhere(matrix, names), _files(matrix, names, in_full))
    return Document(
        "Machines compared",
        tuple(lead),
        sections,
        answer=answer.lines([tables(results, only_deciding=True) for results in machines.values()]),
        heat_maps=heat_map.of_matrix(matrix, sections),
        bars=account_bars.of_matrix(matrix, sections),
    )


def _holds(matrix: Matrix, known: Sequence[dict[str, str]], names: Sequence[str]) -> Section:
    machines = {id(line.results): line.results for line in matrix.lines}
    notes = (
        *matrix_legend.of_cells(matrix, "a machine's own report"),
        *_notes_on_undecided(matrix, names),
        *_note_on_one_process(matrix, names),
        *_notes_on_lacking(known, names),
        *distinct(results.notes for results in machines.values()),
    )
    return Section("Where each guideline holds", _grid(matrix, names, "machine"), notes=notes)


def by_condition(results: MachineResults) -> tuple[Section, ...]:
    """A row for each condition of a machine, a column for each guideline with several of them."""
    conditions = matrix([varied(results)])
    if not conditions.lines:
        return ()
    names = short_labels([attributes(line.machine, line.condition) for line in conditions.lines])
    grid = _grid(conditions, names, "condition")
    notes = (
        *matrix_legend.of_cells(conditions, "the tables above"),
        *_note_on_one_process(conditions, names),
    )
    return (Section("Under which conditions each guideline holds", grid, notes=notes),)


def _grid(matrix: Matrix, names: Sequence[str], heading: str) -> Grid:
    rows = []
    for name, line in zip(names, matrix.lines, strict=True):
        cells = [_value(line, guideline) for guideline in matrix.guidelines]
        rows.append(Row((Value(name), *cells)))
    return Grid((Head(heading, is_number=False), *map(Head, matrix.guidelines)), tuple(rows))


def _value(line: Line, guideline: str) -> Value:
    """The largest effect with its interval and verdict, and the number of sweeps that hold."""
    standing = line.standings.get(guideline)
    if standing is None:
        return Value(AS_PUBLISHED if has_widths_as_published(line, guideline) else "not measured")
    effect = standing.effect
    mark = f" {DISTURBED}" if standing.is_disturbed else ""
    lines = [f"{times(effect)} {standing.sweep}{mark}"]
    if standing.is_per_multiply_add:
        lines.append(PER_MULTIPLY_ADD)
    lines += [brackets(effect), standing.outcome, *_counts(standing)]
    if not standing.is_counted:
        lines.append(NOT_COUNTED)
    return Value("\n".join(lines), effect.estimate)


def _counts(standing: Standing) -> Iterator[str]:
    """The number of sweeps that carry the finding, and of those left out; nothing if launches decide all."""
    if standing.verdict.is_about_launches:
        return
    yield heat_map.counted(standing)
    if standing.sweeps_launch_bound:
        yield f"{LAUNCHES} {standing.sweeps_launch_bound}"


def _note_on_one_process(matrix: Matrix, names: Sequence[str]) -> Iterator[str]:
    """A note that names the rows with a sweep of one process, unless all rows have one."""
    of_one = [name for name, line in zip(names, matrix.lines, strict=True) if line.has_one_process]
    if of_one:
        yield ONE_PROCESS if len(of_one) == len(names) else f"{_shortened(of_one)}: {ONE_PROCESS}"


def _notes_on_undecided(matrix: Matrix, names: Sequence[str]) -> Iterator[str]:
    """Notes that name the cause of undecided cells, and what would decide them."""
    rows: dict[tuple[str, str], list[str]] = {}
    for name, line in zip(names, matrix.lines, strict=True):
        for guideline, standing in line.standings.items():
            if standing.finding == "undecided" and standing.is_counted:
                needed = standing.verdict.needed or for_launches(line.condition).needed
                rows.setdefault((guideline, needed), []).append(name)
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (guideline, needed), names_of in rows.items():
        alike.setdefault((needed, tuple(names_of)), []).append(guideline)
    every = len(matrix.lines)
    for (needed, of_rows), guidelines in alike.items():
        where = "everywhere" if len(of_rows) == every > 1 else f"on {_shortened(of_rows)}"
        yield f"{', '.join(guidelines)} undecided {where}: {needed}"


def _notes_on_lacking(known: Sequence[dict[str, str]], names: Sequence[str]) -> Iterator[str]:
    """Notes that name the facts that files of some rows do not hold."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for name, of_row in zip(names, known, strict=True):
        rows.setdefault(lacking(of_row), []).append(name)
    rows.pop((), None)
    for facts, of_rows in rows.items():
        yield f"{_shortened(of_rows)}: the files do not hold {', '.join(facts)}"


def _elsewhere(matrix: Matrix, names: list[str]) -> list[Section]:
    """Sweeps that only some of the rows have, and variants that failed."""
    having: dict[str, list[str]] = {}
    failed = []
    for name, line in zip(names, matrix.lines, strict=True):
        for sweep in line.sweeps:
            having.setdefault(sweep, []).append(name)
        failed += [f"{each.place.name} failed on {name}: {each.reason}" for each in line.failures]
    rows = len(matrix.lines)
    alike: dict[tuple[str, ...], list[str]] = {}
    for sweep, its_names in having.items():
        alike.setdefault(tuple(its_names), []).append(sweep)
    lines = []
    for having_it, sweeps in alike.items():
        if len(having_it) < rows:
            lines.append(f"{', '.join(sweeps)}: on {len(having_it)} of {rows}: {_shortened(having_it)}")
    if not lines and not failed:
        return []
    return [Section("Not on every machine", notes=(*lines, *failed))]


def _shortened(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    named = "; ".join(names[:MOST_NAMED])
    return f"{named}; and {more} more" if more > 0 else named


def _files(matrix: Matrix, names: Sequence[str], in_full: Sequence[str]) -> Section:
    """All attributes of each row that are not the same for all rows, and its files."""
    lines = []
    for name, every, line in zip(names, in_full, matrix.lines, strict=True):
        known = f"{name}: {every}" if every != name else name
        lines.append(f"{known}; from {', '.join(line.results.sources)}")
    return Section("Machines and files", notes=tuple(lines))
