"""Whether a guideline holds: one verdict a sweep, corrected for the number of verdicts in a table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import Literal, TypeVar

from guidelines.merge import Measured, by_sweep
from guidelines.results import SweepKey
from guidelines.spec import Expectation
from guidelines.stats import Estimate, Quantity, rounds_needed

LEAST_MARGIN = 0.01
MOST_EFFORT = 100
Outcome = Literal["holds", "does not hold", "undecided"]
Judged = TypeVar("Judged")


@dataclass(frozen=True)
class Case:
    """A sweep as its verdict sees it: the slow-down of the variant that decides, and those of the others.

    `is_complete` where all variants that the claim is about were measured.
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


def noise_floor(control: Estimate | None) -> float | None:
    """The farthest from 1 that the A/A control's interval reaches, None where it has no interval."""
    if control is None or control.low is None or control.high is None:
        return None
    return max(abs(1 - control.low), abs(control.high - 1))


def judged(measured: Iterable[Measured]) -> dict[SweepKey, Case]:
    """The case of every sweep in which the variant that decides was measured."""
    return {key: case for key, sweep in by_sweep(measured).items() if (case := _case(sweep))}


def verdicts(cases: Sequence[Case], confidence: float) -> list[Verdict]:
    """One verdict a case, all right together with the confidence (Holm 1979)."""
    return stepwise(
        [_clearness(case, confidence) for case in cases],
        lambda index, level: _judge(cases[index], level),
        lambda verdict: verdict.outcome != "undecided",
        confidence,
    )


def stepwise(
    clearness: Sequence[float],
    judge: Callable[[int, float], Judged],
    is_decided: Callable[[Judged], bool],
    confidence: float,
) -> list[Judged]:
    """Judge m cases so that all decisions are right together with the confidence (Holm 1979).

    The clearest case is judged at 1 - (1 - confidence) / m, the next at (m - 1), and so on; from the
    first that is not decided on, every case is judged at the level of that one.
    """
    found: dict[int, Judged] = {}
    left, stepping = len(clearness), True
    for index in sorted(range(len(clearness)), key=lambda i: -clearness[i]):
        found[index] = judge(index, 1 - (1 - confidence) / left)
        stepping = stepping and is_decided(found[index])
        left -= stepping
    return [found[index] for index in range(len(clearness))]


def _case(sweep: Sequence[Measured]) -> Case | None:
    others = [measured for measured in sweep if not measured.is_baseline]
    if others and others[0].place.every:
        return _of_every(others)
    extreme = next((m for m in others if m.place.variant == m.place.extreme), None)
    if extreme is None:
        return None
    named = tuple((other.place.variant, other.judged) for other in others if other is not extreme)
    return Case(extreme.place.variant, extreme.place.expect, extreme.judged, named, _control(extreme))


def _of_every(others: Sequence[Measured]) -> Case:
    """The variant that is farthest from the claim, at the level at which all intervals hold (Bonferroni)."""
    weakest = min(others, key=lambda m: directed(m.judged(m.confidence), m.place.expect).estimate)

    def slowdown(confidence: float) -> Estimate:
        return weakest.judged(1 - (1 - confidence) / len(others))

    places = [m.place for m in others]
    rows = sorted(place.row for place in places)
    ends_with_extreme = any(place.variant == place.extreme for place in places)
    is_complete = ends_with_extreme and rows == list(range(1, len(rows) + 1))
    return Case(weakest.place.variant, weakest.place.expect, slowdown, (), _control(weakest), is_complete)


def _control(measured: Measured) -> Estimate | None:
    return measured.control(measured.confidence) if measured.control else None


def _judge(case: Case, confidence: float) -> Verdict:
    slowdown = case.slowdown(confidence)
    floor = noise_floor(case.control)
    if case.control is None:
        return Verdict("undecided", slowdown, None, "the control failed: no noise floor is known")
    effect = directed(slowdown, case.expect)
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
    for name, other in case.others:
        opposite = directed(other(confidence), case.expect)
        if opposite.high is not None and opposite.high < 1 / (1 + margin):
            remedy = f"{name} lies beyond the margin on the other side, whatever the time"
            return Verdict("undecided", slowdown, margin, remedy)
    if not case.is_complete:
        return Verdict("undecided", slowdown, margin, "others, of which it is claimed too, were not measured")
    return Verdict("holds", slowdown, margin)


def directed(slowdown: Estimate, expect: Expectation) -> Estimate:
    """The ratio that exceeds 1 where the guideline holds."""
    return slowdown if expect == "slower" else slowdown.inverse()


def _clearness(case: Case, confidence: float) -> float:
    """Distance of the estimate from the margin, in half-widths."""
    effect = directed(case.slowdown(confidence), case.expect)
    floor = noise_floor(case.control)
    if effect.half_width is None or floor is None:
        return -1.0
    distance = abs(log(effect.estimate / (1 + max(LEAST_MARGIN, floor))))
    return distance / max(effect.half_width / effect.estimate, 1e-12)


def _effort(effect: Estimate, margin: float) -> str:
    """The rounds that would bring the interval clear of the margin; it narrows as 1 / sqrt(rounds)."""
    distance = abs(effect.estimate - (1 + margin))
    times = ((effect.half_width or 0.0) / distance) ** 2 if distance else float("inf")
    if times > MOST_EFFORT:
        return f"the effect is within noise of the margin of {100 * margin:.2g} %"
    rounds = ceil(float(f"{max(2, times) * effect.rounds:.2g}"))
    return f"about {rounds} rounds would decide it (--benchmark-min-rounds {rounds})"
