"""Changes that a continuous integration should stop at."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guidelines.change import LEAST_CHANGE, changes
from guidelines.compare import SPEED, Comparison, effect_ratio, speed_ratio
from guidelines.stats import Estimate

EFFECTS, SPEEDS, MISSING = ("stronger", "weaker"), ("faster", "slower"), "missing"
WORDS = (*EFFECTS, *SPEEDS, MISSING)


@dataclass(frozen=True)
class Trigger:
    """A verdict to stop at, and the least change that counts, as a fraction."""

    word: str
    least: float = LEAST_CHANGE


@dataclass(frozen=True)
class Trip:
    """A variant at which a trigger stops: B's slow-down over A's, or the time of A over that of B."""

    name: str
    word: str
    ratio: Estimate | None


def triggers(text: str) -> tuple[Trigger, ...]:
    """Read "stronger,slower:5%". Raises ValueError naming the part that cannot be read."""
    return tuple(map(_trigger, text.split(",")))


def missing(comparison: Comparison) -> list[str]:
    """What A has and B has not, or failed to measure."""
    failed = [f"{f.place.name} ({f.place.condition.id}) failed: {f.reason}" for f in comparison.b.failures]
    return [*comparison.only_a, *failed]


def tripped(comparison: Comparison, wanted: Sequence[Trigger]) -> list[Trip]:
    """The variants whose whole corrected interval lies beyond a trigger's least change, by trigger."""
    return [trip for trigger in wanted for trip in _tripped(comparison, trigger)]


def _tripped(comparison: Comparison, trigger: Trigger) -> Iterator[Trip]:
    if trigger.word == MISSING:
        for lacking in missing(comparison):
            yield Trip(lacking, "MISSING", None)
    else:
        yield from _changed(comparison, trigger)


def _changed(comparison: Comparison, trigger: Trigger) -> Iterator[Trip]:
    """The variants whose effect or speed changed by more than a trigger's least change."""
    is_effect = trigger.word in EFFECTS
    rows = [row for row in comparison.rows if (row.effect if is_effect else row.speed)]
    ratio = effect_ratio if is_effect else speed_ratio
    ratios = [each for row in rows if (each := ratio(row, trigger.least))]
    for row, change in zip(rows, changes(ratios, comparison.confidence), strict=True):
        word = row.outcome_of(change) if is_effect else SPEED[change.direction]
        if word == trigger.word.upper():
            yield Trip(row.name, word, change.ratio)


def _trigger(text: str) -> Trigger:
    found = re.fullmatch(r"(\w+)(?::(\d+(?:\.\d+)?)%)?", text.strip())
    if not found or found[1] not in WORDS:
        raise ValueError(
            f"{text!r} is none of {', '.join(WORDS)}, each with a least change such as :5% or without"
        )
    return Trigger(found[1]) if found[2] is None else Trigger(found[1], float(found[2]) / 100)
