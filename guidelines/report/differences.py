"""Write estimates that may be below zero: shares of a time, and what is saved of it."""

from guidelines.report.digits import first_digit, rounded
from guidelines.stats.intervals import Estimate

MOST_DECIMALS = 2


def with_half_width(estimate: Estimate) -> str:
    """An estimate with the larger side of its interval: "-120 ±30"; "~120" if it has none.

    A side that is zero as shown is left out.
    """
    half_width = estimate.half_width
    if half_width is None:
        return f"~{_rounded(estimate.estimate, _decimals(estimate))}"
    places = _decimals(estimate)
    known, side = _rounded(estimate.estimate, places), _rounded(half_width, places)
    return f"{known} ±{side}" if float(side) else known


def share(fraction: Estimate) -> str:
    """A fraction as a percentage with the larger side of its interval: "52 ±3 %"."""
    return f"{with_half_width(fraction.scaled(100))} %"


def saving(fraction: Estimate) -> str:
    """A fraction as a percentage with its interval: "3 [-1, 6] %"; "~3 %" if it has none."""
    points = fraction.scaled(100)
    if points.low is None or points.high is None:
        return share(fraction)
    places = _decimals(points)
    low, high = _rounded(points.low, places), _rounded(points.high, places)
    return f"{_rounded(points.estimate, places)} [{low}, {high}] %"


def points(fraction: Estimate) -> str:
    """A fraction as a percentage without its interval, with the digits that it allows: "52 %"."""
    estimate = fraction.scaled(100)
    return f"{_rounded(estimate.estimate, _decimals(estimate))} %"


def alone(estimate: Estimate) -> str:
    """An estimate without its interval, with the digits that it allows: "-120"."""
    return _rounded(estimate.estimate, _decimals(estimate))


def signed(estimate: Estimate) -> str:
    """An estimate without its interval, with its sign and the digits that it allows: "-120", "+4.6"."""
    return _signed(estimate.estimate, _decimals(estimate))


def signed_interval(estimate: Estimate) -> str:
    """The interval of an estimate with the signs of its ends: "[-130, +20]"; "" if it has none."""
    if estimate.low is None or estimate.high is None:
        return ""
    places = _decimals(estimate)
    return f"[{_signed(estimate.low, places)}, {_signed(estimate.high, places)}]"


def _decimals(estimate: Estimate) -> int:
    """The decimal place of the first uncertain digit, at most the second one behind the point.

    One digit more if the half-width starts with a 1; two digits if there is no interval. At least one digit
    of an estimate of 1 or more, however wide the interval.
    """
    own = first_digit(abs(estimate.estimate)) if estimate.estimate else -1
    half_width = estimate.half_width
    if not half_width:
        return min(MOST_DECIMALS, own + 1)
    first = first_digit(half_width)
    starts_with_one = half_width < 2 * 10.0**-first
    return min(MOST_DECIMALS, max(first + starts_with_one, min(own, 0)))


def _signed(value: float, places: int) -> str:
    return f"{round(value, places) + 0.0:+.{max(0, places)}f}"


def _rounded(value: float, places: int) -> str:
    """A rounded value; zero has no sign."""
    return rounded(round(value, places) + 0.0, places)
