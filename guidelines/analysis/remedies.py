"""Say what would decide a sweep or a comparison: every remedy, and the options of `guidelines run` for it.

More rounds do if one process measured it, more passes if several did.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, inf, log10, sqrt
from typing import NamedTuple

from guidelines.analysis.measured import Measured
from guidelines.spec.condition import Condition
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
# The seconds that a network is given unless --benchmark-max-time says otherwise.
USUAL_MAX_TIME_S = 2.0
QUIETER = "needs a quieter machine: guidelines doctor"


@dataclass(frozen=True)
class Remedy:
    """Cause for which a sweep is undecided and a way to decide it: a sentence, and a few words (`needed`).

    `times_as_long` is the time that a measurement would then take, infinite if more of it is no remedy.
    """

    sentence: str
    needed: str
    times_as_long: float = inf


@dataclass(frozen=True)
class Effort:
    """The passes and runs that a slow-down rests on; equal numbers if each run was one process.

    `max_time_s` is the time that a run was given for each network (--benchmark-max-time).
    """

    passes: int = 1
    runs: int = 1
    max_time_s: float = USUAL_MAX_TIME_S

    @property
    def is_of_passes(self) -> bool:
        """True if the interval comes from the spread between passes."""
        return self.passes > self.runs


ONE_PROCESS = Effort()


def effort_of(measured: Measured) -> Effort:
    """The passes, runs and time that the figures of a variant rest on."""
    return Effort(measured.passes, measured.runs, measured.max_time_s or USUAL_MAX_TIME_S)


CONTROL_FAILED = Remedy("the control failed: no noise floor is known", "the control failed")
INCOMPLETE = Remedy("others, of which it is claimed too, were not measured", "needs all rows measured")


class MorePasses(NamedTuple):
    """Passes of the same length as those measured, and the time that they need for each network."""

    passes: int
    max_time_s: float

    @property
    def options(self) -> str:
        """Options of `guidelines run` and of pytest: "--passes 13 --benchmark-max-time 5.2"."""
        return f"--passes {self.passes} --benchmark-max-time {self.max_time_s:.12g}"


def for_an_interval(missing: str, rounds: int, confidence: float, effort: Effort) -> Remedy:
    """The rounds or passes that would give an interval at all; `missing` names what has none."""
    option, times_as_long = f"--passes {USUAL_PASSES}", USUAL_PASSES / effort.passes
    if not effort.is_of_passes and rounds >= rounds_needed(confidence):
        return Remedy(
            f"the {rounds} rounds of {missing} drift too far for an interval; {option} would give one",
            f"drift: try {option}",
            times_as_long,
        )
    if not effort.is_of_passes:
        wanted = 2 * rounds_needed(confidence)
        option = f"--benchmark-min-rounds {wanted}"
        return Remedy(
            f"{rounds} rounds are too few for an interval; {option} would give one",
            f"too few rounds: try {option}",
            wanted / rounds,
        )
    if effort.passes <= FEW_PASSES:
        return Remedy(
            f"{effort.passes} passes are too few for an interval; {option} would give one",
            f"too few passes: try {option}",
            times_as_long,
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
            f"the interval spans {at}; {proposed.sentence}",
            f"interval spans {at}: {proposed.needed}",
            proposed.times_as_long,
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
            f"{CANNOT_TELL} the noise floor; {option} would",
            f"{CANNOT_TELL} the noise floor: try {option}",
            USUAL_PASSES / effort.passes,
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


def not_measured(name: str) -> Remedy:
    """The variant that decides is not there."""
    missing = f"{name} was not measured"
    return Remedy(missing, missing)


def for_launches(condition: Condition) -> Remedy:
    """The options that show a device of which the CPU's launches set the time."""
    larger = "--batch-size auto"
    if condition.mode == "cudagraph":
        return Remedy(f"{larger} would show the device", f"launches decide; try {larger}")
    graphs = f"--mode cudagraph --device {condition.device}"
    return Remedy(f"{larger}, or {graphs} would show the device", f"launches decide; try {graphs}")


def more_passes(estimate: Estimate, distance: float, effort: Effort) -> MorePasses | None:
    """Passes at which half an interval fits into a distance; None if many, or of one process."""
    half_width = estimate.half_width
    if not effort.is_of_passes or effort.passes < 2 or half_width is None:
        return None
    now = _width(effort.passes, estimate.confidence)

    def fits(passes: int) -> bool:
        return half_width * _width(passes, estimate.confidence) / now < distance

    proposals = range(LEAST_MORE * effort.passes, MOST_MORE_PASSES * effort.passes + 1)
    index = bisect_left(proposals, True, key=fits)  # the more passes, the narrower
    if index == len(proposals):
        return None
    passes = proposals[index]
    return MorePasses(passes, _rounded_up(passes * effort.runs / effort.passes * effort.max_time_s))


def for_most(needed: Iterable[MorePasses | None]) -> str:
    """Remedy that decides half of the undecided rows of a comparison, or as many as more passes can decide.

    `needed` has what would decide each, None if more passes would not.
    """
    every = list(needed)
    able = sorted(each for each in every if each is not None)
    if not able:
        return f"measure both sides with --passes {USUAL_PASSES} or more, on a quieter machine"
    enough = able[min(len(able), (len(every) + 1) // 2) - 1]
    decided = sum(each <= enough for each in able)
    which = f"about {decided} of these {len(every)}" if len(every) > 1 else "it"
    return f"measure both sides longer: {enough.options} would decide {which}"


def _rounds(effect: Estimate, distance: float) -> Remedy | None:
    """Rounds at which half an interval fits into a distance; None if many. It narrows as 1 / sqrt(rounds)."""
    times = ((effect.half_width or 0.0) / distance) ** 2 if distance else inf
    if times > MOST_MORE_ROUNDS:
        return None
    rounds = ceil(float(f"{max(LEAST_MORE, times) * effect.rounds:.2g}"))
    option = f"--benchmark-min-rounds {rounds}"
    sentence = f"about {rounds} rounds would decide it ({option})"
    return Remedy(sentence, f"try {option}", times_as_long=rounds / effect.rounds)


def _passes(effect: Estimate, distance: float, effort: Effort) -> Remedy | None:
    more = more_passes(effect, distance, effort)
    if more is None:
        return None
    sentence = f"about {more.passes} passes of this length would decide it ({more.options})"
    return Remedy(sentence, f"try {more.options}", times_as_long=more.passes / effort.passes)


def _rounded_up(value: float) -> float:
    """A value rounded up to two figures."""
    unit = 10.0 ** (int(log10(value)) - 1) if value >= 1 else 0.01
    return ceil(value / unit - 1e-9) * unit


def _width(passes: int, confidence: float) -> float:
    """Half-width of an interval from some passes, in standard deviations of a pass."""
    return students_t(confidence, passes - 1) / sqrt(passes)
