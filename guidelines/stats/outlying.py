"""Members of a group that differ from the others, by figures that all repeat at about the same times.

Figures are compared within each repetition with the median of the other members: what all members share,
such as the drift of an hour, cancels, and one odd member hardly moves the median. The differences of a member
give its interval over repetitions. The clearest member is named first, and the others are then compared
without it: beside a slow member, the others would look fast.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from guidelines.stats.exact import variance
from guidelines.stats.intervals import Estimate, Floats, Roughly
from guidelines.stats.pooling import RESTLESS_CONFIDENCE, WIDEST_LOG, Around, hodges_lehmann, students_t

# With fewer members nobody knows which of them is the odd one.
FEWEST_MEMBERS = 3
# In fewer repetitions a burst may be beside the same member by chance.
FEWEST_ALONE = 3
# A member is odd if it differs by more than this many times what half of the members differ by.
TIMES_THE_SPREAD = 3
# The median of variances tells as much as the mean of half as many, and no restless member moves it.
SHARE_OF_DEGREES = 0.5
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Deviation:
    """A member over the median of the others, the margin beyond which it differs, and if it does.

    `repeats` is the number of repetitions in which it and others have figures.
    """

    ratio: Estimate
    margin: float
    repeats: int
    is_named: bool = False

    @property
    def is_alike(self) -> bool:
        """True if the whole interval lies within the margin."""
        low, high = self.ratio.low, self.ratio.high
        if low is None or high is None:
            return False
        return 1 / (1 + self.margin) <= low and high <= 1 + self.margin

    @property
    def is_open(self) -> bool:
        """True if the estimate lies beyond the margin, but not the whole interval."""
        return not self.is_named and abs(log(self.ratio.estimate)) > log(1 + self.margin)


class _Member(NamedTuple):
    """A member beside the others: its difference in each repetition, with their centre and variance."""

    differences: tuple[float, ...]
    centre: float
    variance: float | None

    @property
    def repeats(self) -> int:
        """Number of repetitions."""
        return len(self.differences)


class _Common(NamedTuple):
    """The variance of a repetition that members share, with its degrees of freedom."""

    variance: float
    degrees: int


def outlying(logs: Floats, confidence: float, least: float) -> list[Deviation | None]:
    """Each member beside the others; None if it shares no figure with them.

    Input: logs[member, repetition, variable], the logarithms of figures, NaN for missing ones; `confidence`
    is that of each interval; smaller differences than `least` are never named.
    Interval: Student's t, with the typical variance of the members or the own one if that is larger. It has
    the degrees of freedom of all members, unless chance does not explain the own variance. A member of such
    variance that lies beyond the margin in each repetition alone has an interval from the least difference
    to the greatest.
    Raises ValueError for fewer than three members.
    """
    if len(logs) < FEWEST_MEMBERS:
        raise ValueError(f"{len(logs)} members: which of them is the odd one is not known")
    is_reference = np.ones(len(logs), dtype=np.bool_)
    deviations = _judged(logs, is_reference, confidence, least)
    while (number := _clearest(deviations, is_reference)) is not None:
        is_reference[number] = False
        deviations = _judged(logs, is_reference, confidence, least)
    return deviations


def _clearest(deviations: Sequence[Deviation | None], is_reference: Flags) -> int | None:
    """The member of the reference whose interval lies farthest beyond its margin; None if none does."""
    known = [each for each, is_inside in zip(deviations, is_reference, strict=True) if each and is_inside]
    if len(known) < FEWEST_MEMBERS:
        return None
    beyond = {}
    for number, deviation in enumerate(deviations):
        if deviation and is_reference[number] and _beyond(deviation) > 0:
            beyond[number] = _beyond(deviation)
    return max(beyond, key=lambda number: beyond[number]) if beyond else None


def _beyond(deviation: Deviation) -> float:
    """The distance from the margin to the nearer end of an interval, negative if it spans the margin."""
    low, high = deviation.ratio.low, deviation.ratio.high
    if low is None or high is None:
        return -1.0
    return max(log(low), -log(high)) - log(1 + deviation.margin)


def _judged(logs: Floats, is_reference: Flags, confidence: float, least: float) -> list[Deviation | None]:
    """Every member beside the median of the reference without itself; those outside it are named."""
    apart = mean_differences(logs - _medians_of_others(logs, is_reference))
    members = [_member(row) for row in apart]
    common = _common(each for each, inside in zip(members, is_reference, strict=True) if each and inside)
    margin = max(least, exp(TIMES_THE_SPREAD * _spread(logs[is_reference])) - 1)
    deviations: list[Deviation | None] = []
    for each, is_inside in zip(members, is_reference, strict=True):
        if each is None:
            deviations.append(None)
        else:
            ratio = _ratio(each, common, confidence, log(1 + margin))
            deviations.append(Deviation(ratio, margin, each.repeats, is_named=not is_inside))
    return deviations


def _spread(reference: Floats) -> float:
    """The median distance of members from their median: half of them differ from it by less."""
    levels = _median(mean_differences(reference - _median(reference)).T)[0]
    return float(np.median(np.abs(levels[~np.isnan(levels)]))) if not np.isnan(levels).all() else 0.0


def _median(values: Floats) -> Floats:
    """The medians along the first axis, which is kept, of those that are not NaN; NaN without any."""
    ordered = np.sort(values, axis=0)  # missing figures come last
    count = (~np.isnan(ordered)).sum(axis=0, keepdims=True)
    lower, upper = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(ordered) - 1)
    medians: Floats = np.take_along_axis(ordered, lower, axis=0) + np.take_along_axis(ordered, upper, axis=0)
    return medians / 2


def mean_differences(apart: Floats) -> Floats:
    """The means over the last axis, the variables, of those that are not NaN; NaN without any."""
    is_there = ~np.isnan(apart)
    counts = is_there.sum(axis=-1)
    sums = np.where(is_there, apart, 0.0).sum(axis=-1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _medians_of_others(logs: Floats, is_reference: Flags) -> Floats:
    """The median of the reference without the member itself; NaN if too few others have a figure.

    Two others have to, unless the reference has no more than two members left.
    """
    ordered = np.sort(logs[is_reference], axis=0)  # missing figures come last
    ranks = np.full(logs.shape, len(ordered))
    ranks[is_reference] = logs[is_reference].argsort(axis=0).argsort(axis=0)
    others = (~np.isnan(ordered)).sum(axis=0) - is_reference[:, None, None]
    lower, upper = (_without(ordered, ranks, place) for place in ((others - 1) // 2, others // 2))
    fewest = min(len(ordered), FEWEST_MEMBERS) - 1
    return np.where(others >= fewest, (lower + upper) / 2, np.nan)


def _without(ordered: Floats, ranks: NDArray[np.int_], position: NDArray[np.int_]) -> Floats:
    """The figure at a position among the ordered ones, without that of the rank."""
    places = np.clip(position + (position >= ranks), 0, len(ordered) - 1)
    figures: Floats = np.take_along_axis(ordered, places, axis=0)
    return figures


def _member(differences: Floats) -> _Member | None:
    known: list[float] = differences[~np.isnan(differences)].tolist()
    if not known:
        return None
    spread = variance(known) if len(known) > 1 else None
    return _Member(tuple(known), hodges_lehmann(known), spread)


def _common(members: Iterable[_Member]) -> _Common | None:
    """The typical variance, from the median: a burst beside one member is not that of the others."""
    scaled, degrees = [], 0
    for each in members:
        if each.variance is not None:
            own_degrees = each.repeats - 1
            # The median of a chi-squared variable over its mean (Wilson and Hilferty 1931).
            scaled.append(each.variance / (1 - 2 / (9 * own_degrees)) ** 3)
            degrees += own_degrees
    return _Common(median(scaled), max(1, int(SHARE_OF_DEGREES * degrees))) if scaled else None


def _ratio(member: _Member, common: _Common | None, confidence: float, margin: float) -> Estimate:
    centre = min(max(member.centre, -WIDEST_LOG), WIDEST_LOG)
    if common is None:
        return Roughly(exp(centre), member.repeats)(confidence)
    if _is_always_apart(member, common, confidence, margin):
        low, high = exp(min(member.differences)), exp(max(member.differences))
        return Estimate(exp(centre), low=low, high=high, confidence=confidence, rounds=member.repeats)
    own, single, degrees = member.variance, common.variance, common.degrees
    if own is not None and own > single:
        if _is_restless(own, common):
            degrees = member.repeats - 1
        single = own
    deviation = sqrt(single / member.repeats)
    around = Around(centre=centre, deviation=deviation, degrees=degrees, rounds=member.repeats)
    return around(confidence)


def _is_restless(own: float, common: _Common) -> bool:
    """True if chance does not explain a member's variance."""
    return own > students_t(RESTLESS_CONFIDENCE, common.degrees) ** 2 * common.variance


def _is_always_apart(member: _Member, common: _Common, confidence: float, margin: float) -> bool:
    """True if a restless member lies beyond the margin in each repetition alone, and always on one side.

    A busy process holds a member back by another share each time: Student's t of so few repetitions would
    not see it.
    """
    if member.repeats < FEWEST_ALONE or member.variance is None or not _is_restless(member.variance, common):
        return False
    side = margin + students_t(confidence, common.degrees) * sqrt(common.variance)
    return min(member.differences) > side or max(member.differences) < -side
