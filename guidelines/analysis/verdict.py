"""Decide if a guideline holds: one verdict for each sweep, corrected for their number in a table."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from math import ceil
from typing import Literal

from guidelines.analysis.launches import launch_bound_slowdowns
from guidelines.analysis.measured import Measured, by_sweep
from guidelines.results.model import SweepKey, VariantKey
from guidelines.spec.sweep import Expectation
from guidelines.stats.holm import half_widths_from, stepwise
from guidelines.stats.intervals import Estimate, Quantity, rounds_needed
from guidelines.stats.noise_floor import noise_floor, too_noisy

LEAST_MARGIN = 0.01
MOST_EFFORT = 100
Outcome = Literal["holds", "does not hold", "undecided", "launches decide"]


@dataclass(frozen=True)
class Evidence:
    """The slow-downs that decide a sweep: of the variant named `extreme`, and of the others.

    `is_complete` is False if the claim is about a variant that was not measured. `is_launch_bound` is True
    if the variant that decides, or the baseline, waits for its launches: it then says nothing of the device.
    """

    extreme: str
    expect: Expectation
    slowdown: Quantity
    others: tuple[tuple[str, Quantity], ...]
    control: Estimate | None
    is_complete: bool = True
    is_launch_bound: bool = False


@dataclass(frozen=True)
class Verdict:
    """The outcome, the corrected interval it rests on, and why it is undecided or what would decide it.

    If launches decide, the interval is not corrected, and there is no margin.
    """

    outcome: Outcome
    slowdown: Estimate
    margin: float | None
    remedy: str = ""

    @property
    def is_about_launches(self) -> bool:
        """True if the slow-down is that of launching the networks, so that nothing is said of the device."""
        return self.outcome == "launches decide"


def evidence_by_sweep(measured: Iterable[Measured]) -> dict[SweepKey, Evidence]:
    """The evidence of every sweep in which the variant that decides was measured."""
    known = {}
    for key, sweep in by_sweep(measured).items():
        evidence = _evidence(sweep)
        if evidence:
            known[key] = evidence
    return known


def verdicts(sweeps: Sequence[Evidence], confidence: float) -> list[Verdict]:
    """One verdict for each sweep; at this confidence, all of them are right together (Holm 1979).

    Launch-bound sweeps take no part in the correction: their slow-downs decide nothing.
    """
    judged = _judged([evidence for evidence in sweeps if not evidence.is_launch_bound], confidence)
    every: list[Verdict] = []
    for evidence in sweeps:
        if evidence.is_launch_bound:
            every.append(Verdict("launches decide", evidence.slowdown(confidence), None))
        else:
            every.append(judged.pop(0))
    return every


def _judged(sweeps: Sequence[Evidence], confidence: float) -> list[Verdict]:
    return stepwise(
        [_clearness(evidence, confidence) for evidence in sweeps],
        lambda index, level: _judge(sweeps[index], level),
        lambda verdict: verdict.outcome != "undecided",
        confidence,
    )


def _evidence(sweep: Sequence[Measured]) -> Evidence | None:
    others = [measured for measured in sweep if not measured.is_baseline]
    bound = launch_bound_slowdowns(sweep)
    if others and others[0].place.claims_every_row:
        return _of_every(others, bound)
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
        is_launch_bound=extreme.place.key in bound,
    )


def _of_every(others: Sequence[Measured], bound: Set[VariantKey]) -> Evidence:
    """The variant farthest from the claim decides, at a level at which all intervals hold (Bonferroni)."""
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
        is_launch_bound=weakest.place.key in bound,
    )


def _control(measured: Measured) -> Estimate | None:
    return measured.control(measured.confidence) if measured.control else None


def _judge(evidence: Evidence, confidence: float) -> Verdict:
    slowdown = evidence.slowdown(confidence)
    effect = directed(slowdown, evidence.expect)
    floor = noise_floor(evidence.control)
    if evidence.control is None:
        return Verdict("undecided", slowdown, None, "the control failed: no noise floor is known")
    if floor is None or effect.low is None or effect.high is None:
        return Verdict("undecided", slowdown, floor, _needed(slowdown.rounds, confidence))
    margin = max(LEAST_MARGIN, floor)
    if noise := too_noisy(floor):
        return Verdict("undecided", slowdown, margin, noise)
    if effect.high < 1 + margin:
        return Verdict("does not hold", slowdown, margin)
    if effect.low <= 1 + margin:
        return Verdict("undecided", slowdown, margin, _effort(effect, margin))
    objection = _objection(evidence, confidence, margin)
    if objection:
        return Verdict("undecided", slowdown, margin, objection)
    return Verdict("holds", slowdown, margin)


def _needed(rounds: int, confidence: float) -> str:
    """The rounds that would give an interval at all."""
    enough = 2 * rounds_needed(confidence)
    return f"{rounds} rounds are too few for an interval; --benchmark-min-rounds {enough} would give one"


def _objection(evidence: Evidence, confidence: float, margin: float) -> str:
    """Reason for which a variant that is clear of the margin does not decide its sweep; "" if none."""
    for name, other in evidence.others:
        effect = directed(other(confidence), evidence.expect)
        if effect.high is not None and effect.high < 1 / (1 + margin):
            return f"{name} lies beyond the margin on the other side, whatever the time"
    if not evidence.is_complete:
        return "others, of which it is claimed too, were not measured"
    return ""


def directed(slowdown: Estimate, expect: Expectation) -> Estimate:
    """The slow-down, or its inverse if "faster" is claimed: above 1 if the guideline is right."""
    return slowdown if expect == "slower" else slowdown.inverse()


def _clearness(evidence: Evidence, confidence: float) -> float:
    """Distance of the effect from the margin, in half-widths; negative if nothing can be decided."""
    floor = noise_floor(evidence.control)
    if floor is None or too_noisy(floor):
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
