"""Arrange results as the paper does: a table for each guideline and condition."""

from collections.abc import Sequence
from dataclasses import dataclass

from guidelines.analysis.measured import MachineResults, Measured
from guidelines.analysis.sweep_result import Decision, SweepResult, sweep_result
from guidelines.analysis.verdict import evidence_by_sweep, verdicts
from guidelines.paper.tables import Platform
from guidelines.results.model import Failure, TableKey
from guidelines.spec.condition import Condition


@dataclass(frozen=True)
class Table:
    """One guideline under the condition that its sweeps share, beside the paper's columns for a platform."""

    guideline: str
    claim: str
    condition: Condition
    platform: Platform
    confidence: float | None
    sweeps: tuple[SweepResult, ...]


def tables(results: MachineResults, platform: Platform | None = None) -> list[Table]:
    """Every table of a machine, beside the paper's columns for a platform (default: the device's own)."""
    measured: dict[TableKey, list[Measured]] = {}
    for each in results.measured:
        measured.setdefault(each.place.table_key, []).append(each)
    failures: dict[TableKey, list[Failure]] = {}
    for failure in results.failures:
        failures.setdefault(failure.place.table_key, []).append(failure)
    return [
        _table(measured.get(key, []), failures.get(key, []), platform)
        for key in dict.fromkeys((*measured, *failures))
    ]


def _table(measured: Sequence[Measured], failures: Sequence[Failure], platform: Platform | None) -> Table:
    places = [*(each.place for each in measured), *(failure.place for failure in failures)]
    first = places[0]
    beside = platform or first.condition.device.paper_platform
    confidence = max((m.confidence for m in measured), default=None)
    decisions = _decisions(measured, confidence)
    sweeps = []
    for name in dict.fromkeys(place.sweep for place in places):
        of_sweep = [m for m in measured if m.place.sweep == name]
        failed = [failure for failure in failures if failure.place.sweep == name]
        sweeps.append(sweep_result(of_sweep, failed, beside, decisions.get(name)))
    return Table(
        guideline=first.guideline,
        claim=first.claim,
        condition=first.condition.shared,
        platform=beside,
        confidence=confidence,
        sweeps=tuple(sweeps),
    )


def _decisions(measured: Sequence[Measured], confidence: float | None) -> dict[str, Decision]:
    """The decisions of one table by the names of its sweeps."""
    if confidence is None:
        return {}
    evidence = evidence_by_sweep(measured)
    decided = zip(evidence.items(), verdicts(list(evidence.values()), confidence), strict=True)
    return {key.sweep: Decision(each.extreme, verdict) for (key, each), verdict in decided}
