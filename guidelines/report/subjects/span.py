"""Write the span of several effects, from the least to the most, with the direction of each end."""

from collections.abc import Iterable
from typing import NamedTuple

from guidelines.report.digits import decimals, first_digit, rounded
from guidelines.stats.intervals import Estimate

MOST_DECIMALS = 2
# For sweeps of a guideline that claim different things.
AS_CLAIMED = "as claimed"
OPPOSITE = {"slower": "faster", "faster": "slower", AS_CLAIMED: "opposite to the claim"}
# For effects that are 1 once rounded.
NO_EFFECT = "about the same time"


class Span(NamedTuple):
    """A span as text; its direction is "" if the text names those of both ends, or none."""

    times: str
    direction: str

    @property
    def text(self) -> str:
        """All of it: "1.24-1.39x slower", "from 1.05x faster to 2.56x slower", "about the same time"."""
        return f"{self.times} {self.direction}" if self.direction else self.times


def span(effects: Iterable[Estimate], claimed: str) -> Span:
    """The span of at least one effect, which exceeds 1 if it is as claimed.

    Its direction is that of both ends, once they are rounded; an end of 1 goes with the other.
    """
    ordered = sorted(effects, key=lambda effect: effect.estimate)
    least, most = ordered[0], ordered[-1]
    low, high = _ends(least, most)
    opposite_low, opposite_high = _ends(most.inverse(), least.inverse())
    is_opposite = float(low) < 1 < float(opposite_high)
    if is_opposite and float(high) > 1:
        return Span(f"from {opposite_high}x {OPPOSITE[claimed]} to {high}x {claimed}", "")
    if is_opposite:
        return Span(_between(opposite_low, opposite_high), OPPOSITE[claimed])
    if float(high) > 1:
        return Span(_between(low, high), claimed)
    return Span(NO_EFFECT, "")


def _ends(least: Estimate, most: Estimate) -> tuple[str, str]:
    """Both ends with the decimals of the less certain one, but two digits of the least if it has them.

    They are equal if they differ by less than these decimals can show.
    """
    coarser = min(_decimals(least), _decimals(most))
    two_digits = 1 + first_digit(least.estimate)
    low = rounded(least.estimate, max(coarser, min(_decimals(least), two_digits)))
    high = rounded(most.estimate, coarser)
    return (low, high) if float(low) < float(high) else (high, high)


def _decimals(effect: Estimate) -> int:
    return min(MOST_DECIMALS, decimals(effect))


def _between(low: str, high: str) -> str:
    """The times: "1.24-1.39x"; "1.24x" if both ends are equal. A low end below 1 is as good as 1."""
    if float(low) < 1:
        low = f"{1:.{len(high.partition('.')[2])}f}"
    return f"{low}x" if low == high else f"{low}-{high}x"
