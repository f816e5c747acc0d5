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
PAPERS: Look = (INK, "x")
# The width of a letter in its height, of most texts, and the letters that a line and its gaps take.
LETTER_WIDTH, LETTERS_A_HANDLE = 0.62, 8
POINTS_AN_INCH = 72


def looks(count: int) -> tuple[Look, ...]:
    """A look for each of `count` series; all are grey if there are too few looks."""
    if count > len(STYLES):
        return (MANY,) * count
    return STYLES[:count]


def letters(inches: float, points: int) -> float:
    """The number of letters of a size that fit a width."""
    return inches * POINTS_AN_INCH / (LETTER_WIDTH * points)


def entries(labels: Sequence[str], drawn: Sequence[Look], has_paper: bool) -> list[tuple[str, Look]]:
    """The texts of a legend with their looks: the paper, and each label, or one if all look the same."""
    known = [(PAPER, PAPERS)] if has_paper else []
    if MANY in drawn:
        return [*known, (f"{len(labels)} machines or conditions", MANY)]
    return [*known, *zip(labels, drawn, strict=True)]


def legend(page: "Figure", named: Sequence[tuple[str, Look]], points: int) -> None:
    """Add a legend of texts with their looks, in as many columns as fit."""
    from matplotlib.lines import Line2D

    room = letters(page.get_figwidth(), points)
    handles, texts = [], []
    for label, look in named:
        color, marker = look
        handle = Line2D([], [], color=color, marker=marker, markersize=4)
        handle.set_linestyle("--" if look == PAPERS else "-")
        handles.append(handle)
        # A label that begins with "_" would be hidden.
        texts.append(f" {shortened(label, room - LETTERS_A_HANDLE)}")
    fitting_columns = int(room / (max(map(len, texts)) + LETTERS_A_HANDLE))
    columns = max(1, min(len(texts), fitting_columns))
    page.legend(handles, texts, loc="outside lower left", ncols=columns, frameon=False)


def shortened(text: str, letters: float) -> str:
    """A text of at most so many letters: a longer one loses its middle."""
    if len(text) <= letters:
        return text
    half = int(letters) // 2
    return f"{text[: half - 1]}…{text[-half:]}"
