"""Members of a group that differ from the others, by figures that all repeat at about the same times.

Figures are compared within each repetition with the median of the other members: what all members share,
such as the drift of an hour, cancels, and one odd member hardly moves the median. The differences of a member
give its interval over repetitions. The clearest member is named first, and the others are then compared
without it: beside a slow member, the others would look fast. Figures that a member lacks are estimated for
the median, so that its members are the same in each of them. In the end, each named member is compared once
more, and those within the margin return.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import median
from typing import NamedTuple

import numpy as np

from guidelines.stats.additive import Flags, filled
from guidelines.stats.additive import median as median_along
from guidelines.stats.exact import variance
from guidelines.stats.intervals import Estimate, Floats, Roughly
from guidelines.stats.others import medians_of_others, others_of
from guidelines.stats.pooling import RESTLESS_CONFIDENCE, WIDEST_LOG, Around, hodges_lehmann, students_t

# With fewer members nobody knows which of them is the odd one.
FEWEST_MEMBERS = 3
# In fewer repetitions a burst may be beside the same member by chance.
FEWEST_ALONE = 3
# A member is odd if it differs by more than this many times what half of the members differ by.
TIMES_THE_SPREAD = 3
# The median of variances tells as much as the mean of half as many, and no restless member moves it.
SHARE_OF_DEGREES = 0.5


@dataclass(frozen=True)
class Deviation:
    """A member over the median of the others, the margin beyond which it differs, and if it does.

    `repeats` is the number of repetitions in which it and others have figures, `others` the number of
    members it is compared with: those that differ are not among them.
    """

    ratio: Estimate
    margin: float
    repeats: int
    others: int
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
    returned: set[int] = set()
    deviations = _judged(logs, is_reference, confidence, least)
    while (number := _misplaced(deviations, is_reference, returned)) is not None:
        if not is_reference[number]:
            returned.add(number)
        is_reference[number] = not is_reference[number]
        deviations = _judged(logs, is_reference, confidence, least)
    return deviations


def _misplaced(
    deviations: Sequence[Deviation | None], is_reference: Flags, returned: Collection[int]
) -> int | None:
    """The next member to leave the reference, or else to return to it; None if all are in place.

    Each returns once at most, which ends the search.
    """
    clearest = _clearest(deviations, is_reference)
    if clearest is not None:
        return clearest
    for number, (deviation, is_inside) in enumerate(zip(deviations, is_reference, strict=True)):
        if not is_inside and number not in returned and not (deviation and deviation.is_named):
            return number
    return None


def _clearest(deviations: Sequence[Deviation | None], is_reference: Flags) -> int | None:
    """The member of the reference whose interval lies farthest beyond its margin; None if none does."""
    known = [each for each, is_inside in zip(deviations, is_reference, strict=True) if each and is_inside]
    if len(known) < FEWEST_MEMBERS:
        return None
    beyond = {}
    for number, deviation in enumerate(deviations):
        if deviation and is_reference[number]:
            beyond[number] = _beyond(deviation.ratio, deviation.margin)
    clearest = max(beyond, key=lambda number: beyond[number])
    return clearest if beyond[clearest] > 0 else None


def _beyond(ratio: Estimate, margin: float) -> float:
    """The distance from the margin to the nearer end of an interval, negative if it spans the margin."""
    if ratio.low is None or ratio.high is None:
        return -1.0
    return max(log(ratio.low), -log(ratio.high)) - log(1 + margin)


def _judged(logs: Floats, is_reference: Flags, confidence: float, least: float) -> list[Deviation | None]:
    """Every member beside the median of the reference without itself; those outside it may be named."""
    reference = filled(logs[is_reference])
    apart = logs - medians_of_others(logs, reference, is_reference)
    members = [_member(row) for row in mean_differences(apart)]
    common = _common(each for each, inside in zip(members, is_reference, strict=True) if each and inside)
    margin = max(least, exp(TIMES_THE_SPREAD * _spread(reference)) - 1)
    numbers = np.where(np.isnan(apart), 0, others_of(reference, is_reference)).max(axis=(1, 2))
    deviations: list[Deviation | None] = []
    for each, is_inside, others in zip(members, is_reference, numbers.tolist(), strict=True):
        if each is None:
            deviations.append(None)
        else:
            ratio = _ratio(each, common, confidence, log(1 + margin))
            is_named = not is_inside and _beyond(ratio, margin) > 0
            deviations.append(Deviation(ratio, margin, each.repeats, others, is_named=is_named))
    return deviations


def _spread(reference: Floats) -> float:
    """The median distance of members from their median: half of them differ from it by less."""
    levels = median_along(mean_differences(reference - median_along(reference)).T)[0]
    return float(np.median(np.abs(levels[~np.isnan(levels)]))) if not np.isnan(levels).all() else 0.0


def mean_differences(apart: Floats) -> Floats:
    """The means over the last axis, the variables, of those that are not NaN; NaN without any."""
    is_there = ~np.isnan(apart)
    counts = is_there.sum(axis=-1)
    sums = np.where(is_there, apart, 0.0).sum(axis=-1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


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
