"""Decide if a ratio of two measurements is a change: beyond a margin, within it, or unclear.

Each ratio is judged alone, so its verdict does not depend on what else is compared. A correction for many
ratios (Holm 1979) would ask five passes for a change of a third before it sees one among fifty: Student's t
of so few passes has long tails. Instead each is judged at a fifth of the error that the run allows, 99 %
in place of 95 %. The least change and the caution of `pooling.quotient` do the rest: see
`tests/harness/gate.py` for how seldom a comparison of unchanged runs then holds a wrong verdict.
"""

from dataclasses import dataclass
from typing import Literal

from guidelines.stats.intervals import Estimate, Quantity
from guidelines.stats.noise_floor import CANNOT_TELL, MOST_DENIED, too_noisy

# Smaller differences between machines change nobody's design.
LEAST_CHANGE = 0.03
# A verdict may be wrong in this fraction of the cases in which an interval of the run may be.
SHARE_OF_ERROR = 0.2
Direction = Literal["more", "less", "same", "unclear"]


@dataclass(frozen=True)
class MarginedRatio:
    """A ratio, the least change in it that matters, and the noise floors that it rests on.

    A noise floor is None if it is not known. `few_passes` is True if it is of so few passes that a large one
    says nothing.
    """

    ratio: Quantity
    least: float = LEAST_CHANGE
    floors: tuple[float | None, ...] = ()
    few_passes: bool = False

    @property
    def margin(self) -> float | None:
        """The largest of the least change and the noise floors; None if a noise floor is not known."""
        known = [floor for floor in self.floors if floor is not None]
        return max([self.least, *known]) if len(known) == len(self.floors) else None

    @property
    def obstacle(self) -> str:
        """Reason why no change can be seen, "" if one can."""
        reasons = [too_noisy(floor) for floor in self.floors]
        reason = next((reason for reason in reasons if reason), "")
        return f"{CANNOT_TELL} the noise floor" if reason and self.few_passes else reason


@dataclass(frozen=True)
class Change:
    """A decision about a ratio, the interval it rests on, and the reason."""

    direction: Direction
    ratio: Estimate
    margin: float | None
    reason: str

    @property
    def edges(self) -> tuple[float, ...]:
        """The ratios at which a change begins, below 1 and above; () if they are not known."""
        return () if self.margin is None else (1 / (1 + self.margin), 1 + self.margin)


def verdict_confidence(confidence: float) -> float:
    """The confidence of each verdict, from that of the run: 0.99 for 0.95."""
    return 1 - SHARE_OF_ERROR * (1 - confidence)


def change(margined: MarginedRatio, confidence: float) -> Change:
    """Judge one ratio, given the confidence of the run; a ratio known to be 1 is of identical figures."""
    ratio, margin = margined.ratio(verdict_confidence(confidence)), margined.margin
    if ratio.estimate == 1 and ratio.half_width == 0:
        return Change("same", ratio, margin, "identical")
    if margin is None or margined.obstacle:
        return Change("unclear", ratio, margin, margined.obstacle)
    if ratio.low is None or ratio.high is None:
        return Change("unclear", ratio, margin, "too few rounds or passes")
    upper, lower = 1 + margin, 1 / (1 + margin)
    if ratio.low > upper:
        return Change("more", ratio, margin, f"above {upper:.3g}")
    if ratio.high < lower:
        return Change("less", ratio, margin, f"below {lower:.3g}")
    small = min(margin, max(margined.least, MOST_DENIED))
    if 1 / (1 + small) <= ratio.low and ratio.high <= 1 + small:
        return Change("same", ratio, margin, f"within {100 * small:.2g} %")
    if lower <= ratio.low and ratio.high <= upper:
        return Change("unclear", ratio, margin, f"below the noise floor of {100 * margin:.2g} %")
    spanned = [edge for edge in (lower, upper) if ratio.low <= edge <= ratio.high]
    reason = "too wide" if len(spanned) > 1 else f"spans {spanned[0]:.3g}"
    return Change("unclear", ratio, margin, reason)
