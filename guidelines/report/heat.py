"""Hold a heat map: a table whose cells are coloured by the size of an effect and marked by a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass

# Cells side by side in a row without headings.
MOST_ABREAST = 6


@dataclass(frozen=True)
class HeatCell:
    """A cell: its figure ("1.94x"), its outcome ("holds"), what it is about ("x1") and lines of details.

    `effect` decides the colour: above 1 if the guideline is right, or B is faster; None for no colour.
    `section` is the index of the section of the document that holds the details.
    """

    figure: str
    outcome: str
    name: str = ""
    detail: str = ""
    effect: float | None = None
    section: int | None = None


@dataclass(frozen=True)
class HeatRow:
    """A row: its name, its cells, None for an empty one, and a note on it."""

    name: str
    cells: tuple[HeatCell | None, ...]
    note: str = ""


@dataclass(frozen=True)
class HeatMap:
    """Rows under headings (none if cells name themselves), and a line that says how to read them."""

    title: str
    rows: tuple[HeatRow, ...]
    heads: tuple[str, ...] = ()
    legend: str = ""


def abreast(name: str, cells: Sequence[HeatCell], note: str = "") -> list[HeatRow]:
    """A row of cells, continued below in rows without a name if there are many."""
    rows = []
    for begin in range(0, len(cells), MOST_ABREAST):
        shown = tuple(cells[begin : begin + MOST_ABREAST])
        rows.append(HeatRow("" if begin else name, shown, "" if begin else note))
    return rows
