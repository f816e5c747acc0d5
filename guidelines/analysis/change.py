"""Decide if a ratio of two measurements is a change: beyond a margin, within it, or unclear."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from guidelines.stats.holm import half_widths_from, stepwise
from guidelines.stats.intervals import Estimate, Quantity
from guidelines.stats.noise_floor import MOST_DENIED, too_noisy

# Smaller differences between machines change nobody's design.
LEAST_CHANGE = 0.03
Direction = Literal["more", "less", "same", "unclear"]


@dataclass(frozen=True)
class MarginedRatio:
    """A ratio, the least change in it that matters, and the noise floors that it rests on.

    A noise floor is None if it is not known.
    """

    ratio: Quantity
    least: float = LEAST_CHANGE
    floors: tuple[float | None, ...] = ()

    @property
    def margin(self) -> float | None:
        """The largest of the least change and the noise floors; None if a noise floor is not known."""
        known = [floor for floor in self.floors if floor is not None]
        return max([self.least, *known]) if len(known) == len(self.floors) else None

    @property
    def obstacle(self) -> str:
        """Reason why no change can be seen, "" if one can."""
        reasons = [too_noisy(floor) for floor in self.floors]
        return next((reason for reason in reasons if reason), "")


@dataclass(frozen=True)
class Change:
    """A decision about a ratio, the corrected interval it rests on, and the reason."""

    direction: Direction
    ratio: Estimate
    margin: float | None
    reason: str


def changes(ratios: Sequence[MarginedRatio], confidence: float) -> list[Change]:
    """One change for each ratio; at this confidence, all of them are right together (Holm 1979)."""
    return stepwise(
        [_clearness(each, confidence) for each in ratios],
        lambda index, level: _judge(ratios[index], level),
        lambda change: change.direction != "unclear",
        confidence,
    )


def _judge(margined: MarginedRatio, confidence: float) -> Change:
    ratio, margin = margined.ratio(confidence), margined.margin
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


def _clearness(margined: MarginedRatio, confidence: float) -> float:
    """Distance from the nearer edge of the margin, in half-widths; negative if no change can be seen."""
    if margined.margin is None or margined.obstacle:
        return -1.0
    upper = 1 + margined.margin
    return half_widths_from((upper, 1 / upper), margined.ratio(confidence))
