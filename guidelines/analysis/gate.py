"""The gate of --fail-on: what it checks in a comparison, and what trips it.

Every row is judged alone, as in the tables of the comparison, at the least change that the gate names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from guidelines.analysis.change import LEAST_CHANGE, Change, change
from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import SPEED, effect_ratio, speed_ratio
from guidelines.analysis.launches import waits_for_launches
from guidelines.analysis.measured import PASSES_FOR_AN_ODD_ONE, Measured, by_sweep
from guidelines.results.model import Circumstances
from guidelines.stats.intervals import Estimate
from guidelines.stats.noise_floor import MOST_NOISE_FLOOR

EFFECTS, SPEEDS = ("stronger", "weaker"), ("faster", "slower")
UNCLEAR, DISTURBED, MISSING = "unclear", "disturbed", "missing"
WORDS = (*EFFECTS, *SPEEDS, UNCLEAR, DISTURBED, MISSING)
# The least size that counts, for a word without one: the share of disturbed passes, or a change.
LEAST = {DISTURBED: 1 / PASSES_FOR_AN_ODD_ONE}


@dataclass(frozen=True)
class Trigger:
    """A word to fail at, and the least size that counts, as a fraction.

    The size of a change is that of the ratio, that of "unclear" is how far the interval reaches, that of
    "disturbed" is the share of the passes; "missing" has none.
    """

    word: str
    least: float = LEAST_CHANGE


@dataclass(frozen=True)
class Finding:
    """A row, or a sweep that was disturbed, with the word for it and the side of the comparison it is on.

    `ratio` is B's slow-down over A's, or A's time over B's, as `of` says; `reach` is the largest change that
    its interval allows. `is_about_launches` is True if it rests on times of launching, not of the device.
    """

    name: str
    word: str
    side: str = "B"
    of: str = ""
    ratio: Estimate | None = None
    reach: float = inf
    reason: str = ""
    is_about_launches: bool = False


@dataclass(frozen=True)
class Check:
    """A trigger with what it was asked about ("51 speeds"), what tripped it, and the UNCLEAR rows."""

    trigger: Trigger
    checked: str
    trips: tuple[Finding, ...]
    unclear: int = 0


@dataclass(frozen=True)
class Gate:
    """The answer of --fail-on.

    `undecided` are the rows that it asks about and that are unclear, `missing` are those of A that B lacks
    or failed to measure, a line for each sweep or failure.
    """

    checks: tuple[Check, ...]
    undecided: tuple[Finding, ...]
    missing: tuple[str, ...]

    @property
    def trips(self) -> tuple[Finding, ...]:
        """Every finding at which the gate fails."""
        trips: list[Finding] = []
        for check in self.checks:
            trips += check.trips
        return tuple(trips)


def triggers(text: str) -> tuple[Trigger, ...]:
    """Read a list such as "stronger,slower:5%". Raises ValueError naming the part that is wrong."""
    return tuple(map(_trigger, text.split(",")))


def gate(comparison: Comparison, wanted: Sequence[Trigger]) -> Gate:
    """Check every trigger."""
    asked = [trigger.word for trigger in wanted]
    about = _judged(comparison, asked)
    return Gate(
        checks=tuple(_check(comparison, trigger, asked) for trigger in wanted),
        undecided=tuple(each for each in about if each.word == UNCLEAR.upper()),
        missing=tuple(_missing(comparison)),
    )


def _check(comparison: Comparison, trigger: Trigger, asked: Sequence[str]) -> Check:
    if trigger.word == MISSING:
        trips = [Finding(name, MISSING.upper()) for name in _missing(comparison)]
        return Check(trigger, f"{len(comparison.a.measured)} rows of A", tuple(trips))
    if trigger.word == DISTURBED:
        return _check_passes(comparison, trigger)
    if trigger.word == UNCLEAR:
        judged = _judged(comparison, asked)
        trips = [each for each in judged if each.word == UNCLEAR.upper() and each.reach > trigger.least]
    else:
        judged = _judged(comparison, [trigger.word], trigger.least)
        trips = [each for each in judged if each.word == trigger.word.upper()]
    unclear = sum(each.word == UNCLEAR.upper() for each in judged)
    return Check(trigger, _counted(judged), tuple(trips), unclear)


def _counted(judged: Iterable[Finding]) -> str:
    """Number of figures of each kind: "39 slow-downs and 51 speeds"."""
    kinds = [each.of for each in judged]
    return " and ".join(f"{kinds.count(kind)} {kind}s" for kind in dict.fromkeys(kinds)) or "nothing"


def _judged(comparison: Comparison, asked: Sequence[str], least: float = LEAST_CHANGE) -> list[Finding]:
    """The slow-downs, the speeds or both, as the words ask; words that ask for neither are about both."""
    about_effects, about_speeds = (not set(asked).isdisjoint(words) for words in (EFFECTS, SPEEDS))
    judged: list[Finding] = []
    if about_effects or not about_speeds:
        judged += _effects(comparison, least)
    if about_speeds or not about_effects:
        judged += _speeds(comparison, least)
    return judged


def _effects(comparison: Comparison, least: float) -> Iterator[Finding]:
    """The guideline's effect on B, of every row that has one."""
    for row in comparison.rows:
        if row.effect:
            its_change = change(effect_ratio(row, least), row.confidence)
            judged = _finding(row.name, row.outcome_of(its_change), its_change)
            yield replace(judged, of="slow-down", is_about_launches=row.is_about_launches)


