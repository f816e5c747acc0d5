"""Hold one variant on two sides: its slow-downs, their ratio, and the words for what changed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isclose
from typing import Literal

from guidelines.analysis.by_work import slowdown_of
from guidelines.analysis.change import Change, MarginedRatio
from guidelines.analysis.measured import Measured
from guidelines.analysis.remedies import MorePasses, effort_of, more_passes
from guidelines.spec.sweep import Expectation
from guidelines.stats.intervals import Estimate, Exactly, Quantity
from guidelines.stats.noise_floor import cannot_tell
from guidelines.stats.pooling import REFERENCE_CONFIDENCE, quotient

SideName = Literal["A", "B"]
FLIPPED = {"more": "WEAKER", "less": "STRONGER", "same": "SAME", "unclear": "UNCLEAR"}
EFFECT = {"more": "STRONGER", "less": "WEAKER", "same": "SAME", "unclear": "UNCLEAR"}
SPEED = {"more": "FASTER", "less": "SLOWER", "same": "SAME", "unclear": "UNCLEAR"}


@dataclass(frozen=True)
class Compared:
    """One variant on both sides. `ratio` is B's slow-down over A's, `speedup` A's time an image over B's.

    Slow-downs are of the time, or of the time per multiply-add if `is_per_multiply_add`, as in the verdicts
    of a report: their sweep is declared so, or the work of the network is not its baseline's. `effect` is
    None for a baseline, `speed` is None if the two sides did different work. A side `is_..._launch_bound` if
    its slow-down is about launches, not about its device. `condition` is the id of A's condition if its
    guideline is compared under several, "" otherwise.
    """

    a: Measured
    b: Measured
    ratio: Quantity = field(compare=False)
    effect: Change | None
    speedup: Quantity | None = field(compare=False)
    speed: Change | None
    is_a_launch_bound: bool = False
    is_b_launch_bound: bool = False
    is_per_multiply_add: bool = False
    condition: str = ""

    def side(self, name: SideName) -> Measured:
        """The variant on one side."""
        return self.a if name == "A" else self.b

    @property
    def confidence(self) -> float:
        """The larger of the confidences that the two runs asked for."""
        return max(self.a.confidence, self.b.confidence)

    @property
    def name(self) -> str:
        """Guideline, sweep and variant: "G2 x1 g=8", with the condition if there are several."""
        return f"{self.a.place.name}{self._under}"

    @property
    def sweep(self) -> str:
        """Guideline and sweep: "G2 x1", with the condition if there are several."""
        return f"{self.a.place.guideline} {self.a.place.sweep}{self._under}"

    @property
    def _under(self) -> str:
        return f" ({self.condition})" if self.condition else ""

    @property
    def outcome(self) -> str:
        """SAME, STRONGER or WEAKER for the guideline's effect on B, or UNCLEAR; "" for a baseline."""
        return effect_words(self.a.place.expect)[self.effect.direction] if self.effect else ""

    @property
    def unit(self) -> str:
        """Suffix for the slow-downs: " per mult-add" or ""."""
        return " per mult-add" if self.is_per_multiply_add else ""

    def slowdowns(self, confidence: float) -> tuple[Estimate, Estimate]:
        """The slow-downs of A and of B that are compared."""
        a, b = (slowdown_of(side, self.is_per_multiply_add) for side in (self.a, self.b))
        return a(confidence), b(confidence)

    @property
    def is_about_launches(self) -> bool:
        """True if the slow-down of either side is about launches: a change of the two is, too."""
        return self.is_a_launch_bound or self.is_b_launch_bound

    @property
    def pace(self) -> str:
        """SAME, FASTER or SLOWER for B itself, or UNCLEAR; "" if the two did different work."""
        return SPEED[self.speed.direction] if self.speed else ""


def effect_words(expect: Expectation) -> Mapping[str, str]:
    """The words for a change of a slow-down, or of a speed-up if that is claimed."""
    return EFFECT if expect == "slower" else FLIPPED


def effect_ratio(row: Compared) -> MarginedRatio:
    """The ratio of two slow-downs; a change counts beyond both noise floors, too."""
    sides = (row.a, row.b)
    return MarginedRatio(
        row.ratio,
        floors=tuple(side.noise_floor for side in sides),
        few_passes=any(cannot_tell(side.noise_floor, side.passes, side.runs) for side in sides),
    )


def speed_ratio(row: Compared) -> MarginedRatio | None:
    """The speed-up of B. None if the two sides did different work."""
    return MarginedRatio(row.speedup) if row.speedup else None


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


def passes_to_decide(row: Compared, ratio: Estimate, edges: Iterable[float]) -> MorePasses | None:
    """Passes of both sides at which the interval of a ratio would not span the nearest of some edges.

    None if it spans none of them, or if more passes would not do.
    """
    low, high = ratio.low, ratio.high
    if low is None or high is None:
        return None
    distances = [abs(ratio.estimate - edge) for edge in edges if low <= edge <= high]
    if not distances:
        return None
    fewer = min(row.a, row.b, key=lambda side: side.passes)
    return more_passes(ratio, min(distances), effort_of(fewer))
