"""Arrange results as the paper does: a table for each guideline and condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from guidelines.analysis.account.account import Account
from guidelines.analysis.account.explain import accounts
from guidelines.analysis.measured import MachineResults, Measured
from guidelines.analysis.sweep_result import Beside, SweepResult, sweep_result
from guidelines.analysis.verdict import decisions
from guidelines.paper.tables import Platform
from guidelines.results.model import Failure, TableKey, VariantKey
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


class _OfSweep(NamedTuple):
    """The variants of one sweep that were measured, and those that failed."""

    measured: list[Measured]
    failures: list[Failure]


class _Asked(NamedTuple):
    """The tables to make: beside which platform of the paper, with which accounts, with which variants."""

    platform: Platform | None
    accounts: Mapping[VariantKey, Account]
    only_deciding: bool


def tables(
    results: MachineResults, platform: Platform | None = None, *, only_deciding: bool = False
) -> list[Table]:
    """Every table of a machine, beside the paper's columns for a platform (default: the device's own).

    An answer needs the deciding rows alone, `only_deciding`, which takes a third of the time.
    """
    measured: dict[TableKey, list[Measured]] = {}
    for each in results.measured:
        measured.setdefault(each.place.table_key, []).append(each)
    failures: dict[TableKey, list[Failure]] = {}
    for failure in results.failures:
        failures.setdefault(failure.place.table_key, []).append(failure)
    asked = _Asked(platform, accounts(results) if results.ceilings else {}, only_deciding)
    return [
        _table(measured.get(key, []), failures.get(key, []), asked)
        for key in dict.fromkeys((*measured, *failures))
    ]


def _table(
    measured: Sequence[Measured],
    failures: Sequence[Failure],
    asked: _Asked,
) -> Table:
    by_name: dict[str, _OfSweep] = {}
    for each in measured:
        by_name.setdefault(each.place.sweep, _OfSweep([], [])).measured.append(each)
    for failure in failures:
        by_name.setdefault(failure.place.sweep, _OfSweep([], [])).failures.append(failure)
    first = measured[0].place if measured else failures[0].place
    confidence = max((m.confidence for m in measured), default=None)
    platform = asked.platform or first.condition.device.paper_platform
    beside = Beside(platform, confidence or 0.0, asked.accounts, asked.only_deciding)
    decided = {key.sweep: decision for key, decision in decisions(measured).items()}
    sweeps = []
    for name, of_sweep in by_name.items():
        sweeps.append(sweep_result(of_sweep.measured, of_sweep.failures, beside, decided.get(name)))
    return Table(
        guideline=first.guideline,
        claim=first.claim,
        condition=first.condition.shared,
        platform=beside.platform,
        confidence=confidence,
        sweeps=tuple(sweeps),
    )
