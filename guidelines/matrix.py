"""Many machines: for each guideline, machine and condition the sweep with the largest effect."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from guidelines.merge import Measured, Results, by_sweep
from guidelines.results import Failure, Machine, SweepKey
from guidelines.spec import Condition, Expectation
from guidelines.stats import Estimate
from guidelines.verdict import Evidence, Verdict, directed, judged, verdicts

Judged = tuple[SweepKey, Evidence, Verdict]


@dataclass(frozen=True)
class Standing:
    """One guideline on one machine: its sweep of the largest effect, and in how many sweeps it holds.

    `effect` exceeds 1 where the guideline is right: times slower, or faster where that is claimed, of the
    time or of the time per multiply-add.
    """

    sweep: str
    extreme: str
    expect: Expectation
    effect: Estimate
    verdict: Verdict
    held: int
    judged: int
    is_disturbed: bool = False
    is_per_multiply_add: bool = False


@dataclass(frozen=True)
class Line:
    """One machine under one condition; guidelines without a judged sweep are missing."""

    results: Results
    condition: Condition
    standings: dict[str, Standing]
    sweeps: tuple[str, ...]

    @property
    def machine(self) -> Machine:
        """The machine of the line."""
        return self.results.machine


@dataclass(frozen=True)
class Matrix:
    """Machines below each other, guidelines side by side; all verdicts hold together (Holm)."""

    guidelines: dict[str, str]
    lines: tuple[Line, ...]
    confidence: float
    verdicts: int


def matrix(everything: Sequence[Results]) -> Matrix:
    """Judge every sweep of every machine in one family."""
    cases: list[tuple[int, SweepKey, Evidence]] = [
        (index, key, case)
        for index, results in enumerate(everything)
        for key, case in judged(results.measured).items()
    ]
    confidence = max((m.confidence for results in everything for m in results.measured), default=0.95)
    found = verdicts([case for _, _, case in cases], confidence)
    grouped: dict[tuple[int, Condition], dict[str, list[Judged]]] = {
        (index, result.place.condition): {}
        for index, results in enumerate(everything)
        for result in _everything(results)
    }
    for (index, key, case), verdict in zip(cases, found, strict=True):
        guideline, condition, _ = key
        grouped[index, condition].setdefault(guideline, []).append((key, case, verdict))
    swept = [by_sweep(results.measured) for results in everything]
    places = [result.place for results in everything for result in _everything(results)]
    claims = {place.guideline: place.claim for place in places}
    return Matrix(
        dict(sorted(claims.items())),
        tuple(
            Line(
                everything[index],
                condition,
                {guideline: _standing(sweeps, swept[index]) for guideline, sweeps in line.items()},
                tuple(f"{key[0]} {key[2]}" for sweeps in line.values() for key, _, _ in sweeps),
            )
            for (index, condition), line in grouped.items()
        ),
        confidence,
        len(cases),
    )


def varied(results: Results) -> Results:
    """What a machine gave of the guidelines that it judged under two conditions or more."""
    under = {(guideline, condition) for guideline, condition, _ in judged(results.measured)}
    times = Counter(guideline for guideline, _ in under)
    return replace(
        results,
        measured=tuple(m for m in results.measured if times[m.place.guideline] > 1),
        failures=tuple(f for f in results.failures if times[f.place.guideline] > 1),
    )


def _everything(results: Results) -> Sequence[Measured | Failure]:
    return (*results.measured, *results.failures)


def _standing(found: Sequence[Judged], sweeps: Mapping[SweepKey, Sequence[Measured]]) -> Standing:
    effects = [directed(verdict.slowdown, case.expect) for _, case, verdict in found]
    largest = max(range(len(found)), key=lambda k: effects[k].estimate)
    key, case, verdict = found[largest]
    held = sum(verdict.outcome == "holds" for _, _, verdict in found)
    return Standing(
        key[2],
        case.extreme,
        case.expect,
        effects[largest],
        verdict,
        held,
        len(found),
        is_disturbed=any(measured.disturbed for measured in sweeps[key]),
        is_per_multiply_add=any(measured.place.per_multiply_add for measured in sweeps[key]),
    )
