"""Say what would decide a sweep: more rounds if one process measured it, more passes if several did."""

from bisect import bisect_left
from dataclasses import dataclass
from math import ceil, sqrt

from guidelines.stats.intervals import Estimate, rounds_needed
from guidelines.stats.noise_floor import CANNOT_TELL, FEW_PASSES, MOST_NOISE_FLOOR, cannot_tell, too_noisy
from guidelines.stats.pooling import students_t

LEAST_MARGIN = 0.01
# More rounds or passes than this many times those measured are not proposed.
MOST_MORE_ROUNDS = 100
MOST_MORE_PASSES = 20
# Fewer than twice as many are not proposed either: a half-width is itself an estimate.
LEAST_MORE = 2
USUAL_PASSES = 5


QUIETER = "needs a quieter machine: guidelines doctor"


@dataclass(frozen=True)
class Remedy:
    """Cause for which a sweep is undecided and a way to decide it: a sentence, and a few words (`needed`)."""

    sentence: str
    needed: str


@dataclass(frozen=True)
class Effort:
    """The passes and runs that a slow-down rests on; equal numbers if each run was one process.

    `max_time_s` is the time that a run was given for each network (--benchmark-max-time), None if unknown.
    """

    passes: int = 1
    runs: int = 1
    max_time_s: float | None = None

    @property
    def is_of_passes(self) -> bool:
        """True if the interval comes from the spread between passes."""
        return self.passes > self.runs


ONE_PROCESS = Effort()


def for_an_interval(missing: str, rounds: int, confidence: float, effort: Effort) -> Remedy:
    """The rounds or passes that would give an interval at all; `missing` names what has none."""
    if not effort.is_of_passes and rounds >= rounds_needed(confidence):
        option = f"--passes {USUAL_PASSES}"
        return Remedy(
            f"the {rounds} rounds of {missing} drift too far for an interval; {option} would give one",
            f"drift: try {option}",
        )
    if not effort.is_of_passes:
        option = f"--benchmark-min-rounds {2 * rounds_needed(confidence)}"
        return Remedy(
            f"{rounds} rounds are too few for an interval; {option} would give one",
            f"too few rounds: try {option}",
        )
    if effort.passes <= FEW_PASSES:
        option = f"--passes {USUAL_PASSES}"
        return Remedy(
            f"{effort.passes} passes are too few for an interval; {option} would give one",
            f"too few passes: try {option}",
        )
    without = f"the passes of {missing} give no interval"
    return Remedy(without, without)


def beyond_margin(effect: Estimate, margin: float, effort: Effort) -> Remedy:
    """The rounds or passes that would bring the interval of an effect clear of the margin."""
    distance = abs(effect.estimate - (1 + margin))
    proposed = _passes(effect, distance, effort) if effort.is_of_passes else _rounds(effect, distance)
    at = f"the margin of {100 * margin:.2g} %"
    if proposed:
        return Remedy(
            f"the interval spans {at}; {proposed.sentence}", f"interval spans {at}: {proposed.needed}"
        )
    return Remedy(
        f"the effect is within noise of {at}",
        _noise_of(margin) if margin > LEAST_MARGIN else f"too near {at}",
    )


def below_noise(margin: float) -> Remedy:
    """An effect that the noise floor would hide."""
    line = f"an effect of up to {100 * margin:.2g} % would not show above the noise floor"
    return Remedy(line, _noise_of(margin))


def too_much_noise(floor: float, effort: Effort) -> Remedy | None:
    """A noise floor above which nothing is decided, or so few passes that they cannot tell it."""
    if cannot_tell(floor, effort.passes, effort.runs):
        option = f"--passes {USUAL_PASSES}"
        return Remedy(
            f"{CANNOT_TELL} the noise floor; {option} would", f"{CANNOT_TELL} the noise floor: try {option}"
        )
    noise = too_noisy(floor)
    return Remedy(noise, f"noise floor above {100 * MOST_NOISE_FLOOR:.2g} %, {QUIETER}") if noise else None


def _noise_of(margin: float) -> str:
    return f"noise floor {100 * margin:.2g} %, {QUIETER}"


def contradicted_by(name: str) -> Remedy:
    """A variant on the other side, which no measurement takes away."""
    return Remedy(
        f"{name} lies beyond the margin on the other side, whatever the time", f"{name} contradicts it"
    )


def _rounds(effect: Estimate, distance: float) -> Remedy | None:
    """Rounds at which half an interval fits into a distance; None if many. It narrows as 1 / sqrt(rounds)."""
    times = ((effect.half_width or 0.0) / distance) ** 2 if distance else float("inf")
    if times > MOST_MORE_ROUNDS:
        return None
    rounds = ceil(float(f"{max(LEAST_MORE, times) * effect.rounds:.2g}"))
    option = f"--benchmark-min-rounds {rounds}"
    return Remedy(f"about {rounds} rounds would decide it ({option})", f"try {option}")


def _passes(effect: Estimate, distance: float, effort: Effort) -> Remedy | None:
    """Passes at which half an interval fits into a distance; None if they are many."""
    now = _width(effort.passes, effect.confidence)

    def fits(passes: int) -> bool:
        return (effect.half_width or 0.0) * _width(passes, effect.confidence) / now < distance

    proposals = range(LEAST_MORE * effort.passes, MOST_MORE_PASSES * effort.passes + 1)
    index = bisect_left(proposals, True, key=fits)  # the more passes, the narrower
    if index == len(proposals):
        return None
    passes = proposals[index]
    longer = passes * effort.runs / effort.passes
    if effort.max_time_s is None:
        options = f"--passes {passes}, --benchmark-max-time {longer:.2g} times as long"
    else:
        options = f"--passes {passes} --benchmark-max-time {longer * effort.max_time_s:.2g}"
    return Remedy(f"about {passes} passes of this length would decide it ({options})", f"try {options}")


def _width(passes: int, confidence: float) -> float:
    """Half-width of an interval from some passes, in standard deviations of a pass."""
    return students_t(confidence, passes - 1) / sqrt(passes)
