"""Explain the words in the cells of a matrix of machines and guidelines: only those that stand there."""

from collections.abc import Iterator, Mapping, Sequence

from guidelines.analysis.finding import Finding
from guidelines.analysis.machines.matrix import Matrix, Standing
from guidelines.report.digits import level, percent
from guidelines.report.labels import DISTURBED
from guidelines.report.subjects import uncounted

PER_MULTIPLY_ADD = "per mult-add"
LAUNCHES = "launches decide"
OF_KIND = (
    "each cell: the middle one of the effects on the machines with the most frequent finding; the least and "
    "the greatest effect on any; and how many machines have each finding"
)
FINDINGS: Mapping[Finding, str] = {
    "holds": "one or more sweeps hold, the others are undecided",
    "holds in part": "some sweeps hold, some do not",
    "does not hold": "no sweep holds, one or more do not",
    "undecided": "no sweep is decided",
}
LAUNCHES_NOTE = (
    f"{LAUNCHES}: the CPU takes longer to launch than the device to compute, so that the times say nothing "
    "about the device; no finding counts such sweeps"
)


def of_cells(matrix: Matrix, elsewhere: str) -> Iterator[str]:
    """Notes on the cells of single machines; `elsewhere` is where more is said about each."""
    standings = list(_standings(matrix))
    yield from claims(matrix)
    or_faster = " (or faster, if that is claimed)" if any(s.expect == "faster" for s in standings) else ""
    yield (
        f"each cell: how many times slower{or_faster} the last row of a sweep is than its first, and the "
        "interval, for the largest of the sweeps that carry the finding; the finding of all sweeps; and how "
        "many carry it"
    )
    if of_every_row := ", ".join(_claiming_every_row(matrix)):
        yield f"{of_every_row}: in place of the last row, the one farthest from the claim"
    yield from of_words(matrix, standings)
    if matrix.verdicts:
        yield f"[ ]: the interval of a verdict; {_sureness(matrix, elsewhere)}"
    if any(standing.is_disturbed for standing in standings):
        yield disturbed_note(elsewhere)


def of_words(matrix: Matrix, standings: Sequence[Standing]) -> Iterator[str]:
    """Notes on the findings and marks, whichever there are, in the cells of machines or of kinds."""
    findings = {standing.finding for standing in standings if not standing.verdict.is_about_launches}
    if findings:
        yield "; ".join(f"{word}: {why}" for word, why in FINDINGS.items() if word in findings)
    yield from uncounted.notes(matrix)
    if any(standing.is_per_multiply_add for standing in standings):
        yield f"{PER_MULTIPLY_ADD}: of the time of a multiply-add, as the networks' work is unequal"
    if any(standing.verdict.is_about_launches for standing in standings):
        yield f"{LAUNCHES_NOTE}; a cell shows one only if its guideline has no others: it is undecided"
    elif any(standing.sweeps_launch_bound for standing in standings):
        yield LAUNCHES_NOTE


def claims(matrix: Matrix) -> Iterator[str]:
    """The claim of each guideline."""
    for guideline, claim in matrix.guidelines.items():
        yield f"{guideline}: {claim}"


def disturbed_note(elsewhere: str) -> str:
    """The note on the mark of a disturbed sweep."""
    return f"{DISTURBED}: something disturbed that sweep, see {elsewhere}"


def _standings(matrix: Matrix) -> Iterator[Standing]:
    for line in matrix.lines:
        yield from line.standings.values()


def _sureness(matrix: Matrix, elsewhere: str) -> str:
    """Clause on how far the verdicts of one cell, and those of several cells, can be trusted together."""
    sure = level(matrix.confidence)
    line = f"the verdicts of one cell are right together at {sure} (Holm), as in {elsewhere}"
    cells = sum(len(line.standings) for line in matrix.lines)
    if cells == 1:
        return line
    return f"{line}; of many cells, up to {percent(1 - matrix.confidence)} may hold a wrong one"


def _claiming_every_row(matrix: Matrix) -> list[str]:
    """The guidelines whose claim is about every row, in the order of their names."""
    claiming = set()
    machines = {id(line.results): line.results for line in matrix.lines}
    for results in machines.values():
        places = [measured.place for measured in results.measured]
        claiming |= {place.guideline for place in places if place.claims_every_row}
    return sorted(claiming)
