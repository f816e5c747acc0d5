"""Decide if a guideline holds: one verdict for each sweep, corrected for their number in a table."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from guidelines.analysis.by_work import fair_slowdown, is_per_multiply_add
from guidelines.analysis.launches import launch_bound_slowdowns
from guidelines.analysis.measured import Measured, by_sweep
from guidelines.analysis.remedies import (
    CONTROL_FAILED,
    INCOMPLETE,
    LEAST_MARGIN,
    ONE_PROCESS,
    Effort,
    Remedy,
    below_noise,
    beyond_margin,
    contradicted_by,
    effort_of,
    for_an_interval,
    too_much_noise,
)
from guidelines.results.model import SweepKey, TableKey, VariantKey
from guidelines.spec.sweep import Expectation
from guidelines.stats.holm import half_widths_from, stepwise
from guidelines.stats.intervals import Estimate, Quantity
from guidelines.stats.noise_floor import MOST_DENIED, noise_floor, too_noisy

Outcome = Literal["holds", "does not hold", "undecided", "launches decide"]


@dataclass(frozen=True)
class Evidence:
    """The slow-downs that decide a sweep: of the variant named `extreme`, and of the others.

    `is_complete` is False if the claim is about a variant that was not measured. `is_launch_bound` is True
    if the variant that decides, or the baseline, waits for its launches: it then says nothing of the device.
    `effort` holds the passes and runs that the deciding slow-down rests on. That slow-down is of the time per
    multiply-add if `is_per_multiply_add`; `work_ratio` is that of its variant. The others are alike.
    """

    extreme: str
    expect: Expectation
    slowdown: Quantity
    others: tuple[tuple[str, Quantity], ...]
    control: Estimate | None
    is_complete: bool = True
    is_launch_bound: bool = False
    effort: Effort = ONE_PROCESS
    is_per_multiply_add: bool = False
    work_ratio: float = 1.0


@dataclass(frozen=True)
class Verdict:
    """The outcome, the corrected interval it rests on, and why it is undecided or what would decide it.

    If launches decide, the interval is not corrected, and there is no margin.
    """

    outcome: Outcome
    slowdown: Estimate
    margin: float | None
    remedy: Remedy | None = None

    @property
    def needed(self) -> str:
        """The cause for which it is undecided, and what would decide it, in a few words; "" if decided."""
        return self.remedy.needed if self.remedy else ""

    @property
    def is_about_launches(self) -> bool:
        """True if the slow-down is that of launching the networks, so that nothing is said of the device."""
        return self.outcome == "launches decide"


@dataclass(frozen=True)
class Decision:
    """The verdict of a sweep, and the evidence that it rests on."""

    evidence: Evidence
    verdict: Verdict

    @property
    def effect(self) -> Estimate:
        """The slow-down, or the speed-up if that is claimed: above 1 if the guideline is right."""
        return directed(self.verdict.slowdown, self.evidence.expect)


def decisions(measured: Iterable[Measured]) -> dict[SweepKey, Decision]:
    """The decision of every sweep of one machine.

    All verdicts of a table (a guideline under a condition) are right together at its confidence; they do not
    depend on other tables, or on other machines.
    """
    tables: dict[TableKey, list[Measured]] = {}
    for each in measured:
        tables.setdefault(each.place.table_key, []).append(each)
    decided: dict[SweepKey, Decision] = {}
    for of_table in tables.values():
        known = evidence_by_sweep(of_table)
        judged = verdicts(list(known.values()), max(m.confidence for m in of_table))
        for (key, evidence), verdict in zip(known.items(), judged, strict=True):
            decided[key] = Decision(evidence, verdict)
    return decided


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
    judged = [k for k, evidence in enumerate(sweeps) if not evidence.is_launch_bound]
    by_index = dict(zip(judged, _judged([sweeps[k] for k in judged], confidence), strict=True))
    every: list[Verdict] = []
    for k, evidence in enumerate(sweeps):
        if evidence.is_launch_bound:
            every.append(Verdict("launches decide", evidence.slowdown(confidence), None))
        else:
            every.append(by_index[k])
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
    is_launch_bound = extreme.place.key in bound
    # The time of launches has nothing to do with the work.
    is_plain = is_launch_bound and not extreme.place.per_multiply_add
    return Evidence(
        extreme=extreme.place.variant,
        expect=extreme.place.expect,
        slowdown=extreme.slowdown if is_plain else fair_slowdown(extreme),
        others=tuple((m.place.variant, fair_slowdown(m)) for m in others if m is not extreme),
        control=_control(extreme),
        is_launch_bound=is_launch_bound,
        effort=effort_of(extreme),
        is_per_multiply_add=is_per_multiply_add(extreme) and not is_plain,
        work_ratio=extreme.identity.work_ratio,
    )


def _of_every(others: Sequence[Measured], bound: Set[VariantKey]) -> Evidence:
    """The variant farthest from the claim decides, at a level at which all intervals hold (Bonferroni)."""
    weakest = min(others, key=_fair_effect)
    of_weakest = fair_slowdown(weakest)
    places = [m.place for m in others]
    rows = sorted(place.row for place in places)
    ends_with_extreme = any(place.variant == place.extreme for place in places)
    return Evidence(
        extreme=weakest.place.variant,
        expect=weakest.place.expect,
        slowdown=lambda confidence: of_weakest(1 - (1 - confidence) / len(others)),
        others=(),
        control=_control(weakest),
        is_complete=ends_with_extreme and rows == list(range(1, len(rows) + 1)),
        is_launch_bound=weakest.place.key in bound,
        effort=effort_of(weakest),
        is_per_multiply_add=is_per_multiply_add(weakest),
        work_ratio=weakest.identity.work_ratio,
    )


def _fair_effect(measured: Measured) -> float:
    return directed(fair_slowdown(measured)(measured.confidence), measured.place.expect).estimate


def _control(measured: Measured) -> Estimate | None:
    return measured.control(measured.confidence) if measured.control else None


def _judge(evidence: Evidence, confidence: float) -> Verdict:
    slowdown = evidence.slowdown(confidence)
    effect = directed(slowdown, evidence.expect)
    floor = noise_floor(evidence.control)
    if evidence.control is None:
        return _undecided(slowdown, None, CONTROL_FAILED)
    if floor is None or effect.low is None or effect.high is None:
        missing = "the control" if floor is None else evidence.extreme
        return _undecided(
            slowdown, floor, for_an_interval(missing, slowdown.rounds, confidence, evidence.effort)
        )
    margin = max(LEAST_MARGIN, floor)
    if noise := too_much_noise(floor, evidence.effort):
        return _undecided(slowdown, margin, noise)
    if effect.high < 1 + min(margin, MOST_DENIED):
        return Verdict("does not hold", slowdown, margin)
    remedy = _objection(evidence, confidence, margin)
    if effect.high < 1 + margin:
        remedy = below_noise(margin)
    elif effect.low <= 1 + margin:
        remedy = remedy or beyond_margin(effect, margin, evidence.effort)
    return _undecided(slowdown, margin, remedy) if remedy else Verdict("holds", slowdown, margin)


def _undecided(slowdown: Estimate, margin: float | None, remedy: Remedy) -> Verdict:
    return Verdict("undecided", slowdown, margin, remedy)


def _objection(evidence: Evidence, confidence: float, margin: float) -> Remedy | None:
    """Reason for which a variant that is clear of the margin does not decide its sweep; None if none."""
    for name, other in evidence.others:
        effect = directed(other(confidence), evidence.expect)
        if effect.high is not None and effect.high < 1 / (1 + margin):
            return contradicted_by(name)
    return None if evidence.is_complete else INCOMPLETE


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
