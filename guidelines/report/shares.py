"""Hold a bar of shares that make a whole: the time of a network by the guideline that its operators break."""

from dataclasses import dataclass
from typing import Literal

# The class of a part's colour and pattern.
Kind = Literal["g1", "g2", "g3", "g4", "none", "between"]


@dataclass(frozen=True)
class SharePart:
    """A part of a bar: its name ("G4"), what it is, its share, and the figures of both as text.

    `saved` is the part of the whole that keeping the guideline would save, at most the share.
    """

    kind: Kind
    name: str
    meaning: str
    share: float
    text: str
    saved: float = 0.0
    saved_text: str = ""


@dataclass(frozen=True)
class ShareBar:
    """A whole ("48.7 ms") and its parts in order, with a line that says how to read it.

    Shares below zero, of parts that overlap, are not drawn; then the others are more than the whole.
    """

    title: str
    whole: str
    parts: tuple[SharePart, ...]
    legend: str = ""

    @property
    def drawn(self) -> tuple[SharePart, ...]:
        """The parts that have a length."""
        return tuple(part for part in self.parts if part.share > 0)

    @property
    def length(self) -> float:
        """The length of all parts: 1, or more if the whole takes less time than its parts alone."""
        return sum(part.share for part in self.drawn)