def _speeds(comparison: Comparison, least: float) -> Iterator[Finding]:
    """The speed of B, of every row whose two sides did the same work."""
    for row in comparison.rows:
        ratio = speed_ratio(row, least)
        if ratio:
            its_change = change(ratio, row.confidence)
            about_launches = waits_for_launches(row.a) or waits_for_launches(row.b)
            judged = _finding(row.name, SPEED[its_change.direction], its_change)
            yield replace(judged, of="speed", is_about_launches=about_launches)


def _finding(name: str, word: str, its_change: Change) -> Finding:
    return Finding(name, word, ratio=its_change.ratio, reach=_reach(its_change))


def _reach(its_change: Change) -> float:
    """The largest change that an interval allows, as a fraction; infinite if it says nothing."""
    low, high, margin = its_change.ratio.low, its_change.ratio.high, its_change.margin
    if low is None or high is None or margin is None or margin > MOST_NOISE_FLOOR:
        return inf
    return max(high, 1 / low) - 1


def _missing(comparison: Comparison) -> list[str]:
    failed = [f"{f.place.name} ({f.place.condition.id}) failed: {f.reason}" for f in comparison.b.failures]
    return [*comparison.only_a, *failed]


def _check_passes(comparison: Comparison, trigger: Trigger) -> Check:
    """Check the share of disturbed passes of every sweep, on either side."""
    trips: list[Finding] = []
    checked = 0
    for side, rows in (("A", [row.a for row in comparison.rows]), ("B", [row.b for row in comparison.rows])):
        sweeps = by_sweep(rows).values()
        checked += len(sweeps)
        trips += [_disturbed(sweep, side) for sweep in sweeps if _share(sweep) > trigger.least]
    return Check(trigger, f"{checked} sweeps", tuple(trips))


def _share(sweep: Sequence[Measured]) -> float:
    """The largest share of disturbed passes among the rows of a sweep."""
    return max(map(_share_of, sweep))


def _share_of(measured: Measured) -> float:
    return sum(map(_is_disturbed, measured.circumstances)) / max(1, len(measured.circumstances))


def _is_disturbed(of_pass: Circumstances) -> bool:
    return bool(of_pass.disturbed)


def _disturbed(sweep: Sequence[Measured], side: str) -> Finding:
    """A disturbed sweep, with the row of which the most passes were."""
    worst = max(sweep, key=_share_of)
    passes = worst.circumstances
    reason = f"{sum(map(_is_disturbed, passes))} of {len(passes)} passes, such as {worst.disturbed[0]}"
    name = f"{worst.place.guideline} {worst.place.sweep}"
    return Finding(name, DISTURBED.upper(), side, reason=reason)


def _trigger(text: str) -> Trigger:
    match = re.fullmatch(r"(\w+)(?::(\d+(?:\.\d+)?)%)?", text.strip())
    if not match or match[1] not in WORDS:
        raise ValueError(
            f"{text!r} is none of {', '.join(WORDS)}, each with a least size such as :5% or without"
        )
    word, percent = match.groups()
    if percent is None:
        return Trigger(word, LEAST.get(word, LEAST_CHANGE))
    if word == MISSING:
        raise ValueError(f"{text!r}: {MISSING} has no size, give it without")
    return Trigger(word, float(percent) / 100)
