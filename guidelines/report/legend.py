"""How curves are told apart on a page, and the legend that names them.

Needs matplotlib (the extra `plot`), which is imported only when a legend is drawn.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# A colour and a marker.
Look = tuple[str, str]
# Okabe and Ito's palette for the colour-blind, ordered so that neighbours differ in lightness; each with a
# marker of its own for those who see no colour.
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
    """One for each of so many machines; where there are too few for all, they share one grey."""
    return STYLES[:count] if count <= len(STYLES) else (MANY,) * count


def legend(page: "Figure", labels: Sequence[str], drawn: Sequence[Look]) -> None:
    """The paper's dashes if it is drawn, and each label's colour and marker; many share one grey."""
    from matplotlib.lines import Line2D

    entries = []
    if any(line.get_label() == PAPER for axes in page.axes for line in axes.get_lines()):
        entries.append((Line2D([], [], color=INK, marker="x", linestyle="--"), PAPER))
    if MANY in drawn:
        entries.append((Line2D([], [], color=MANY[0]), f"{len(labels)} machines or conditions"))
    else:
        entries += [
            (Line2D([], [], color=color, marker=marker, markersize=4), f" {label}")
            for label, (color, marker) in zip(labels, drawn, strict=True)
        ]  # a label that begins with "_" would be hidden
    handles, texts = zip(*entries, strict=True)
    fitting = int(page.get_figwidth() * LETTERS_AN_INCH / (max(map(len, texts)) + LETTERS_A_HANDLE))
    columns = max(1, min(len(entries), fitting))
    page.legend(handles, texts, loc="outside lower left", ncols=columns, frameon=False)
