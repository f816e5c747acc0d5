"""Many machines as a document: a matrix of machines and guidelines."""

from collections.abc import Iterator

from guidelines.analysis.matrix import Matrix, Standing, matrix, varied
from guidelines.analysis.measured import MachineResults
from guidelines.report.digits import brackets, level, times
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.labels import DISTURBED, attributes, labels, sentence

# Of the machines that have a sweep, so many are named.
MOST_NAMED = 3
PER_MULTIPLY_ADD = "per mult-add"


def document(judged: Matrix) -> Document:
    """One row a machine and condition, one column a guideline."""
    told, shared = labels([attributes(line.machine, line.condition) for line in judged.lines])
    machines = {id(line.results): line.results for line in judged.lines}
    notes: dict[str, None] = {}
    for results in machines.values():
        notes.update(dict.fromkeys(results.notes))
    runs = sum(results.runs for results in machines.values())
    lead = [f"{len(judged.lines)} machines or conditions, {runs} runs"]
    if shared:
        lead.append(f"all of them: {sentence(shared)}")
    where = _grid(judged, told, "machine")
    grid = Section("Where each guideline holds", where, notes=(*_legend(judged), *notes))
    pictures = tuple(Section(f"{name} {claim}", picture=name) for name, claim in judged.guidelines.items())
    sections = (grid, *pictures, *_elsewhere(judged, told), _files(judged, told))
    return Document("Machines compared", tuple(lead), sections)


def by_condition(results: MachineResults) -> tuple[Section, ...]:
    """Guidelines beside the conditions of one machine, those of a single condition left out."""
    judged = matrix([varied(results)])
    if not judged.lines:
        return ()
    told, _ = labels([attributes(line.machine, line.condition) for line in judged.lines])
    grid = _grid(judged, told, "condition")
    notes = tuple(_legend(judged, "the tables above"))
    return (Section("Under which conditions each guideline holds", grid, notes=notes),)


def _grid(judged: Matrix, told: list[str], heading: str) -> Grid:
    rows = []
    for label, line in zip(told, judged.lines, strict=True):
        cells = [_value(line.standings.get(guideline)) for guideline in judged.guidelines]
        rows.append(Row((Value(label), *cells)))
    return Grid((Head(heading, is_number=False), *map(Head, judged.guidelines)), tuple(rows))


def _value(standing: Standing | None) -> Value:
    """The largest effect with its interval, its verdict, and in how many sweeps the guideline holds."""
    if standing is None:
        return Value("not measured")
    effect, verdict = standing.effect, standing.verdict
    mark = f" {DISTURBED}" if standing.is_disturbed else ""
    lines = [f"{times(effect)} {standing.sweep}{mark}"]
    if standing.is_per_multiply_add:
        lines.append(PER_MULTIPLY_ADD)
    lines += [brackets(effect), verdict.outcome, f"{standing.held} of {standing.judged} hold"]
    return Value("\n".join(lines), effect.estimate)


def _legend(matrix: Matrix, elsewhere: str = "a machine's own report") -> Iterator[str]:
    """Notes on what the cells of a matrix mean."""
    standings: list[Standing] = []
    for line in matrix.lines:
        standings += line.standings.values()
    for guideline, claim in matrix.guidelines.items():
        yield f"{guideline}: {claim}"
    yield (
        "each cell: the sweep with the largest effect (how many times slower its last row is than its first, "
        "or faster where that is claimed), its interval and verdict; then in how many sweeps "
        "the guideline holds"
    )
    if of_every_row := ", ".join(_claiming_every_row(matrix)):
        yield f"{of_every_row}: in place of the last row, the one farthest from the claim"
    if any(standing.is_per_multiply_add for standing in standings):
        yield f"{PER_MULTIPLY_ADD}: of the time of a multiply-add, as the networks' work is unequal"
    yield (
        f"[ ]: what a verdict rests on; all {matrix.verdicts} verdicts are right together at "
        f"{level(matrix.confidence)} (Holm), "
        f"so that they can be more cautious than in {elsewhere}"
    )
    if any(standing.is_disturbed for standing in standings):
        yield f"{DISTURBED}: something disturbed that sweep, see {elsewhere}"


def _claiming_every_row(matrix: Matrix) -> list[str]:
    """The guidelines whose claim is about every row, in the order of their names."""
    claiming = set()
    for line in matrix.lines:
        places = [measured.place for measured in line.results.measured]
        claiming |= {place.guideline for place in places if place.claims_every_row}
    return sorted(claiming)


def _elsewhere(matrix: Matrix, told: list[str]) -> list[Section]:
    """Sweeps that only some of the rows have, and variants that failed."""
    having: dict[str, list[str]] = {}
    failed = []
    for label, line in zip(told, matrix.lines, strict=True):
        for sweep in line.sweeps:
            having.setdefault(sweep, []).append(label)
        failures = [f for f in line.results.failures if f.place.condition == line.condition]
        failed += [f"{failure.place.name} failed on {label}: {failure.reason}" for failure in failures]
    lines = [
        f"{sweep}: on {len(where)} of {len(matrix.lines)}: {_named(where)}"
        for sweep, where in having.items()
        if len(where) < len(matrix.lines)
    ]
    return [Section("Not on every machine", notes=(*lines, *failed))] if lines or failed else []


def _named(labels: list[str]) -> str:
    more = len(labels) - MOST_NAMED
    named = "; ".join(labels[:MOST_NAMED])
    return f"{named}; and {more} more" if more > 0 else named


def _files(matrix: Matrix, told: list[str]) -> Section:
    """Which files stand behind each row."""
    rows = tuple(
        Row((Value(label), Value("\n".join(line.results.sources))))
        for label, line in zip(told, matrix.lines, strict=True)
    )
    heads = (Head("machine", is_number=False), Head("files", is_number=False))
    return Section("Files", Grid(heads, rows))
