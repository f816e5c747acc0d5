"""Compare many machines: the sweep with the largest effect of each guideline under each condition."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from guidelines.analysis.measured import MachineResults, Measured, by_sweep
from guidelines.analysis.verdict import Evidence, Verdict, directed, evidence_by_sweep, verdicts
from guidelines.results.model import Failure, Machine, Place, SweepKey
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Expectation
from guidelines.stats.intervals import Estimate


@dataclass(frozen=True)
class Standing:
    """One guideline on one machine: its sweep with the largest effect, and counts of sweeps.

    `effect` exceeds 1 if the guideline is right: times slower, or faster if that is claimed, of the
    time or of the time per multiply-add. Sweeps in which launches decide are left out, but for
    `sweeps_launch_bound`, their number; if there are no others, the largest effect is one of theirs.
    """

    sweep: str
    extreme: str
    expect: Expectation
    effect: Estimate
    verdict: Verdict
    sweeps_held: int
    sweeps_judged: int
    sweeps_launch_bound: int = 0
    passes: int = 0
    is_disturbed: bool = False
    is_one_process: bool = False
    is_per_multiply_add: bool = False


@dataclass(frozen=True)
class Line:
    """One machine under one condition; guidelines without a judged sweep are missing."""

    results: MachineResults
    condition: Condition
    standings: dict[str, Standing]
    sweeps: tuple[str, ...]

    @property
    def machine(self) -> Machine:
        """The machine of the line."""
        return self.results.machine

    @property
    def has_one_process(self) -> bool:
        """True if a sweep that is shown was measured by one process."""
        return any(standing.is_one_process for standing in self.standings.values())


@dataclass(frozen=True)
class Matrix:
    """A line for each machine and condition; all verdicts are right together (Holm).

    `guidelines` holds the claim of each guideline, `verdicts` is the number of verdicts about devices.
    """

    guidelines: dict[str, str]
    lines: tuple[Line, ...]
    confidence: float
    verdicts: int


class _Sweep(NamedTuple):
    """A sweep and the index of its machine."""

    machine: int
    key: SweepKey


class _Judged(NamedTuple):
    """A sweep with its evidence and its verdict."""

    key: SweepKey
    evidence: Evidence
    verdict: Verdict


def matrix(machines: Sequence[MachineResults]) -> Matrix:
    """Judge every sweep of every machine together."""
    evidence = _evidence(machines)
    measured = _all_measured(machines)
    confidence = max((m.confidence for m in measured), default=0.95)
    judged_sweeps: dict[tuple[int, Condition], list[_Judged]] = {}
    for sweep, verdict in zip(evidence, verdicts(list(evidence.values()), confidence), strict=True):
        judged_sweep = _Judged(sweep.key, evidence[sweep], verdict)
        judged_sweeps.setdefault((sweep.machine, sweep.key.condition), []).append(judged_sweep)
    lines = []
    for index, results in enumerate(machines):
        swept = by_sweep(results.measured)
        for condition in dict.fromkeys(place.condition.shared for place in _places(results)):
            under = judged_sweeps.get((index, condition), ())
            lines.append(_line(results, condition, under, swept))
    about_devices = sum(not of_sweep.is_launch_bound for of_sweep in evidence.values())
    return Matrix(_claims(machines), tuple(lines), confidence, about_devices)


def varied(results: MachineResults) -> MachineResults:
    """The results of a machine for the guidelines with a verdict under two conditions or more."""
    judged = {(key.guideline, key.condition) for key in evidence_by_sweep(results.measured)}
    conditions = Counter(guideline for guideline, _ in judged)
    return replace(
        results,
        measured=tuple(m for m in results.measured if conditions[m.place.guideline] > 1),
        failures=tuple(f for f in results.failures if conditions[f.place.guideline] > 1),
    )


def _evidence(machines: Sequence[MachineResults]) -> dict[_Sweep, Evidence]:
    evidence = {}
    for index, results in enumerate(machines):
        for key, of_sweep in evidence_by_sweep(results.measured).items():
            evidence[_Sweep(index, key)] = of_sweep
    return evidence


def _all_measured(machines: Iterable[MachineResults]) -> list[Measured]:
    measured: list[Measured] = []
    for results in machines:
        measured += results.measured
    return measured


def _claims(machines: Iterable[MachineResults]) -> dict[str, str]:
    """The claim of every guideline, in the order of their names."""
    claims = {}
    for results in machines:
        for place in _places(results):
            claims[place.guideline] = place.claim
    return dict(sorted(claims.items()))


def _places(results: MachineResults) -> list[Place]:
    everything: list[Measured | Failure] = [*results.measured, *results.failures]
    return [each.place for each in everything]


def _line(
    results: MachineResults,
    condition: Condition,
    sweeps: Iterable[_Judged],
    swept: Mapping[SweepKey, Sequence[Measured]],
) -> Line:
    by_guideline: dict[str, list[_Judged]] = {}
    for each in sweeps:
        by_guideline.setdefault(each.key.guideline, []).append(each)
    names = []
    for of_guideline in by_guideline.values():
        names += [f"{each.key.guideline} {each.key.sweep}" for each in of_guideline]
    standings = {guideline: _standing(each, swept) for guideline, each in by_guideline.items()}
    return Line(results, condition, standings, tuple(names))


def _standing(sweeps: Sequence[_Judged], swept: Mapping[SweepKey, Sequence[Measured]]) -> Standing:
    judged = [each for each in sweeps if not each.verdict.is_about_launches]
    largest = max(judged or sweeps, key=lambda each: _effect(each).estimate)
    key, evidence, verdict = largest
    return Standing(
        sweep=key.sweep,
        extreme=evidence.extreme,
        expect=evidence.expect,
        effect=_effect(largest),
        verdict=verdict,
        sweeps_held=sum(each.verdict.outcome == "holds" for each in judged),
        sweeps_judged=len(judged),
        sweeps_launch_bound=len(sweeps) - len(judged),
        passes=evidence.effort.passes,
        is_one_process=any(measured.is_one_process for measured in swept[key]),
        is_disturbed=any(measured.is_disturbed for measured in swept[key]),
        is_per_multiply_add=any(measured.place.per_multiply_add for measured in swept[key]),
    )


def _effect(judged: _Judged) -> Estimate:
    return directed(judged.verdict.slowdown, judged.evidence.expect)
