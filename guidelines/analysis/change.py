"""Decide if a ratio of two measurements is a change: beyond a margin, within it, or unclear."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from guidelines.stats.holm import half_widths_from, stepwise
from guidelines.stats.intervals import Estimate, Quantity

# Smaller differences between machines change nobody's design.
LEAST_CHANGE = 0.03
Direction = Literal["more", "less", "same", "unclear"]


@dataclass(frozen=True)
class MarginedRatio:
    """A ratio and the change in it that is too small to matter; `margin` is None if none is known."""

    ratio: Quantity
    margin: float | None


@dataclass(frozen=True)
class Change:
    """A decision about a ratio, the corrected interval it rests on, and the reason."""

    direction: Direction
    ratio: Estimate
    margin: float | None
    reason: str


def margin(floors: Sequence[float | None], least: float = LEAST_CHANGE) -> float | None:
    """The largest of the least change and the noise floors; None if a noise floor is not known."""
    largest = least
    for floor in floors:
        if floor is None:
            return None
        largest = max(largest, floor)
    return largest


def changes(ratios: Sequence[MarginedRatio], confidence: float) -> list[Change]:
    """One change for each ratio; at this confidence, all of them are right together (Holm 1979)."""
    return stepwise(
        [_clearness(each, confidence) for each in ratios],
        lambda index, level: _judge(ratios[index].ratio(level), ratios[index].margin),
        lambda change: change.direction != "unclear",
        confidence,
    )


def _judge(ratio: Estimate, margin: float | None) -> Change:
    if margin is None:
        return Change("unclear", ratio, None, "no noise floor is known")
    if ratio.low is None or ratio.high is None:
        return Change("unclear", ratio, margin, "too few rounds")
    upper, lower = 1 + margin, 1 / (1 + margin)
    if ratio.low > upper:
        return Change("more", ratio, margin, f"above {upper:.3g}")
    if ratio.high < lower:
        return Change("less", ratio, margin, f"below {lower:.3g}")
    if lower <= ratio.low and ratio.high <= upper:
        return Change("same", ratio, margin, f"within {100 * margin:.2g} %")
    spanned = [edge for edge in (lower, upper) if ratio.low <= edge <= ratio.high]
    reason = "too wide" if len(spanned) > 1 else f"spans {spanned[0]:.3g}"
    return Change("unclear", ratio, margin, reason)


def _clearness(margined: MarginedRatio, confidence: float) -> float:
    """Distance from the nearer edge of the margin, in half-widths; negative if either is unknown."""
    if margined.margin is None:
        return -1.0
    upper = 1 + margined.margin
    return half_widths_from((upper, 1 / upper), margined.ratio(confidence))
