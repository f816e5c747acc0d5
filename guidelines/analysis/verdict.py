"""Whether a guideline holds: one verdict a sweep, corrected for the number of verdicts in a table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from guidelines.analysis.measured import Measured, by_sweep
from guidelines.results.model import SweepKey
from guidelines.spec.sweep import Expectation
from guidelines.stats.holm import half_widths_from, stepwise
from guidelines.stats.intervals import Estimate, Quantity, noise_floor, rounds_needed

LEAST_MARGIN = 0.01
MOST_EFFORT = 100
Outcome = Literal["holds", "does not hold", "undecided"]


@dataclass(frozen=True)
class Evidence:
    """A sweep's part in its verdict: the slow-down of the variant that decides, and those of the others.

    `is_complete` if all variants that the claim is about were measured.
    """

    extreme: str
    expect: Expectation
    slowdown: Quantity
    others: tuple[tuple[str, Quantity], ...]
    control: Estimate | None
    is_complete: bool = True


@dataclass(frozen=True)
class Verdict:
    """The outcome, the corrected interval it rests on, and what would decide an undecided one."""

    outcome: Outcome
    slowdown: Estimate
    margin: float | None
    remedy: str = ""


def judged(measured: Iterable[Measured]) -> dict[SweepKey, Evidence]:
    """The evidence of every sweep in which the variant that decides was measured."""
    known = {key: _evidence(sweep) for key, sweep in by_sweep(measured).items()}
    return {key: evidence for key, evidence in known.items() if evidence}


def verdicts(sweeps: Sequence[Evidence], confidence: float) -> list[Verdict]:
    """One verdict a sweep, all right together with the confidence (Holm 1979)."""
    return stepwise(
        [_clearness(evidence, confidence) for evidence in sweeps],
        lambda index, level: _judge(sweeps[index], level),
        lambda verdict: verdict.outcome != "undecided",
        confidence,
    )


def _evidence(sweep: Sequence[Measured]) -> Evidence | None:
    others = [measured for measured in sweep if not measured.is_baseline]
    if others and others[0].place.claims_every_row:
        return _of_every(others)
    extreme = next((m for m in others if m.place.variant == m.place.extreme), None)
    if extreme is None:
        return None
    named = tuple((other.place.variant, other.judged) for other in others if other is not extreme)
    return Evidence(
        extreme=extreme.place.variant,
        expect=extreme.place.expect,
        slowdown=extreme.judged,
        others=named,
        control=_control(extreme),
    )


def _of_every(others: Sequence[Measured]) -> Evidence:
    """The variant that is farthest from the claim, at the level at which all intervals hold (Bonferroni)."""
    weakest = min(others, key=lambda m: directed(m.judged(m.confidence), m.place.expect).estimate)

    def slowdown(confidence: float) -> Estimate:
        return weakest.judged(1 - (1 - confidence) / len(others))

    places = [m.place for m in others]
    rows = sorted(place.row for place in places)
    ends_with_extreme = any(place.variant == place.extreme for place in places)
    is_complete = ends_with_extreme and rows == list(range(1, len(rows) + 1))
    return Evidence(
        extreme=weakest.place.variant,
        expect=weakest.place.expect,
        slowdown=slowdown,
        others=(),
        control=_control(weakest),
        is_complete=is_complete,
    )


def _control(measured: Measured) -> Estimate | None:
    return measured.control(measured.confidence) if measured.control else None


def _judge(evidence: Evidence, confidence: float) -> Verdict:
    slowdown = evidence.slowdown(confidence)
    floor = noise_floor(evidence.control)
    if evidence.control is None:
        return Verdict("undecided", slowdown, None, "the control failed: no noise floor is known")
    effect = directed(slowdown, evidence.expect)
    if floor is None or effect.low is None or effect.high is None:
        remedy = (
            f"{slowdown.rounds} rounds are too few for an interval; "
            f"--benchmark-min-rounds {2 * rounds_needed(confidence)} would give one"
        )
        return Verdict("undecided", slowdown, floor, remedy)
    margin = max(LEAST_MARGIN, floor)
    if effect.high < 1 + margin:
        return Verdict("does not hold", slowdown, margin)
    if effect.low <= 1 + margin:
        return Verdict("undecided", slowdown, margin, _effort(effect, margin))
    for name, other in evidence.others:
        opposite = directed(other(confidence), evidence.expect)
        if opposite.high is not None and opposite.high < 1 / (1 + margin):
            remedy = f"{name} lies beyond the margin on the other side, whatever the time"
            return Verdict("undecided", slowdown, margin, remedy)
    if not evidence.is_complete:
        return Verdict("undecided", slowdown, margin, "others, of which it is claimed too, were not measured")
    return Verdict("holds", slowdown, margin)


def directed(slowdown: Estimate, expect: Expectation) -> Estimate:
    """The ratio that exceeds 1 where the guideline holds."""
    return slowdown if expect == "slower" else slowdown.inverse()


def _clearness(evidence: Evidence, confidence: float) -> float:
    """Distance of the effect from the margin, in half-widths; negative if either is unknown."""
    floor = noise_floor(evidence.control)
    if floor is None:
        return -1.0
    effect = directed(evidence.slowdown(confidence), evidence.expect)
    return half_widths_from((1 + max(LEAST_MARGIN, floor),), effect)


def _effort(effect: Estimate, margin: float) -> str:
    """The rounds that would bring the interval clear of the margin; it narrows as 1 / sqrt(rounds)."""
    distance = abs(effect.estimate - (1 + margin))
    times = ((effect.half_width or 0.0) / distance) ** 2 if distance else float("inf")
    if times > MOST_EFFORT:
        return f"the effect is within noise of the margin of {100 * margin:.2g} %"
    rounds = ceil(float(f"{max(2, times) * effect.rounds:.2g}"))
    return f"about {rounds} rounds would decide it (--benchmark-min-rounds {rounds})"
