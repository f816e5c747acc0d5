"""Figures from several measurements: repeated runs pooled, quotients, geometric means.

All of it happens on logarithms, because slow-downs and speed-ups multiply.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import cos, exp, log, pi, sin, sqrt
from statistics import NormalDist, fmean

from guidelines.stats import Estimate, Quantity

REFERENCE_CONFIDENCE = 0.95
# Above this many degrees of freedom Student's t is the normal distribution to three figures.
LARGEST_DEGREES = 1000
# An interval that reaches further than exp(±this) says nothing.
WIDEST_LOG = 20.0
# A quantity that scatters more than the family's ratio explains by chance is judged by its own runs alone.
RESTLESS_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Pooled:
    """Quantities of one family pooled over runs, and how far the runs lie apart.

    `scatter` is the Birge ratio: the spread between runs over the spread that their own intervals
    explain; about 1 where runs repeat as well as they claim, None where no run gives an interval.
    """

    quantities: tuple[Quantity, ...]
    scatter: float | None


@dataclass(frozen=True)
class _Repeats:
    """The logarithms of one quantity in several runs: mean, and variance within and between runs."""

    mean: float
    within: float | None
    between: float
    runs: int
    rounds: int


def pooled(family: Sequence[Sequence[Quantity]], independent: int) -> Pooled:
    """Each quantity of a family over its repeated runs; every run weighs the same.

    The variance of a run is what its own interval says, raised to how far the runs lie apart (Birge
    1932): by the family's common ratio, which many quantities determine even from two runs, or by the
    quantity's own, whichever is larger. Student's t counts the degrees of freedom of the common ratio:
    (runs - 1) for each of the `independent` members of the family (sweeps, whose variants share a
    baseline), or of the quantity's own ratio where chance does not explain that one.
    Input: family[quantity][run], all with the same number of runs, two or more.
    """
    if not family:
        return Pooled((), None)
    repeats = [_repeats([quantity(REFERENCE_CONFIDENCE) for quantity in runs]) for runs in family]
    ratios = [r.between / r.within for r in repeats if r.within]
    common = max(1.0, fmean(ratios)) if ratios else None
    degrees = max(1, independent) * (repeats[0].runs - 1)
    quantities = tuple(_quantity(r, common, degrees) for r in repeats)
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


def _repeats(found: Sequence[Estimate]) -> _Repeats:
    logs = [log(e.estimate) for e in found]
    spread = NormalDist().inv_cdf(0.5 + REFERENCE_CONFIDENCE / 2)
    sides = [log(e.high / e.low) / 2 / spread for e in found if e.low is not None and e.high is not None]
    within = fmean(side**2 for side in sides) if sides else None
    mean = fmean(logs)
    between = sum((x - mean) ** 2 for x in logs) / (len(logs) - 1)
    return _Repeats(mean, within, between, len(found), sum(e.rounds for e in found))


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
