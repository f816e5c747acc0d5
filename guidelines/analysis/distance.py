"""Measure how far the curves of two devices lie apart, with the error that noise makes.

The distance is the root mean square of the logarithms of the ratios of their slow-downs; what noise alone
would add to its square is taken off. It is given as a factor: devices at 1.1 have slow-downs that differ by a
tenth.
"""

from collections.abc import Iterable, Mapping
from math import exp, log, sqrt
from typing import NamedTuple

from guidelines.analysis.compared import Compared
from guidelines.results.model import VariantKey
from guidelines.stats.intervals import Estimate, quantile
from guidelines.stats.pooling import REFERENCE_CONFIDENCE


class Difference(NamedTuple):
    """The logarithm of a ratio of slow-downs, and the deviations of the recorded one and of one's own."""

    log_ratio: float
    recorded: float
    own: float

    @property
    def square(self) -> float:
        """The square of the true difference, without what noise adds on average."""
        return self.log_ratio**2 - self.recorded**2 - self.own**2


def differences(rows: Iterable[Compared]) -> dict[VariantKey, Difference]:
    """The difference of each row whose two slow-downs have intervals, by one's own variant."""
    known = {}
    for row in rows:
        recorded, own = row.slowdowns(REFERENCE_CONFIDENCE)
        if recorded.log_deviation is not None and own.log_deviation is not None:
            log_ratio = log(own.estimate / recorded.estimate)
            known[row.b.place.key] = Difference(log_ratio, recorded.log_deviation, own.log_deviation)
    return known


def mean_square(known: Mapping[VariantKey, Difference]) -> float:
    """The square of the distance on the logarithmic scale; below 0 if chance made the differences small."""
    return sum(each.square for each in known.values()) / len(known)


def distance(known: Mapping[VariantKey, Difference]) -> Estimate | None:
    """The distance as a factor with its interval; None without differences."""
    if not known:
        return None
    deviations = {}
    for key, each in known.items():
        noise = each.recorded**2 + each.own**2
        deviations[key] = _deviation_of_square(each.log_ratio, noise)
    square = mean_square(known)
    side = quantile(REFERENCE_CONFIDENCE) * _deviation_of_mean(deviations)
    low, middle, high = (exp(sqrt(max(0.0, end))) for end in (square - side, square, square + side))
    return Estimate(middle, low=low, high=high, confidence=REFERENCE_CONFIDENCE, rounds=len(known))


def _deviation_of_square(difference: float, noise: float) -> float:
    """Standard deviation of the square of a difference with normal noise of a given variance."""
    return sqrt(noise * (4 * difference**2 + 2 * noise))


def _deviation_of_mean(deviations: Mapping[VariantKey, float]) -> float:
    """Standard deviation of a mean; the variants of a sweep err together, because they share a baseline."""
    of_sweeps: dict[object, float] = {}
    for key, deviation in deviations.items():
        of_sweeps[key.sweep] = of_sweeps.get(key.sweep, 0.0) + deviation
    return sqrt(sum(each**2 for each in of_sweeps.values())) / len(deviations)


def is_nearer(one: Mapping[VariantKey, Difference], other: Mapping[VariantKey, Difference]) -> bool:
    """True if the first device is for certain nearer, by the variants that all three measured."""
    shared = [key for key in one if key in other]
    if not shared:
        return False
    deviations, total = {}, 0.0
    for key in shared:
        near, far = one[key], other[key]
        total += far.square - near.square
        of_own = 2 * (far.log_ratio - near.log_ratio) * near.own  # the same samples stand in both
        of_near = _deviation_of_square(near.log_ratio, near.recorded**2)
        of_far = _deviation_of_square(far.log_ratio, far.recorded**2)
        deviations[key] = sqrt(of_own**2 + of_near**2 + of_far**2)
    return total / len(shared) > quantile(REFERENCE_CONFIDENCE) * _deviation_of_mean(deviations)
