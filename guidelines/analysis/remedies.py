"""Say what would decide a sweep: more rounds if one process measured it, more passes if several did."""

from bisect import bisect_left
from dataclasses import dataclass
from math import ceil, sqrt

from guidelines.stats.intervals import Estimate, rounds_needed
from guidelines.stats.pooling import students_t

# More rounds or passes than this many times those measured are not proposed.
MOST_MORE_ROUNDS = 100
MOST_MORE_PASSES = 20
# Fewer than twice as many are not proposed either: a half-width is itself an estimate.
LEAST_MORE = 2
USUAL_PASSES = 5


@dataclass(frozen=True)
class Effort:
    """The passes and runs that a slow-down rests on; equal numbers if each run was one process."""

    passes: int = 1
    runs: int = 1

    @property
    def is_of_passes(self) -> bool:
        """True if the interval comes from the spread between passes."""
        return self.passes > self.runs


ONE_PROCESS = Effort()


def for_an_interval(missing: str, rounds: int, confidence: float, effort: Effort) -> str:
    """The rounds or passes that would give an interval at all; `missing` names what has none."""
    if not effort.is_of_passes:
        enough = 2 * rounds_needed(confidence)
        return f"{rounds} rounds are too few for an interval; --benchmark-min-rounds {enough} would give one"
    if effort.passes <= 2:
        return f"{effort.passes} passes are too few for an interval; --passes {USUAL_PASSES} would give one"
    return f"the passes of {missing} give no interval"


def beyond_margin(effect: Estimate, margin: float, effort: Effort) -> str:
    """The rounds or passes that would bring the interval of an effect clear of the margin."""
    distance = abs(effect.estimate - (1 + margin))
    proposed = _passes(effect, distance, effort) if effort.is_of_passes else _rounds(effect, distance)
    return proposed or f"the effect is within noise of the margin of {100 * margin:.2g} %"


def _rounds(effect: Estimate, distance: float) -> str:
    """Rounds at which half an interval fits into a distance; "" if many. It narrows as 1 / sqrt(rounds)."""
    times = ((effect.half_width or 0.0) / distance) ** 2 if distance else float("inf")
    if times > MOST_MORE_ROUNDS:
        return ""
    rounds = ceil(float(f"{max(LEAST_MORE, times) * effect.rounds:.2g}"))
    return f"about {rounds} rounds would decide it (--benchmark-min-rounds {rounds})"


def _passes(effect: Estimate, distance: float, effort: Effort) -> str:
    """Passes at which half an interval fits into a distance; "" if they are many."""
    now = _width(effort.passes, effect.confidence)

    def fits(passes: int) -> bool:
        return (effect.half_width or 0.0) * _width(passes, effect.confidence) / now < distance

    proposals = range(LEAST_MORE * effort.passes, MOST_MORE_PASSES * effort.passes + 1)
    index = bisect_left(proposals, True, key=fits)  # the more passes, the narrower
    if index == len(proposals):
        return ""
    passes = proposals[index]
    longer = passes * effort.runs / effort.passes
    return (
        f"about {passes} passes of this length would decide it "
        f"(--passes {passes}, --benchmark-max-time {longer:.2g} times as long)"
    )


def _width(passes: int, confidence: float) -> float:
    """Half-width of an interval from some passes, in standard deviations of a pass."""
    return students_t(confidence, passes - 1) / sqrt(passes)
