"""Quantities from several others: repeated runs pooled, quotients, geometric means.

All of them are computed on logarithms, because slow-downs and speed-ups multiply.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, exp, log, pi, sin, sqrt
from statistics import NormalDist, fmean, median
from typing import Generic, TypeVar

from guidelines.stats.exact import variance
from guidelines.stats.intervals import Estimate, Quantity, Roughly

REFERENCE_CONFIDENCE = 0.95
# Above this many degrees of freedom Student's t is the normal distribution to three figures.
LARGEST_DEGREES = 1000
# An interval wider than exp(±this) says nothing.
WIDEST_LOG = 20.0
# Above this confidence, a quantity that scatters more than its family is judged by its own runs alone.
RESTLESS_CONFIDENCE = 0.95

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Pooled(Generic[Key]):
    """Quantities of one family pooled over runs, and the scatter of the runs.

    `scatter` is the Birge ratio: the spread between runs over the spread that their own intervals
    explain. It is about 1 if runs repeat as well as their intervals claim, None if no run has an interval.
    """

    quantities: Mapping[Key, Quantity]
    scatter: float | None


@dataclass(frozen=True)
class _Repeats:
    """Logarithms of one quantity in several runs: their centre, and the variance within and between runs."""

    centre: float
    within: float | None
    between: float
    runs: int
    rounds: int


def pooled(family: Mapping[Key, Sequence[Quantity]], independent: int) -> Pooled[Key]:
    """Pool each quantity of a family over repeated runs, or over the passes of a run.

    The centre is the Hodges-Lehmann estimate, which one odd run of four hardly moves. The variance of a run
    comes from its own interval. It is multiplied by the ratio of the variance between runs to that within
    runs (Birge 1932): the mean ratio of the family, which many quantities determine even from two runs, or
    the quantity's own ratio if that is larger. Student's t has (runs - 1) degrees of freedom for each of the
    `independent` members of the family (sweeps, because the variants of a sweep share a baseline), or
    (runs - 1) if chance does not explain the quantity's own ratio.
    Input: family[key][run], with the same number of runs for every key, two or more.
    """
    repeats = {key: _repeats(of_runs) for key, of_runs in family.items()}
    if not repeats:
        return Pooled(quantities={}, scatter=None)
    ratios = [each.between / each.within for each in repeats.values() if each.within]
    common = max(1.0, fmean(ratios)) if ratios else None
    runs = next(iter(repeats.values())).runs
    degrees = max(1, independent) * (runs - 1)
    quantities = {key: _quantity(each, common, degrees) for key, each in repeats.items()}
    return Pooled(quantities=quantities, scatter=sqrt(fmean(ratios)) if ratios else None)


def pooled_by_size(
    quantities: Mapping[Key, Sequence[Quantity]], independent: Callable[[Collection[Key]], int] = len
) -> dict[Key, Quantity]:
    """Pool each quantity in the family of those with as many repeats, two or more of each.

    `independent` gives the number of independent members of a family from its keys.
    """
    families: dict[int, dict[Key, Sequence[Quantity]]] = {}
    for key, repeats in quantities.items():
        families.setdefault(len(repeats), {})[key] = repeats
    of_all: dict[Key, Quantity] = {}
    for family in families.values():
        of_all.update(pooled(family, independent(family)).quantities)
    return of_all


def quotient(numerator: Quantity, denominator: Quantity) -> Quantity:
    """The ratio of two quantities measured independently (MOVER, Zou and Donner 2008)."""

    def at(confidence: float) -> Estimate:
        a, b = numerator(confidence), denominator(confidence)
        estimate, rounds = a.estimate / b.estimate, min(a.rounds, b.rounds)
        if a.low is None or a.high is None or b.low is None or b.high is None:
            return Roughly(estimate, rounds)(confidence)
        down = _hypotenuse(log(a.estimate / a.low), log(b.high / b.estimate))
        up = _hypotenuse(log(a.high / a.estimate), log(b.estimate / b.low))
        return Estimate(
            estimate=estimate,
            low=estimate * exp(-down),
            high=estimate * exp(up),
            confidence=confidence,
            rounds=rounds,
        )

    return at


def geometric_mean(quantities: Sequence[Quantity]) -> Quantity:
    """The geometric mean, with an interval that is valid for dependent errors, too (Minkowski).

    Raises ValueError for no quantities.
    """
    if not quantities:
        raise ValueError("no quantities")

    def at(confidence: float) -> Estimate:
        estimates = [quantity(confidence) for quantity in quantities]
        return Estimate(
            estimate=exp(fmean(log(each.estimate) for each in estimates)),
            low=_mean_end([each.low for each in estimates]),
            high=_mean_end([each.high for each in estimates]),
            confidence=confidence,
            rounds=min(each.rounds for each in estimates),
        )

    return at


@dataclass(frozen=True, kw_only=True)
class Around:
    """A quantity from the centre of its logarithm and the standard deviation of that, by Student's t."""

    centre: float
    deviation: float
    degrees: int
    rounds: int

    def __call__(self, confidence: float) -> Estimate:
        side = students_t(confidence, self.degrees) * self.deviation
        if side > WIDEST_LOG:
            return Roughly(exp(self.centre), self.rounds)(confidence)
        return Estimate(
            estimate=exp(self.centre),
            low=exp(self.centre - side),
            high=exp(self.centre + side),
            confidence=confidence,
            rounds=self.rounds,
        )


