"""Measure how far the curves of two devices lie apart, with the error that noise makes.

The distance is the root mean square of the logarithms of the ratios of their slow-downs; what noise alone
would add to its square is taken off. It is given as a factor: devices at 1.1 have slow-downs that differ by a
tenth. Few passes know their own noise poorly, so all intervals are those of Student's t.
"""

from collections.abc import Iterable, Mapping
from math import exp, log, sqrt
from typing import NamedTuple

from guidelines.analysis.compared import Compared
from guidelines.analysis.measured import Measured
from guidelines.results.model import VariantKey
from guidelines.stats.deviation import deviation_of
from guidelines.stats.intervals import Estimate
from guidelines.stats.pooling import LARGEST_DEGREES, REFERENCE_CONFIDENCE, students_t

# Confidence of a second interval: its width beside that of the first tells the degrees of freedom.
NARROW_CONFIDENCE = 0.5


class Noise(NamedTuple):
    """Standard deviation of the logarithm of a slow-down, and its degrees of freedom."""

    deviation: float
    degrees: int

    @property
    def variance(self) -> float:
        """The square of the deviation."""
        return self.deviation**2

    def of_square(self, difference: float) -> float:
        """Variance of the square of a difference with this noise, and of the noise that is taken off it."""
        return self.variance * (4 * difference**2 + 2 * self.variance + 2 * self.variance / self.degrees)


class Difference(NamedTuple):
    """The logarithm of a ratio of slow-downs, and the noise of the recorded one and of one's own."""

    log_ratio: float
    recorded: Noise
    own: Noise

    @property
    def square(self) -> float:
        """The square of the true difference, without what noise adds on average."""
        return self.log_ratio**2 - self.recorded.variance - self.own.variance

    @property
    def degrees(self) -> int:
        """The fewer degrees of freedom of the two."""
        return min(self.recorded.degrees, self.own.degrees)

    @property
    def deviation_of_square(self) -> float:
        """Standard deviation of the square."""
        both = self.recorded.variance * self.own.variance
        return sqrt(self.recorded.of_square(self.log_ratio) + self.own.of_square(self.log_ratio) + 4 * both)


class Error(NamedTuple):
    """Standard deviation of the square of a difference, and its degrees of freedom."""

    deviation: float
    degrees: int


def differences(rows: Iterable[Compared]) -> dict[VariantKey, Difference]:
    """The difference of each row whose two slow-downs have intervals, by one's own variant."""
    known = {}
    for row in rows:
        wide, narrow = row.slowdowns(REFERENCE_CONFIDENCE), row.slowdowns(NARROW_CONFIDENCE)
        recorded = _noise(row.a, wide[0], narrow[0])
        own = _noise(row.b, wide[1], narrow[1])
        if recorded and own:
            known[row.b.place.key] = Difference(log(wide[1].estimate / wide[0].estimate), recorded, own)
    return known


def _noise(side: Measured, wide: Estimate, narrow: Estimate) -> Noise | None:
    """The noise of a slow-down; the rounds of a single pass are enough to take it as normal."""
    repeats = side.runs if side.runs > 1 else side.passes
    deviation = deviation_of(wide, narrow) if repeats > 1 else wide.log_deviation
    return None if deviation is None else Noise(deviation, degrees=(repeats - 1) or LARGEST_DEGREES)


def mean_square(known: Mapping[VariantKey, Difference]) -> float:
    """The square of the distance on the logarithmic scale; below 0 if chance made the differences small."""
    return sum(each.square for each in known.values()) / len(known)


def distance(known: Mapping[VariantKey, Difference]) -> Estimate | None:
    """The distance as a factor with its interval; None without differences."""
    if not known:
        return None
    errors = {key: Error(each.deviation_of_square, each.degrees) for key, each in known.items()}
    square, side = mean_square(known), _half_width_of_mean(errors)
    low, middle, high = (exp(sqrt(max(0.0, end))) for end in (square - side, square, square + side))
    return Estimate(middle, low=low, high=high, confidence=REFERENCE_CONFIDENCE, rounds=len(known))


def _half_width_of_mean(errors: Mapping[VariantKey, Error]) -> float:
    """Half an interval of a mean; the variants of a sweep err together, because they share a baseline.

    The degrees of freedom are those of a sum of variances (Satterthwaite 1946).
    """
    of_sweeps: dict[object, list[Error]] = {}
    for key, error in errors.items():
        of_sweeps.setdefault(key.sweep, []).append(error)
    total = squares = 0.0
    for of_sweep in of_sweeps.values():
        variance = sum(error.deviation for error in of_sweep) ** 2
        total += variance
        squares += variance**2 / min(error.degrees for error in of_sweep)
    if total == 0:
        return 0.0
    degrees = max(1, round(total**2 / squares))
    return students_t(REFERENCE_CONFIDENCE, degrees) * sqrt(total) / len(errors)


def is_nearer(one: Mapping[VariantKey, Difference], other: Mapping[VariantKey, Difference]) -> bool:
    """True if the first device is for certain nearer, by the variants that all three measured."""
    shared = [key for key in one if key in other]
    if not shared:
        return False
    errors, total = {}, 0.0
    for key in shared:
        near, far = one[key], other[key]
        total += far.square - near.square
        of_own = 2 * (far.log_ratio - near.log_ratio) * near.own.deviation  # the same samples stand in both
        of_near, of_far = near.recorded.of_square(near.log_ratio), far.recorded.of_square(far.log_ratio)
        deviation = sqrt(of_own**2 + of_near + of_far)
        errors[key] = Error(deviation, min(near.degrees, far.degrees))
    return total / len(shared) > _half_width_of_mean(errors)
