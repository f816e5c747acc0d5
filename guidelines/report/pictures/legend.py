"""Choose the colours and markers of curves, and draw the legend that names them.

Needs matplotlib (the extra `plot`), which is imported only when a legend is drawn.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# A colour and a marker.
Look = tuple[str, str]
# Okabe and Ito's palette for the colour-blind. Neighbours differ in lightness, and each colour has a marker
# of its own for readers who see no colour.
STYLES: tuple[Look, ...] = (
    ("#0072B2", "o"),
    ("#E69F00", "s"),
    ("#009E73", "^"),
    ("#CC79A7", "D"),
    ("#D55E00", "v"),
    ("#56B4E9", "P"),
)
MANY = ("#888888", "")
# Stands for the colour of text, which an HTML page chooses by its own background.
INK = "#010203"
PAPER = "the paper"
LETTERS_AN_INCH, LETTERS_A_HANDLE = 14, 8


def looks(count: int) -> tuple[Look, ...]:
    """A look for each of `count` series; all are grey if there are too few looks."""
    if count > len(STYLES):
        return (MANY,) * count
    return STYLES[:count]


def legend(page: "Figure", labels: Sequence[str], drawn: Sequence[Look]) -> None:
    """Add a legend: the paper's dashes if it is drawn, and each label with its colour and marker."""
    from matplotlib.lines import Line2D

    entries = []
    if _has_paper(page):
        entries.append((Line2D([], [], color=INK, marker="x", linestyle="--"), PAPER))
    if MANY in drawn:
        entries.append((Line2D([], [], color=MANY[0]), f"{len(labels)} machines or conditions"))
    else:
        for label, (color, marker) in zip(labels, drawn, strict=True):
            line = Line2D([], [], color=color, marker=marker, markersize=4)
            # A label that begins with "_" would be hidden.
            entries.append((line, f" {shortened(label, page.get_figwidth() * LETTERS_AN_INCH)}"))
    handles, texts = zip(*entries, strict=True)
    fitting_columns = int(page.get_figwidth() * LETTERS_AN_INCH / (max(map(len, texts)) + LETTERS_A_HANDLE))
    columns = max(1, min(len(entries), fitting_columns))
    page.legend(handles, texts, loc="outside lower left", ncols=columns, frameon=False)


def shortened(text: str, letters: float) -> str:
    """A text of at most so many letters: a longer one loses its middle."""
    if len(text) <= letters:
        return text
    half = int(letters) // 2
    return f"{text[: half - 1]}…{text[-half:]}"


def _has_paper(page: "Figure") -> bool:
    labels: set[object] = set()
    for axes in page.axes:
        labels |= {line.get_label() for line in axes.get_lines()}
    return PAPER in labels
