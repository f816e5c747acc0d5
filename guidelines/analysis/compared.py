"""Hold one variant on two sides: its slow-downs, their ratio, and the words for what changed."""

from dataclasses import dataclass, field
from math import isclose

from guidelines.analysis.change import LEAST_CHANGE, Change, MarginedRatio
from guidelines.analysis.measured import Measured
from guidelines.stats.intervals import Exactly, Quantity
from guidelines.stats.noise_floor import cannot_tell
from guidelines.stats.pooling import REFERENCE_CONFIDENCE, quotient

FLIPPED = {"more": "WEAKER", "less": "STRONGER", "same": "SAME", "unclear": "UNCLEAR"}
EFFECT = {"more": "STRONGER", "less": "WEAKER", "same": "SAME", "unclear": "UNCLEAR"}
SPEED = {"more": "FASTER", "less": "SLOWER", "same": "SAME", "unclear": "UNCLEAR"}


@dataclass(frozen=True)
class Compared:
    """One variant on both sides. `ratio` is B's slow-down over A's, `speedup` A's time an image over B's.

    Slow-downs are of the time, or of the time per multiply-add if their sweep is judged by that. `effect`
    is None for a baseline, `speed` is None if the two sides did different work. A side `is_..._launch_bound`
    if its slow-down is about launches, not about its device.
    """

    a: Measured
    b: Measured
    ratio: Quantity = field(compare=False)
    effect: Change | None
    speedup: Quantity | None = field(compare=False)
    speed: Change | None
    is_a_launch_bound: bool = False
    is_b_launch_bound: bool = False

    @property
    def confidence(self) -> float:
        """The larger of the confidences that the two runs asked for."""
        return max(self.a.confidence, self.b.confidence)

    @property
    def name(self) -> str:
        """Guideline, sweep and variant: "G2 x1 g=8"."""
        return self.a.place.name

    @property
    def outcome(self) -> str:
        """SAME, STRONGER or WEAKER for the guideline's effect on B, or UNCLEAR; "" for a baseline."""
        return self.outcome_of(self.effect) if self.effect else ""

    def outcome_of(self, change: Change) -> str:
        """The word for the guideline's effect on B, given the change of the ratio."""
        words = EFFECT if self.a.place.expect == "slower" else FLIPPED
        return words[change.direction]

    @property
    def is_about_launches(self) -> bool:
        """True if the slow-down of either side is about launches: a change of the two is, too."""
        return self.is_a_launch_bound or self.is_b_launch_bound

    @property
    def pace(self) -> str:
        """SAME, FASTER or SLOWER for B itself, or UNCLEAR; "" if the two did different work."""
        return SPEED[self.speed.direction] if self.speed else ""


def effect_ratio(row: Compared, least: float = LEAST_CHANGE) -> MarginedRatio:
    """The ratio of two slow-downs; a change counts beyond `least` and both noise floors."""
    sides = (row.a, row.b)
    return MarginedRatio(
        row.ratio,
        least,
        floors=tuple(side.noise_floor for side in sides),
        few_passes=any(cannot_tell(side.noise_floor, side.passes, side.runs) for side in sides),
    )


def speed_ratio(row: Compared, least: float = LEAST_CHANGE) -> MarginedRatio | None:
    """The speed-up of B; a change counts beyond `least`. None if the two sides did different work."""
    return MarginedRatio(row.speedup, least) if row.speedup else None


def ratio_of(numerator: Quantity, denominator: Quantity) -> Quantity:
    """The ratio of the same quantity on two sides; exactly 1 if they are one measurement.

    No two measurements agree in nine digits of a figure and of its interval: A and B hold the same samples.
    """
    one, other = numerator(REFERENCE_CONFIDENCE), denominator(REFERENCE_CONFIDENCE)
    pairs = ((one.estimate, other.estimate), (one.low, other.low), (one.high, other.high))
    if all(_is_equal(*pair) for pair in pairs):
        return Exactly(1.0, min(one.rounds, other.rounds))
    return quotient(numerator, denominator)


def _is_equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=1e-9)
