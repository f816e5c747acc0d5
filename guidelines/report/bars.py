"""Hold a chart of stacked bars on a logarithmic scale: the factors whose product is an effect."""

from dataclasses import dataclass
from math import log


@dataclass(frozen=True)
class Part:
    """A factor: its name ("kernels") and title, its value, as text ("1.6", "" if about 1), and in full."""

    name: str
    title: str
    value: float
    text: str
    in_full: str

    @property
    def log(self) -> float:
        """The natural logarithm of the factor: its length, to the left if negative."""
        return log(self.value)


@dataclass(frozen=True)
class Bar:
    """An effect, its value as text ("1.94x"), its factors, and a note on its unit and outcome.

    It `is_last` of some that belong together, away from the next ones.
    """

    name: str
    value: float
    text: str
    parts: tuple[Part, ...]
    is_last: bool = False
    note: str = ""

    @property
    def below(self) -> tuple[Part, ...]:
        """The factors below 1, which make it faster."""
        return tuple(part for part in self.parts if part.value < 1)

    @property
    def above(self) -> tuple[Part, ...]:
        """The factors above 1, which make it slower."""
        return tuple(part for part in self.parts if part.value >= 1)

    @property
    def ends(self) -> tuple[float, float]:
        """The logarithms of the product of the factors below 1, and of those above."""
        return sum(part.log for part in self.below), sum(part.log for part in self.above)


@dataclass(frozen=True)
class BarGroup:
    """Bars under a name and a note; `more` are those to show on request, under a title of their own.

    `section` is the index of the section of the document that holds the figures.
    """

    name: str
    bars: tuple[Bar, ...]
    note: str = ""
    more: tuple[Bar, ...] = ()
    more_title: str = ""
    section: int | None = None


@dataclass(frozen=True)
class BarChart:
    """Groups of bars on one scale, with lines that say how to read them."""

    title: str
    groups: tuple[BarGroup, ...]
    legend: str = ""

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The bars of all groups."""
        every: list[Bar] = []
        for group in self.groups:
            every += (*group.bars, *group.more)
        return tuple(every)
