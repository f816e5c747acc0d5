"""Figures from several measurements: repeated runs pooled, quotients, geometric means.

All of it happens on logarithms, because slow-downs and speed-ups multiply.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, exp, log, pi, sin, sqrt
from statistics import NormalDist, fmean
from typing import Generic, TypeVar

from guidelines.stats.intervals import Estimate, Quantity, quantile

REFERENCE_CONFIDENCE = 0.95
# Above this many degrees of freedom Student's t is the normal distribution to three figures.
LARGEST_DEGREES = 1000
# An interval that reaches further than exp(±this) says nothing.
WIDEST_LOG = 20.0
# A quantity that scatters more than the family's ratio explains by chance is judged by its own runs alone.
RESTLESS_CONFIDENCE = 0.95


Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Pooled(Generic[Key]):
    """Quantities of one family pooled over runs, by their keys, and how far the runs lie apart.

    `scatter` is the Birge ratio: the spread between runs over the spread that their own intervals
    explain; about 1 where runs repeat as well as they claim, None where no run gives an interval.
    """

    quantities: Mapping[Key, Quantity]
    scatter: float | None


@dataclass(frozen=True)
class _Repeats:
    """The logarithms of one quantity in several runs: mean, and variance within and between runs."""

    mean: float
    within: float | None
    between: float
    runs: int
    rounds: int


def pooled(family: Mapping[Key, Sequence[Quantity]], independent: int) -> Pooled[Key]:
    """Each quantity of a family over its repeated runs; every run weighs the same.

    The variance of a run is what its own interval says, raised to how far the runs lie apart (Birge
    1932): by the family's common ratio, which many quantities determine even from two runs, or by the
    quantity's own, whichever is larger. Student's t counts the degrees of freedom of the common ratio:
    (runs - 1) for each of the `independent` members of the family (sweeps, whose variants share a
    baseline), or of the quantity's own ratio if chance does not explain that one.
    Input: family[key][run], all with the same number of runs, two or more.
    """
    repeats = {key: _repeats(of_runs) for key, of_runs in family.items()}
    if not repeats:
        return Pooled({}, None)
    ratios = [each.between / each.within for each in repeats.values() if each.within]
    common = max(1.0, fmean(ratios)) if ratios else None
    runs = next(iter(repeats.values())).runs
    degrees = max(1, independent) * (runs - 1)
    quantities = {key: _quantity(each, common, degrees) for key, each in repeats.items()}
    return Pooled(quantities, sqrt(fmean(ratios)) if ratios else None)


def quotient(numerator: Quantity, denominator: Quantity) -> Quantity:
    """The ratio of two quantities measured independently (MOVER, Zou and Donner 2008)."""

    def at(confidence: float) -> Estimate:
        a, b = numerator(confidence), denominator(confidence)
        estimate, rounds = a.estimate / b.estimate, min(a.rounds, b.rounds)
        if a.low is None or a.high is None or b.low is None or b.high is None:
            return Estimate(estimate, None, None, confidence, rounds)
        down = _hypotenuse(log(a.estimate / a.low), log(b.high / b.estimate))
        up = _hypotenuse(log(a.high / a.estimate), log(b.estimate / b.low))
        return Estimate(estimate, estimate * exp(-down), estimate * exp(up), confidence, rounds)

    return at


def geometric_mean(quantities: Sequence[Quantity]) -> Quantity:
    """The geometric mean; its interval holds however the errors depend on each other (Minkowski).

    Raises ValueError for no quantities.
    """
    if not quantities:
        raise ValueError("no quantities")

    def at(confidence: float) -> Estimate:
        found = [quantity(confidence) for quantity in quantities]
        rounds = min(e.rounds for e in found)
        return Estimate(
            exp(fmean(log(e.estimate) for e in found)),
            _mean([e.low for e in found]),
            _mean([e.high for e in found]),
            confidence,
            rounds,
        )

    return at


@cache
def students_t(confidence: float, degrees: int) -> float:
    """The two-sided quantile of Student's t (Abramowitz and Stegun 26.7.3 and 26.7.4, inverted)."""
    if degrees > LARGEST_DEGREES:
        return NormalDist().inv_cdf(0.5 + confidence / 2)
    low, high = 0.0, pi / 2
    while high - low > 1e-15:
        middle = (low + high) / 2
        low, high = (middle, high) if _t_probability(middle, degrees) < confidence else (low, middle)
    return sqrt(degrees) * sin(low) / cos(low)


def _t_probability(angle: float, degrees: int) -> float:
    """Probability that |t| stays below sqrt(degrees) tan(angle)."""
    square, odd = cos(angle) ** 2, degrees % 2
    term, total = (cos(angle) if odd else 1.0), 0.0
    for k in range(1 + odd, degrees, 2):
        total += term
        term *= square * k / (k + 1)
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total


def _repeats(of_runs: Sequence[Quantity]) -> _Repeats:
    estimates = [quantity(REFERENCE_CONFIDENCE) for quantity in of_runs]
    logs = [log(each.estimate) for each in estimates]
    sides = [_log_deviation(each.low, each.high) for each in estimates if each.low and each.high]
    mean = fmean(logs)
    return _Repeats(
        mean=mean,
        within=fmean(side**2 for side in sides) if sides else None,
        between=sum((x - mean) ** 2 for x in logs) / (len(logs) - 1),
        runs=len(estimates),
        rounds=sum(each.rounds for each in estimates),
    )


def _log_deviation(low: float, high: float) -> float:
    """Standard deviation of the logarithm of a quantity with an interval at REFERENCE_CONFIDENCE."""
    return log(high / low) / 2 / quantile(REFERENCE_CONFIDENCE)


def _quantity(repeats: _Repeats, common: float | None, degrees: int) -> Quantity:
    within = repeats.within
    if within is None or common is None:
        single, degrees = repeats.between, repeats.runs - 1
    else:
        single = max(repeats.between, within * common)
        if repeats.between > students_t(RESTLESS_CONFIDENCE, degrees) ** 2 * within * common:
            degrees = repeats.runs - 1

    def at(confidence: float) -> Estimate:
        side = students_t(confidence, degrees) * sqrt(single / repeats.runs)
        if side > WIDEST_LOG:
            return Estimate(exp(repeats.mean), None, None, confidence, repeats.rounds)
        low, middle, high = (exp(repeats.mean + sign * side) for sign in (-1, 0, 1))
        return Estimate(middle, low, high, confidence, repeats.rounds)

    return at


def _mean(ends: Sequence[float | None]) -> float | None:
    known = [log(end) for end in ends if end is not None]
    return exp(fmean(known)) if len(known) == len(ends) else None


def _hypotenuse(a: float, b: float) -> float:
    return sqrt(a * a + b * b)
