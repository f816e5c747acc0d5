"""Many machines as a document: a matrix of machines and guidelines."""

from guidelines.matrix import Matrix, Standing, matrix, varied
from guidelines.merge import Results
from guidelines.report.digits import brackets, level, times
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.labels import DISTURBED, attributes, labels, sentence

# Of the machines that have a sweep, so many are named.
MOST_NAMED = 3
PER_MULTIPLY_ADD = "per mult-add"


def document(judged: Matrix) -> Document:
    """One row a machine and condition, one column a guideline."""
    told, shared = labels([attributes(line.machine, line.condition) for line in judged.lines])
    notes = tuple(dict.fromkeys(note for line in judged.lines for note in line.results.notes))
    runs = sum({id(line.results): line.results.runs for line in judged.lines}.values())
    lead = (
        f"{len(judged.lines)} machines or conditions, {runs} runs",
        *([f"all of them: {sentence(shared)}"] if shared else []),
    )
    where = _grid(judged, told, "machine")
    grid = Section("Where each guideline holds", where, notes=(*_legend(judged), *notes))
    pictures = tuple(Section(f"{name} {claim}", picture=name) for name, claim in judged.guidelines.items())
    sections = (grid, *pictures, *_elsewhere(judged, told), _files(judged, told))
    return Document("Machines compared", lead, sections)


def by_condition(results: Results) -> tuple[Section, ...]:
    """Guidelines beside the conditions of one machine, those of a single condition left out."""
    judged = matrix([varied(results)])
    if not judged.lines:
        return ()
    told, _ = labels([attributes(line.machine, line.condition) for line in judged.lines])
    grid = _grid(judged, told, "condition")
    notes = _legend(judged, "the tables above")
    return (Section("Under which conditions each guideline holds", grid, notes=notes),)


def _grid(judged: Matrix, told: list[str], heading: str) -> Grid:
    rows = tuple(
        Row((Value(label), *(_value(line.standings.get(g)) for g in judged.guidelines)))
        for label, line in zip(told, judged.lines, strict=True)
    )
    return Grid((Head(heading, is_number=False), *map(Head, judged.guidelines)), rows)


def _value(standing: Standing | None) -> Value:
    """The largest effect with its interval, its verdict, and in how many sweeps the guideline holds."""
    if standing is None:
        return Value("not measured")
    effect, verdict = standing.effect, standing.verdict
    mark = f" {DISTURBED}" if standing.is_disturbed else ""
    lines = (
        f"{times(effect)} {standing.sweep}{mark}",
        *([PER_MULTIPLY_ADD] if standing.is_per_multiply_add else []),
        brackets(effect),
        verdict.outcome,
        f"{standing.held} of {standing.judged} hold",
    )
    return Value("\n".join(lines), effect.estimate)


def _legend(matrix: Matrix, elsewhere: str = "a machine's own report") -> tuple[str, ...]:
    standings = [standing for line in matrix.lines for standing in line.standings.values()]
    measured = [m for line in matrix.lines for m in line.results.measured]
    every = ", ".join(sorted({m.place.guideline for m in measured if m.place.every}))
    per_multiply_add = any(standing.is_per_multiply_add for standing in standings)
    disturbed = any(standing.is_disturbed for standing in standings)
    return (
        *(f"{guideline}: {claim}" for guideline, claim in matrix.guidelines.items()),
        "each cell: the sweep with the largest effect (how many times slower its last row is than its first, "
        "or faster where that is claimed), its interval and verdict; then in how many sweeps "
        "the guideline holds",
        *([f"{every}: in place of the last row, the one farthest from the claim"] if every else []),
        *(
            [f"{PER_MULTIPLY_ADD}: of the time of a multiply-add, as the networks' work is unequal"]
            if per_multiply_add
            else []
        ),
        f"[ ]: what a verdict rests on; all {matrix.verdicts} verdicts are right together at "
        f"{level(matrix.confidence)} (Holm), "
        f"so that they can be more cautious than in {elsewhere}",
        *([f"{DISTURBED}: something disturbed that sweep, see {elsewhere}"] if disturbed else []),
    )


def _elsewhere(matrix: Matrix, told: list[str]) -> list[Section]:
    """Sweeps that only some of the rows have, and variants that failed."""
    having: dict[str, list[str]] = {}
    for label, line in zip(told, matrix.lines, strict=True):
        for sweep in line.sweeps:
            having.setdefault(sweep, []).append(label)
    lines = [
        f"{sweep}: on {len(where)} of {len(matrix.lines)}: {_named(where)}"
        for sweep, where in having.items()
        if len(where) < len(matrix.lines)
    ]
    failed = [
        f"{f.place.name} failed on {label}: {f.reason}"
        for label, line in zip(told, matrix.lines, strict=True)
        for f in line.results.failures
        if f.place.condition == line.condition
    ]
    return [Section("Not on every machine", notes=(*lines, *failed))] if lines or failed else []


def _named(labels: list[str]) -> str:
    more = len(labels) - MOST_NAMED
    return "; ".join([*labels[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])


def _files(matrix: Matrix, told: list[str]) -> Section:
    """Which files stand behind each row."""
    rows = tuple(
        Row((Value(label), Value("\n".join(line.results.sources))))
        for label, line in zip(told, matrix.lines, strict=True)
    )
    heads = (Head("machine", is_number=False), Head("files", is_number=False))
    return Section("Files", Grid(heads, rows))
