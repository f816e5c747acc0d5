"""Products and quotients of estimates that do not depend on each other, with their intervals."""

from dataclasses import replace
from math import exp, hypot, log

from guidelines.stats.intervals import Estimate


def over(a: Estimate, b: Estimate) -> Estimate:
    """The quotient of two estimates; without an interval if one of them has none."""
    return _combined(a, b, a.estimate / b.estimate)


def product(a: Estimate, b: Estimate) -> Estimate:
    """The product of two estimates; without an interval if one of them has none."""
    return _combined(a, b, a.estimate * b.estimate)


def with_side(like: Estimate, estimate: float, side: float) -> Estimate:
    """An estimate whose interval reaches as far to both sides on the logarithmic scale."""
    return replace(like, estimate=estimate, low=estimate * exp(-side), high=estimate * exp(side))


def _combined(a: Estimate, b: Estimate, estimate: float) -> Estimate:
    side_of_a, side_of_b = _side(a), _side(b)
    if side_of_a is None or side_of_b is None:
        return replace(a, estimate=estimate, low=None, high=None)
    return with_side(a, estimate, hypot(side_of_a, side_of_b))


def _side(of: Estimate) -> float | None:
    """The larger side of an interval on the logarithmic scale, None without an interval."""
    if of.low is None or of.high is None:
        return None
    return max(log(of.high / of.estimate), log(of.estimate / of.low))
