"""Choose the colours and markers of curves, and draw the legend that names them.

Needs matplotlib (the extra `plot`), which is imported only when a legend is drawn.
"""

import warnings
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
# For all but the extremes of many.
MANY: Look = ("#888888", ".")
# Stands for the colour of text, which an HTML page chooses by its own background.
INK = "#010203"
PAPER = "the paper"
PAPERS: Look = (INK, "x")
# The width of a letter in its height, of most texts, and the letters that a line and its gaps take.
LETTER_WIDTH, LETTERS_A_HANDLE = 0.62, 8
# No text is shortened to fewer.
LEAST_LETTERS = 8
POINTS_AN_INCH = 72


def letters(inches: float, points: int) -> float:
    """The number of letters of a size that fit a width."""
    return inches * POINTS_AN_INCH / (LETTER_WIDTH * points)


def entries(labels: Sequence[str], drawn: Sequence[Look], has_paper: bool) -> list[tuple[str, Look]]:
    """The texts of a legend with their looks: the paper, each label, and one text for all grey ones."""
    known = [(PAPER, PAPERS)] if has_paper else []
    known += [(label, look) for label, look in zip(labels, drawn, strict=True) if look != MANY]
    if grey := drawn.count(MANY):
        others = f"{grey} other{'s' * (grey > 1)}"
        known.append((f"{others} (in colour: the largest and smallest effects, by rank)", MANY))
    return known


def legend(page: "Figure", named: Sequence[tuple[str, Look]], points: int) -> None:
    """Add a legend of texts with their looks, in as many columns as fit."""
    from matplotlib.lines import Line2D

    inches = page.get_figwidth() - _handle_inches(points)
    handles, texts = [], []
    for label, look in named:
        color, marker = look
        handle = Line2D([], [], color=color, marker=marker, markersize=4)
        handle.set_linestyle("--" if look == PAPERS else "-")
        handles.append(handle)
        # A label that begins with "_" would be hidden.
        texts.append(f" {fitting(label, inches, points)}")
    widest = max(_inches(text, points) for text in texts) + _handle_inches(points)
    columns = max(1, min(len(texts), int(page.get_figwidth() / widest)))
    page.legend(handles, texts, loc="outside lower left", ncols=columns, frameon=False)


def _handle_inches(points: int) -> float:
    """The width of a line of the legend and of the gaps around it and its text."""
    return LETTERS_A_HANDLE * LETTER_WIDTH * points / POINTS_AN_INCH


def fitting(text: str, inches: float, points: int) -> str:
    """A text that fits a width: a longer one loses its middle."""
    length = min(len(text), int(2 * letters(inches, points)))
    while length > LEAST_LETTERS and _inches(shortened(text, length), points) > inches:
        length -= 1
    return shortened(text, length)


def _inches(text: str, points: int) -> float:
    """The width of a text, with some room: fonts of readers differ."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a script that the font lacks
        width, _, _ = text_to_path.get_text_width_height_descent(
            text, FontProperties(size=points), ismath=False
        )
    return float(1.05 * width / POINTS_AN_INCH)


def shortened(text: str, letters: float) -> str:
    """A text of at most so many letters: a longer one loses its middle."""
    if len(text) <= letters:
        return text
    half = int(letters) // 2
    return f"{text[: half - 1]}…{text[-half:]}"
