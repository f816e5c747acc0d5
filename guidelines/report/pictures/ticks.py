"""Write the names of variants below a panel: shortened, and turned if they are long."""

from collections.abc import Iterable, Sequence
from math import radians, sin
from typing import TYPE_CHECKING, Any

from guidelines.report.pictures.legend import LETTERS_AN_INCH, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHORT = {"-fragment": "", "-series": "\nseries", "-parallel": "\nparallel", " + ": " +\n", "no ": "no\n"}
# Letters in a line; five such names fit below a panel.
LONGEST_UPRIGHT = 9
# A longer name loses its middle: what tells variants apart stands at either end.
MOST_LETTERS = 28
TURN_DEGREES = 40
TURNED: dict[str, Any] = {"rotation": TURN_DEGREES, "rotation_mode": "anchor", "ha": "right"}


def turn_inches(names: Iterable[str]) -> float:
    """The height that turned names need; 0 if all names are short and stand upright."""
    longest = max(_longest_line(_short(name)) for name in names)
    if longest <= LONGEST_UPRIGHT:
        return 0.0
    return longest / LETTERS_AN_INCH * sin(radians(TURN_DEGREES))


def name_ticks(axes: "Axes", names: Sequence[str], is_turned: bool) -> None:
    """Set a tick with its name for every variant."""
    how = TURNED if is_turned else {}
    axes.set_xticks(range(len(names)), [_short(name) for name in names], **how)


def _short(name: str) -> str:
    for long, short in SHORT.items():
        name = name.replace(long, short)
    return shortened(name, MOST_LETTERS)


def _longest_line(text: str) -> int:
    return max(map(len, text.split("\n")))
