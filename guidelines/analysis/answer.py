"""Answer the question of a run: which guidelines hold on which device, and by how much."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from guidelines.analysis.sweep_result import SweepResult
from guidelines.analysis.tables import Table
from guidelines.results.model import TableKey
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Expectation
from guidelines.stats.intervals import Estimate

Item = TypeVar("Item")
Finding = Literal["holds", "does not hold", "holds in part", "undecided"]


@dataclass(frozen=True)
class Conclusion:
    """Conclusion from the sweeps of one guideline under one condition together.

    `held` of the sweeps `judged` hold, those named in `open` are undecided; sweeps in which launches decide
    are not judged. `effects` exceed 1 if the guideline is right, as do the paper's, `published`, for the
    same sweeps; per multiply-add if a verdict is. `rows` are the row that decides and the baseline, None if
    these differ between sweeps; `expect` is None if the claims do. `needed` says what would decide an
    undecided guideline, "" otherwise. `shares` are those of the factors in the sweeps that hold, as far as
    they are known.
    """

    guideline: str
    claim: str
    condition: Condition
    finding: Finding
    expect: Expectation | None
    held: int
    judged: int
    open: tuple[str, ...]
    effects: tuple[Estimate, ...]
    published: tuple[float, ...]
    is_per_multiply_add: bool
    rows: tuple[str, str] | None
    needed: str = ""
    shares: tuple[Mapping[str, float], ...] = ()


def conclusions(tables: Sequence[Table]) -> list[Conclusion]:
    """A conclusion for each guideline and condition of a machine.

    Of a CUDA device that was measured in modes eager and cudagraph, the latter tells of the device.
    """
    known = {TableKey(table.guideline, table.condition) for table in tables}
    return [_conclusion(table) for table in tables if not _is_replayed(table, known)]


def _is_replayed(table: Table, known: set[TableKey]) -> bool:
    """True for a table in mode eager that mode cudagraph has, too."""
    replayed = TableKey(table.guideline, replace(table.condition, mode="cudagraph"))
    return table.condition.mode == "eager" and not table.condition.device.is_cpu and replayed in known


def _conclusion(table: Table) -> Conclusion:
    decided = [sweep for sweep in table.sweeps if sweep.verdict]
    judged = [sweep for sweep in decided if _outcome(sweep) != "launches decide"]
    outcomes = Counter(_outcome(sweep) for sweep in judged)
    shown = judged or decided
    finding = _finding(outcomes["holds"], outcomes["does not hold"])
    return Conclusion(
        guideline=table.guideline,
        claim=table.claim,
        condition=table.condition,
        finding=finding,
        expect=_only({sweep.expect for sweep in table.sweeps}),
        held=outcomes["holds"],
        judged=len(judged),
        open=tuple(sweep.name for sweep in judged if _outcome(sweep) == "undecided"),
        effects=tuple(sweep.effect for sweep in shown if sweep.effect),
        published=tuple(_published(shown)),
        is_per_multiply_add=any(sweep.is_judged_per_multiply_add for sweep in shown),
        rows=_only({(sweep.extreme, sweep.baseline) for sweep in shown}),
        needed=_needed(table, judged) if finding == "undecided" else "",
        shares=tuple(_shares(judged)),
    )


def _shares(judged: Sequence[SweepResult]) -> Iterator[Mapping[str, float]]:
    for sweep in judged:
        if sweep.account and sweep.account.shares and _outcome(sweep) == "holds":
            yield sweep.account.shares


def _outcome(sweep: SweepResult) -> str:
    return sweep.verdict.outcome if sweep.verdict else ""


def _finding(held: int, denied: int) -> Finding:
    if held:
        return "holds in part" if denied else "holds"
    return "does not hold" if denied else "undecided"


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
    """Remedy that would decide one of the sweeps, an option if there is one."""
    shorts = [sweep.verdict.needed for sweep in judged if sweep.verdict]
    if shorts:
        options = [short for short in shorts if "--" in short]
        return min(options, key=len) if options else shorts[0]
    if any(sweep.verdict for sweep in table.sweeps):
        option = "--batch-size auto" if table.condition.mode == "cudagraph" else "--mode cudagraph"
        return f"launches decide; try {option}"
    return f"{table.sweeps[0].extreme} was not measured"
