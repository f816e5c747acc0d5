"""Explain which cells of a matrix the answer leaves out."""

from collections.abc import Iterator

from guidelines.analysis.finding import published
from guidelines.analysis.machines.matrix import Matrix
from guidelines.report.labels import NOT_COUNTED, phrase
from guidelines.results.model import TableKey
from guidelines.spec.condition import ALIGNED, PUBLISHED, widths_of

EAGER_NOTE = f"{NOT_COUNTED}: mode eager, which waits for launches, too; the answer rests on mode cudagraph"
PUBLISHED_WIDTHS = phrase("widths", widths_of(PUBLISHED))
WIDTHS_NOTE = (
    f"{NOT_COUNTED}: the answer rests on {widths_of(ALIGNED)} widths if they were measured, because "
    f"{PUBLISHED_WIDTHS} measure alignment as well as the guideline"
)


def notes(matrix: Matrix) -> Iterator[str]:
    """A note for each reason for which cells are not counted."""
    decided: dict[int, set[TableKey]] = {}
    uncounted: dict[int, set[TableKey]] = {}
    for line in matrix.lines:
        machine = id(line.results)
        for guideline, standing in line.standings.items():
            key = TableKey(guideline, line.condition)
            decided.setdefault(machine, set()).add(key)
            if not standing.is_counted:
                uncounted.setdefault(machine, set()).add(key)
    at_published_widths = {machine: published(keys, decided[machine]) for machine, keys in uncounted.items()}
    if any(keys - at_published_widths[machine] for machine, keys in uncounted.items()):
        yield EAGER_NOTE
    if any(at_published_widths.values()):
        yield WIDTHS_NOTE
