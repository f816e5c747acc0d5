"""Answer the question of a run: which guidelines hold on which device, and by how much."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import TypeVar

from guidelines.analysis.finding import Finding, aligned, finding, not_counted, published, replayed
from guidelines.analysis.remedies import for_launches, not_measured
from guidelines.analysis.sweep_result import SweepResult
from guidelines.analysis.tables import Table
from guidelines.results.model import TableKey
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Expectation
from guidelines.stats.intervals import Estimate

Item = TypeVar("Item")


@dataclass(frozen=True)
class Conclusion:
    """Conclusion from the sweeps of one guideline under one condition together.

    `held` of the sweeps `judged` hold; those in `open`, by name, are undecided, with the cause and what would
    decide it. Sweeps in which launches decide are not judged. `effects` exceed 1 if the guideline is
    right, as do the paper's, `published`, for the same sweeps; per multiply-add if a verdict is. `rows` are
    the row that decides and the baseline, None if these differ between sweeps; `expect` is None if the claims
    do. `needed` says what would decide an undecided guideline, "" otherwise. `shares` are those of the
    factors in the sweeps that hold, by their titles, as far as they are known. `at_published_widths` is the
    conclusion from other sweeps, at published widths, which stand beside these at aligned ones.
    """

    guideline: str
    claim: str
    condition: Condition
    finding: Finding
    expect: Expectation | None
    held: int
    judged: int
    open: dict[str, str]
    effects: tuple[Estimate, ...]
    published: tuple[float, ...]
    is_per_multiply_add: bool
    rows: tuple[str, str] | None
    needed: str = ""
    shares: tuple[Mapping[str, float], ...] = ()
    at_published_widths: "Conclusion | None" = None


def conclusions(tables: Sequence[Table]) -> list[Conclusion]:
    """A conclusion for each guideline and condition of a machine.

    Of a CUDA device that was measured in modes eager and cudagraph, the latter tells of the device. Of a
    guideline that was measured at published and at aligned widths, the latter tell of the guideline.
    """
    known = {_key(table): table for table in tables}
    decided = {key for key, table in known.items() if _is_decided(table)}
    beside = {aligned(key): _conclusion(known[key]) for key in published(known, decided)}
    left_out = not_counted(known, decided)
    counted = [(key, _conclusion(table)) for key, table in known.items() if key not in left_out]
    return [replace(conclusion, at_published_widths=beside.get(key)) for key, conclusion in counted]


def leaves_out_eager(tables: Sequence[Table]) -> bool:
    """True if tables of a machine in mode eager take no part in its conclusions."""
    return bool(replayed({_key(table) for table in tables}))


def _is_decided(table: Table) -> bool:
    """True if a sweep of a table has a verdict."""
    return any(sweep.verdict for sweep in table.sweeps)


def _key(table: Table) -> TableKey:
    return TableKey(table.guideline, table.condition)


def _conclusion(table: Table) -> Conclusion:
    decided = [sweep for sweep in table.sweeps if sweep.verdict]
    judged = [sweep for sweep in decided if _outcome(sweep) != "launches decide"]
    outcomes = Counter(_outcome(sweep) for sweep in judged)
    shown = judged or decided
    of_all = finding(outcomes["holds"], outcomes["does not hold"])
    return Conclusion(
        guideline=table.guideline,
        claim=table.claim,
        condition=table.condition,
        finding=of_all,
        expect=_only({sweep.expect for sweep in table.sweeps}),
        held=outcomes["holds"],
        judged=len(judged),
        open={sweep.name: _cause(sweep) for sweep in judged if _outcome(sweep) == "undecided"},
        effects=tuple(sweep.effect for sweep in shown if sweep.effect),
        published=tuple(_published(shown)),
        is_per_multiply_add=any(sweep.is_judged_per_multiply_add for sweep in shown),
        rows=_only({(sweep.extreme, sweep.baseline) for sweep in shown}),
        needed=_needed(table, judged) if of_all == "undecided" else "",
        shares=tuple(_shares(judged)),
    )


def _shares(judged: Sequence[SweepResult]) -> Iterator[Mapping[str, float]]:
    for sweep in judged:
        shares = sweep.account.clear_shares if sweep.account else None
        if sweep.account and shares and _outcome(sweep) == "holds":
            yield {sweep.account.title(name): share for name, share in shares.items()}


def _outcome(sweep: SweepResult) -> str:
    return sweep.verdict.outcome if sweep.verdict else ""


def _cause(sweep: SweepResult) -> str:
    """The cause for which a sweep is undecided, and what would decide it, in a few words."""
    needed = sweep.verdict.needed if sweep.verdict else ""
    return f"disturbed, {needed}" if sweep.is_disturbed else needed


def _times_as_long(sweep: SweepResult) -> float:
    """The time that a measurement would take that decides a sweep; infinite if none does."""
    remedy = sweep.verdict.remedy if sweep.verdict else None
    return remedy.times_as_long if remedy else inf


def _published(sweeps: Sequence[SweepResult]) -> Iterator[float]:
    """The paper's effects, above 1 if they agree with the claim."""
    for sweep in sweeps:
        if sweep.paper:
            slowdown = sweep.paper.slowdown
            yield slowdown if sweep.expect == "slower" else 1 / slowdown


def _only(values: set[Item]) -> Item | None:
    """The only one of some values; None if there are others."""
    return next(iter(values)) if len(values) == 1 else None


def _needed(table: Table, judged: Sequence[SweepResult]) -> str:
    """The quickest of the remedies that would decide a sweep."""
    if judged:
        return _cause(min(judged, key=_times_as_long))
    if _is_decided(table):
        return for_launches(table.condition).needed
    return not_measured(table.sweeps[0].extreme).needed
