"""Compare many machines: what the sweeps of each guideline find under each condition, and by how much."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from guidelines.analysis.finding import Finding, finding, not_counted
from guidelines.analysis.measured import MachineResults, Measured, by_sweep
from guidelines.analysis.verdict import Decision, Verdict, decisions, evidence_by_sweep
from guidelines.results.model import Failure, Machine, Place, SweepKey, TableKey
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Expectation
from guidelines.stats.intervals import Estimate


@dataclass(frozen=True)
class Standing:
    """One guideline on one machine: the sweep with the largest effect that carries its finding, and counts.

    Sweeps that hold carry "holds" and "holds in part", those denied "does not hold", all others "undecided".
    `effect` exceeds 1 if the guideline is right: times slower, or faster if that is claimed, of the
    time or of the time per multiply-add. Sweeps in which launches decide are left out, but for
    `sweeps_launch_bound`, their number; if there are no others, the largest effect is one of theirs.
    `is_counted` is False if the answer leaves it out.
    """

    sweep: str
    extreme: str
    expect: Expectation
    effect: Estimate
    verdict: Verdict
    sweeps_held: int
    sweeps_judged: int
    sweeps_denied: int = 0
    sweeps_launch_bound: int = 0
    passes: int = 0
    is_disturbed: bool = False
    is_one_process: bool = False
    is_per_multiply_add: bool = False
    is_counted: bool = True

    @property
    def finding(self) -> Finding:
        """Finding of its sweeps together; undecided if launches decide all of them."""
        return finding(self.sweeps_held, self.sweeps_denied)

    @property
    def outcome(self) -> str:
        """Its finding, or that launches decide."""
        return self.verdict.outcome if self.verdict.is_about_launches else self.finding


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
    def failures(self) -> list[Failure]:
        """The failures under its condition."""
        failures = self.results.failures
        return [each for each in failures if each.place.condition.shared == self.condition]

    @property
    def has_one_process(self) -> bool:
        """True if a sweep that is shown was measured by one process."""
        return any(standing.is_one_process for standing in self.standings.values())


@dataclass(frozen=True)
class Matrix:
    """A line for each machine and condition.

    Each cell, a guideline of a line, has the verdicts of the machine's own report: these are right together
    at `confidence` (Holm). `guidelines` holds the claim of each guideline, `verdicts` is the number of
    verdicts about devices.
    """

    guidelines: dict[str, str]
    lines: tuple[Line, ...]
    confidence: float
    verdicts: int


class _Judged(NamedTuple):
    """A sweep with its decision."""

    key: SweepKey
    decision: Decision


def matrix(machines: Sequence[MachineResults]) -> Matrix:
    """Judge the sweeps of every machine as its own report does, whatever stands beside it."""
    lines: list[Line] = []
    verdicts = 0
    for results in machines:
        decided = decisions(results.measured)
        verdicts += sum(not decision.evidence.is_launch_bound for decision in decided.values())
        lines += _lines(results, decided)
    confidence = max((m.confidence for m in _all_measured(machines)), default=0.95)
    return Matrix(_claims(machines), tuple(lines), confidence, verdicts)


def _lines(results: MachineResults, decided: Mapping[SweepKey, Decision]) -> Iterator[Line]:
    """A line for each condition of a machine."""
    judged: dict[Condition, list[_Judged]] = {}
    for key, decision in decided.items():
        judged.setdefault(key.condition, []).append(_Judged(key, decision))
    swept = by_sweep(results.measured)
    places = _places(results)
    left_out = not_counted(
        {TableKey(place.guideline, place.condition.shared) for place in places},
        {TableKey(key.guideline, key.condition) for key in decided},
    )
    for condition in dict.fromkeys(place.condition.shared for place in places):
        line = _line(results, condition, judged.get(condition, ()), swept)
        uncounted = {key.guideline for key in left_out if key.condition == condition}
        yield _without(line, uncounted)


def _without(line: Line, uncounted: Collection[str]) -> Line:
    """A line some of whose guidelines the answer leaves out."""
    standings = {}
    for guideline, standing in line.standings.items():
        standings[guideline] = replace(standing, is_counted=guideline not in uncounted)
    return replace(line, standings=standings)


def varied(results: MachineResults) -> MachineResults:
    """The results of a machine for the guidelines with a verdict under two conditions or more."""
    judged = {(key.guideline, key.condition) for key in evidence_by_sweep(results.measured)}
    conditions = Counter(guideline for guideline, _ in judged)
    return replace(
        results,
        measured=tuple(m for m in results.measured if conditions[m.place.guideline] > 1),
        failures=tuple(f for f in results.failures if conditions[f.place.guideline] > 1),
    )


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
    judged = [each for each in sweeps if not each.decision.verdict.is_about_launches]
    outcomes = Counter(each.decision.verdict.outcome for each in judged)
    key, decision = max(_carriers(judged) or sweeps, key=lambda each: each.decision.effect.estimate)
    evidence = decision.evidence
    return Standing(
        sweep=key.sweep,
        extreme=evidence.extreme,
        expect=evidence.expect,
        effect=decision.effect,
        verdict=decision.verdict,
        sweeps_held=outcomes["holds"],
        sweeps_judged=len(judged),
        sweeps_denied=outcomes["does not hold"],
        sweeps_launch_bound=len(sweeps) - len(judged),
        passes=evidence.effort.passes,
        is_one_process=any(measured.is_one_process for measured in swept[key]),
        is_disturbed=any(measured.is_disturbed for measured in swept[key]),
        is_per_multiply_add=evidence.is_per_multiply_add,
    )


def _carriers(judged: Sequence[_Judged]) -> Sequence[_Judged]:
    """The sweeps that carry a finding: those that hold, if none does those denied, else all."""
    for outcome in ("holds", "does not hold"):
        if carriers := [each for each in judged if each.decision.verdict.outcome == outcome]:
            return carriers
    return judged
