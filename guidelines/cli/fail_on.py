"""Find the changes between two sides at which --fail-on fails."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guidelines.analysis.change import LEAST_CHANGE, changes
from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import SPEED, effect_ratio, speed_ratio
from guidelines.analysis.launches import waits_for_launches
from guidelines.stats.intervals import Estimate

EFFECTS, SPEEDS, MISSING = ("stronger", "weaker"), ("faster", "slower"), "missing"
WORDS = (*EFFECTS, *SPEEDS, MISSING)


@dataclass(frozen=True)
class Trigger:
    """A verdict to fail at, and the least change that counts, as a fraction."""

    word: str
    least: float = LEAST_CHANGE


@dataclass(frozen=True)
class Trip:
    """A variant that a trigger matches; `ratio` is B's slow-down over A's, or A's time over B's.

    `is_about_launches` is True if the ratio rests on times of launching, not of the device.
    """

    name: str
    word: str
    ratio: Estimate | None
    is_about_launches: bool = False


def triggers(text: str) -> tuple[Trigger, ...]:
    """Read a list such as "stronger,slower:5%". Raises ValueError naming the part that is wrong."""
    return tuple(map(_trigger, text.split(",")))


def missing(comparison: Comparison) -> list[str]:
    """The variants of A that B lacks or failed to measure, a line for each sweep or failure."""
    failed = [f"{f.place.name} ({f.place.condition.id}) failed: {f.reason}" for f in comparison.b.failures]
    return [*comparison.only_a, *failed]


def tripped(comparison: Comparison, wanted: Sequence[Trigger]) -> list[Trip]:
    """The variants whose whole corrected interval lies beyond a trigger's least change."""
    trips: list[Trip] = []
    for trigger in wanted:
        if trigger.word == MISSING:
            trips += [Trip(name, "MISSING", None) for name in missing(comparison)]
        elif trigger.word in EFFECTS:
            trips += _changed_effects(comparison, trigger)
        else:
            trips += _changed_speeds(comparison, trigger)
    return trips


def _changed_effects(comparison: Comparison, trigger: Trigger) -> Iterator[Trip]:
    """The variants for which the guideline's effect is stronger or weaker on B."""
    rows = [row for row in comparison.rows if row.effect]
    ratios = [effect_ratio(row, trigger.least) for row in rows]
    for row, change in zip(rows, changes(ratios, comparison.confidence), strict=True):
        word = row.outcome_of(change)
        if word == trigger.word.upper():
            yield Trip(row.name, word, change.ratio, row.is_about_launches)


def _changed_speeds(comparison: Comparison, trigger: Trigger) -> Iterator[Trip]:
    """The variants that are themselves faster or slower on B."""
    rows = [row for row in comparison.rows if row.speed]
    known = [speed_ratio(row, trigger.least) for row in rows]
    ratios = [ratio for ratio in known if ratio]
    for row, change in zip(rows, changes(ratios, comparison.confidence), strict=True):
        word = SPEED[change.direction]
        if word == trigger.word.upper():
            about_launches = waits_for_launches(row.a) or waits_for_launches(row.b)
            yield Trip(row.name, word, change.ratio, about_launches)


def _trigger(text: str) -> Trigger:
    match = re.fullmatch(r"(\w+)(?::(\d+(?:\.\d+)?)%)?", text.strip())
    if not match or match[1] not in WORDS:
        raise ValueError(
            f"{text!r} is none of {', '.join(WORDS)}, each with a least change such as :5% or without"
        )
    word, percent = match.groups()
    return Trigger(word) if percent is None else Trigger(word, float(percent) / 100)
