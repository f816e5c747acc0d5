"""The words of --fail-on, each with the least size that counts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guidelines.analysis.change import LEAST_CHANGE
from guidelines.analysis.measured import PASSES_FOR_AN_ODD_ONE

EFFECTS, SPEEDS = ("stronger", "weaker"), ("faster", "slower")
UNCLEAR, DISTURBED, MISSING = "unclear", "disturbed", "missing"
CHANGES = (*EFFECTS, *SPEEDS)
WORDS = (*CHANGES, UNCLEAR, DISTURBED, MISSING)
# The least size that counts, for a word without one: of a change, or the share of disturbed passes.
LEAST = {**dict.fromkeys(CHANGES, LEAST_CHANGE), DISTURBED: 1 / PASSES_FOR_AN_ODD_ONE}
# The largest size: a change by a factor of 101, beyond what anybody looks for.
MOST = 100.0


@dataclass(frozen=True)
class Trigger:
    """A word to fail at, and the least size that counts, as a fraction.

    The size of a change is that of the ratio, that of "disturbed" is the share of the passes. That of
    "unclear" is how far the interval reaches; None is the size of the word that is not decided. "missing" has
    none.
    """

    word: str
    least: float | None = None

    @property
    def size(self) -> float:
        """The least size. Raises ValueError if the word has none of its own."""
        if self.least is None:
            raise ValueError(f"{self.word} has no size of its own")
        return self.least


class UnknownWordError(ValueError):
    """A part of a list whose `word` is not one of WORDS."""

    def __init__(self, text: str, word: str) -> None:
        super().__init__(
            f"{text!r} is none of {', '.join(WORDS)}, each with a least size such as :5% or without"
        )
        self.word = word


def triggers(text: str) -> tuple[Trigger, ...]:
    """Read a list such as "stronger,slower:5%"; what it holds twice counts once.

    Raises ValueError naming the part that is wrong.
    """
    return tuple(dict.fromkeys(map(_trigger, text.split(","))))


def changes(wanted: Sequence[Trigger]) -> tuple[Trigger, ...]:
    """The words of a list that are about changes; all four if it has none but asks for what is unclear."""
    asked = tuple(trigger for trigger in wanted if trigger.word in CHANGES)
    if asked or all(trigger.word != UNCLEAR for trigger in wanted):
        return asked
    return tuple(Trigger(word, LEAST_CHANGE) for word in CHANGES)


def _trigger(text: str) -> Trigger:
    word, colon, size = text.strip().partition(":")
    if word not in WORDS:
        raise UnknownWordError(text, word)
    percent = re.fullmatch(r"(\d+(?:\.\d+)?)%", size)
    if colon and re.fullmatch(r"\d+(\.\d+)?", size):
        raise ValueError(f"{text!r}: a size needs %, as in {word}:{size}%")
    if colon and not percent:
        raise ValueError(f"{text!r}: a size is a number of percent, as in {word}:5%")
    if percent is None:
        return Trigger(word, LEAST.get(word))
    if word == MISSING:
        raise ValueError(f"{text!r}: {MISSING} has no size, give it without")
    least = float(percent[1]) / 100
    if least > MOST:
        raise ValueError(f"{word} has a size of at most {100 * MOST:.0f} %")
    if word == DISTURBED and least >= 1:
        raise ValueError(f"{text!r}: {DISTURBED} has a size below 100 %, a share of the passes")
    return Trigger(word, least)
