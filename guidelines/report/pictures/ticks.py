"""Write the names of variants below a panel: shortened, and turned if they have no room upright."""

from collections.abc import Sequence
from math import radians, sin
from typing import TYPE_CHECKING, Any, NamedTuple

from guidelines.report.pictures.legend import letters, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SHORT = {"-fragment": "", "-series": "\nseries", "-parallel": "\nparallel", " + ": " +\n", "no ": "no\n"}
# A longer name loses its middle: what tells variants apart stands at either end.
MOST_LETTERS = 28
TURN_DEGREES = 40
TURNED: dict[str, Any] = {"rotation": TURN_DEGREES, "rotation_mode": "anchor", "ha": "right"}
# Room beside the names for the labels of the vertical axis.
LABELS_INCHES = 0.7


class Turn(NamedTuple):
    """Direction of names: if they are turned, and the height that they need then."""

    is_turned: bool
    inches: float


def turn(names: Sequence[Sequence[str]], width_inches: float, points: int) -> Turn:
    """Direction of the names below panels of a width, in letters of a size."""
    is_turned, longest = False, 0
    for of_panel in names:
        short = [_short(name) for name in of_panel]
        line = max(max(map(len, text.split("\n"))) for text in short)
        room = letters(width_inches - LABELS_INCHES, points) / len(short)
        is_turned = is_turned or line + 1 > room
        longest = max(longest, *map(len, short))
    if not is_turned:
        return Turn(False, 0.0)
    return Turn(True, longest / letters(1, points) * sin(radians(TURN_DEGREES)))


def name_ticks(axes: "Axes", names: Sequence[str], turned: Turn) -> None:
    """Set a tick with its name for every variant; turned names stand on one line."""
    shown = [_short(name) for name in names]
    if turned.is_turned:
        shown = [short_name(name) for name in names]
    axes.set_xticks(range(len(names)), shown, **(TURNED if turned.is_turned else {}))


def short_name(name: str) -> str:
    """A name as it stands below a panel, on one line."""
    return _short(name).replace("\n", " ")


def _short(name: str) -> str:
    for long, short in SHORT.items():
        name = name.replace(long, short)
    return shortened(name, MOST_LETTERS)
