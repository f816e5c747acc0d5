"""The names of variants below a panel: in few letters, and turned where they are long."""

from collections.abc import Iterable, Sequence
from math import radians, sin
from typing import TYPE_CHECKING, Any

from guidelines.report.legend import LETTERS_AN_INCH

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHORT = {"-fragment": "", "-series": "\nseries", "-parallel": "\nparallel", " + ": " +\n", "no ": "no\n"}
# Letters in a line; five such names fit below a panel.
LONGEST_UPRIGHT = 9
# Of a longer name the middle is left out: what tells variants apart stands at either end.
MOST_LETTERS = 28
TURN_DEGREES = 40
TURNED: dict[str, Any] = {"rotation": TURN_DEGREES, "rotation_mode": "anchor", "ha": "right"}


def turn_inches(names: Iterable[str]) -> float:
    """The height that names need to be turned, 0 where all of them are short and stand upright."""
    longest = max(len(line) for name in names for line in _short(name).split("\n"))
    return longest / LETTERS_AN_INCH * sin(radians(TURN_DEGREES)) if longest > LONGEST_UPRIGHT else 0.0


def name_ticks(axes: "Axes", names: Sequence[str], is_turned: bool) -> None:
    """A tick a variant, with its name."""
    how = TURNED if is_turned else {}
    axes.set_xticks(range(len(names)), [_short(name) for name in names], **how)


def _short(name: str) -> str:
    for long, short in SHORT.items():
        name = name.replace(long, short)
    half = MOST_LETTERS // 2
    return name if len(name) <= MOST_LETTERS else f"{name[: half - 1]}…{name[-half:]}"