@cache
def students_t(confidence: float, degrees: int) -> float:
    """The two-sided quantile of Student's t (Abramowitz and Stegun 26.7.3 and 26.7.4, inverted)."""
    if degrees > LARGEST_DEGREES:
        return NormalDist().inv_cdf(0.5 + confidence / 2)
    low, high = 0.0, pi / 2
    while high - low > 1e-15:
        middle = (low + high) / 2
        if _t_probability(middle, degrees) < confidence:
            low = middle
        else:
            high = middle
    return sqrt(degrees) * sin(low) / cos(low)


def _t_probability(angle: float, degrees: int) -> float:
    """Probability that |t| stays below sqrt(degrees) tan(angle)."""
    square, odd = cos(angle) ** 2, degrees % 2
    term, total = (cos(angle) if odd else 1.0), 0.0
    for k in range(1 + odd, degrees, 2):
        total += term
        term *= square * k / (k + 1)
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total


def hodges_lehmann(values: Sequence[float]) -> float:
    """Median of the means of all pairs of values, each value with itself as well (Hodges and Lehmann 1963).

    >>> hodges_lehmann([1.0, 2.0, 3.0, 4.0, 100.0])
    3.0
    """
    means = []
    for k, value in enumerate(values):
        means += [(value + other) / 2 for other in values[k:]]
    return median(means)


def _repeats(of_runs: Sequence[Quantity]) -> _Repeats:
    estimates = [quantity(REFERENCE_CONFIDENCE) for quantity in of_runs]
    logs = [log(each.estimate) for each in estimates]
    deviations = [each.log_deviation for each in estimates]
    squares = [deviation**2 for deviation in deviations if deviation is not None]
    return _Repeats(
        centre=hodges_lehmann(logs),
        within=fmean(squares) if squares else None,
        between=variance(logs),
        runs=len(estimates),
        rounds=sum(each.rounds for each in estimates),
    )


def _quantity(repeats: _Repeats, common: float | None, degrees: int) -> Quantity:
    """One pooled quantity from the family's common ratio and its degrees of freedom."""
    within = repeats.within
    if within is None or common is None:
        single, degrees = repeats.between, repeats.runs - 1
    else:
        single = max(repeats.between, within * common)
        if repeats.between > students_t(RESTLESS_CONFIDENCE, degrees) ** 2 * within * common:
            degrees = repeats.runs - 1

    return Around(
        centre=repeats.centre, deviation=sqrt(single / repeats.runs), degrees=degrees, rounds=repeats.rounds
    )


def _mean_end(ends: Sequence[float | None]) -> float | None:
    """Geometric mean of one end of several intervals, None if one has no interval."""
    known = [log(end) for end in ends if end is not None]
    return exp(fmean(known)) if len(known) == len(ends) else None


def _hypotenuse(a: float, b: float) -> float:
    return sqrt(a * a + b * b)
