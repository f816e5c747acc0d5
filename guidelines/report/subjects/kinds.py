"""Write hundreds of machines as a document: a row for each kind, and those that stand apart by name."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from guidelines.analysis.machines.kinds import KindLine, KindStanding
from guidelines.analysis.machines.matrix import Line, Matrix, Standing
from guidelines.analysis.machines.twins import AllTwins, Twin
from guidelines.analysis.measured import MachineResults, distinct
from guidelines.analysis.same_machine import Kind
from guidelines.analysis.tables import tables
from guidelines.report.digits import times, with_interval
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.labels import DISTURBED, NOT_COUNTED, attributes, labels, sentence
from guidelines.report.subjects import answer, heat_map, matrix_legend
from guidelines.report.subjects import twins as twins_report
from guidelines.report.subjects.matrix_legend import PER_MULTIPLY_ADD
from guidelines.report.subjects.twins import Labels, name_of, shortened
from guidelines.results.number_of import number_of

TIME = "time over\u00a0twins'"
# Notes of files, such as that they are of unfinished runs; the others are counted.
MOST_NOTES = 6


def document(kinds: Sequence[KindLine], matrix: Matrix, twins: AllTwins) -> Document:
    """A row for each kind, then one for each machine, of which a terminal shows those that differ."""
    names = twins_report.kind_labels(kind.kind for kind in kinds)
    in_full, shared = labels([attributes(kind.kind.machine, kind.kind.condition) for kind in kinds])
    pictures = tuple(Section(f"{name} {claim}", picture=name) for name, claim in matrix.guidelines.items())
    machines = _machines(matrix)
    sections = (
        *twins_report.sections(twins, names),
        Section(
            "Where each guideline holds",
            _grid(kinds, matrix, names),
            notes=tuple(_notes(kinds, matrix, names)),
        ),
        *pictures,
        *_every_machine(kinds, matrix, twins, names),
        *_elsewhere(kinds, names),
        Section("Kinds", notes=tuple(_in_full(kinds, names, in_full))),
    )
    return Document(
        "Machines compared",
        tuple(_lead(kinds, machines, twins, shared)),
        sections,
        answer=answer.lines([tables(results, only_deciding=True) for results in machines]),
        heat_maps=heat_map.of_kinds(kinds, matrix, names, sections),
    )


def _standings(kinds: Iterable[KindLine]) -> Iterator[Standing]:
    for kind in kinds:
        for line in kind.lines:
            yield from line.standings.values()


def _machines(matrix: Matrix) -> list[MachineResults]:
    """Every machine once."""
    return list({id(line.results): line.results for line in matrix.lines}.values())


def _lead(
    kinds: Sequence[KindLine],
    machines: Sequence[MachineResults],
    twins: AllTwins,
    shared: dict[str, str],
) -> Iterator[str]:
    runs = sum(results.runs for results in machines)
    different = len({kind.kind.machine for kind in kinds})
    of_kinds = number_of(different, "kind")
    if different < len(kinds):
        of_kinds = f"{of_kinds} under {len(kinds)} conditions in all"
    yield f"{number_of(len(machines), 'machine')} of {of_kinds}, {number_of(runs, 'run')}"
    if differing := twins_report.summary(twins):
        yield differing
    if shared:
        yield f"all of them: {sentence(shared)}"


def _grid(kinds: Sequence[KindLine], matrix: Matrix, names: Labels) -> Grid:
    rows = []
    for kind in kinds:
        name = f"{names[kind.kind]}\n{number_of(len(kind.lines), 'machine')}"
        cells = [_value(kind.standings.get(guideline), len(kind.lines)) for guideline in matrix.guidelines]
        rows.append(Row((Value(name), *cells)))
    return Grid((Head("kind", is_number=False), *map(Head, matrix.guidelines)), tuple(rows))


def _value(standing: KindStanding | None, machines: int) -> Value:
    if standing is None:
        return Value("not measured")
    typical = standing.typical
    low, high = standing.span
    lines = [times(typical.effect), f"{low:.2f}-{high:.2f}x"]
    if typical.is_per_multiply_add:
        lines.append(PER_MULTIPLY_ADD)
    lines += [f"{outcome} {number}" for outcome, number in standing.outcomes.most_common()]
    if lacking := machines - len(standing.machines):
        lines.append(f"no verdict {lacking}")
    if not typical.is_counted:
        lines.append(NOT_COUNTED)
    return Value("\n".join(lines), typical.effect.estimate)


def _notes(kinds: Sequence[KindLine], matrix: Matrix, names: Labels) -> Iterator[str]:
    """Machines whose findings are not those of most of their kind, and how to read the cells."""
    for kind in kinds:
        for guideline, standing in kind.standings.items():
            others: dict[str, list[str]] = {}
            for each in standing.others:
                others.setdefault(each.standing.outcome, []).append(name_of(each.line.results))
            for outcome, machines in others.items():
                yield f"{guideline} {outcome} on {shortened(machines)} ({names[kind.kind]})"
    yield from matrix_legend.claims(matrix)
    yield matrix_legend.OF_KIND
    yield from matrix_legend.of_words(matrix, list(_standings(kinds)))
    notes = distinct(results.notes for results in _machines(matrix))
    yield from notes[:MOST_NOTES]
    if len(notes) > MOST_NOTES:
        yield f"and {len(notes) - MOST_NOTES} more notes on files, which `guidelines report FILE` prints"


def _every_machine(
    kinds: Sequence[KindLine], matrix: Matrix, twins: AllTwins, names: Labels
) -> Iterator[Section]:
    """A row for each machine; a terminal shows those that differ from their twins."""
    known: dict[tuple[Kind, int], Twin] = {}
    for of_kind in twins.several:
        known |= {(of_kind.kind, id(twin.results)): twin for twin in of_kind.machines}
    rows = []
    differing = []
    for kind in kinds:
        for line in kind.lines:
            twin = known.get((kind.kind, id(line.results)))
            rows.append(_machine(line, twin, names[kind.kind], matrix.guidelines))
            differing += rows[-1:] if twin and twin.is_named else []
    heads = [
        Head("machine", is_number=False),
        Head("kind", is_number=False, is_detail=True),
        Head(TIME),
    ]
    heads += [*map(Head, matrix.guidelines), Head("file", is_number=False, is_detail=True)]
    grid = Grid(tuple(heads), tuple(rows))
    is_disturbed = any(standing.is_disturbed for standing in _standings(kinds))
    notes = [matrix_legend.disturbed_note("a machine's own report")] if is_disturbed else []
    brief = replace(grid, rows=tuple(differing))
    yield Section("Every machine", grid, notes=tuple(notes), brief=brief)


def _machine(line: Line, twin: Twin | None, kind: str, guidelines: Iterable[str]) -> Row:
    time = twin.time.ratio if twin else None
    cells = [Value(name_of(line.results)), Value(kind)]
    cells.append(Value(with_interval(time), time.estimate) if time else Value())
    for guideline in guidelines:
        standing = line.standings.get(guideline)
        if standing is None:
            cells.append(Value("no verdict"))
            continue
        mark = f" {DISTURBED}" if standing.is_disturbed else ""
        text = f"{times(standing.effect)} {standing.outcome}{mark}"
        cells.append(Value(text, standing.effect.estimate))
    return Row((*cells, Value(" ".join(line.results.sources))))


def _elsewhere(kinds: Sequence[KindLine], names: Labels) -> Iterator[Section]:
    """Sweeps that only some machines of a kind have, and variants that failed, each with its machines."""
    lines: list[str] = []
    for kind in kinds:
        having: dict[str, list[str]] = {}
        failed: dict[tuple[str, str], list[str]] = {}
        for line in kind.lines:
            name = name_of(line.results)
            for sweep in line.sweeps:
                having.setdefault(sweep, []).append(name)
            for failure in line.failures:
                failed.setdefault((failure.place.name, failure.reason), []).append(name)
        lines += _rare(having, kind, names)
        for (variant, reason), machines in failed.items():
            lines.append(f"{variant} failed on {shortened(machines)} ({names[kind.kind]}): {reason}")
    if lines:
        yield Section("Not on every machine", notes=tuple(lines))


def _rare(having: Mapping[str, Sequence[str]], kind: KindLine, names: Labels) -> Iterator[str]:
    """The sweeps that not all machines of a kind have, those of the same machines together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for sweep, machines in having.items():
        alike.setdefault(tuple(machines), []).append(sweep)
    every = len(kind.lines)
    for machines, sweeps in alike.items():
        if len(machines) < every:
            label = names[kind.kind]
            yield f"{', '.join(sweeps)}: on {len(machines)} of {every} ({label}): {shortened(machines)}"


def _in_full(kinds: Sequence[KindLine], names: Labels, in_full: Sequence[str]) -> Iterator[str]:
    """All attributes of each kind that are not the same for all, and its number of machines."""
    for kind, every in zip(kinds, in_full, strict=True):
        name = names[kind.kind]
        known = f"{name}: {every}" if every != name else name
        yield f"{known}; {number_of(len(kind.lines), 'machine')}, {name_of(kind.lines[0].results)} first"
