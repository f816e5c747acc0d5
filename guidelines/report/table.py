"""Results arranged as the paper arranges them: a table a guideline and condition."""

from collections.abc import Iterable
from dataclasses import dataclass

from guidelines import paper
from guidelines.paper import Figure
from guidelines.results import Entry, Failure, Place, Run
from guidelines.spec import Condition, Platform
from guidelines.stats import Estimate, kendall_tau
from guidelines.verdict import Case, Verdict, noise_floor, verdicts

LEAST_WORK_DIFFERENCE = 0.005
LEAST_ORDERED = 3


@dataclass(frozen=True)
class Cell:
    """A variant in one sweep: what was measured or why it failed, and what the paper prints."""

    throughput: Estimate | None
    slowdown: Estimate | None
    per_multiply_add: Estimate | None
    paper: Figure | None
    failure: str | None = None


@dataclass(frozen=True)
class Row:
    """A variant, the `place`-th of its sweep, with its network's size."""

    place: int
    variant: str
    channels: tuple[int, ...]
    multiply_adds: int
    memory_access: int
    cell: Cell


@dataclass(frozen=True)
class Column:
    """One sweep: its rows, and what is said about it as a whole."""

    sweep: str
    rows: tuple[Row, ...]
    baseline: str
    extreme: str
    verdict: Verdict | None
    per_multiply_add: Estimate | None
    paper: Figure | None
    noise_floor: float | None
    rounds: int
    stopped: str
    kendall_tau: float | None


@dataclass(frozen=True)
class Table:
    """One guideline under one condition."""

    guideline: str
    claim: str
    condition: Condition
    platform: Platform
    confidence: float | None
    columns: tuple[Column, ...]


def tables(run: Run, platform: Platform | None = None) -> list[Table]:
    """Every table of a run, beside the paper's columns for a platform (by default the device's)."""
    results: tuple[Entry | Failure, ...] = (*run.entries, *run.failures)
    keys = dict.fromkeys(result.place.table_key for result in results)
    return [
        _table(
            [entry for entry in run.entries if entry.place.table_key == key],
            [failure for failure in run.failures if failure.place.table_key == key],
            platform or key[1].platform,
        )
        for key in keys
    ]


def _table(entries: list[Entry], failures: list[Failure], platform: Platform) -> Table:
    results: list[Entry | Failure] = [*entries, *failures]
    place = results[0].place
    confidence = entries[0].slowdown.confidence if entries else None
    sweeps = dict.fromkeys(result.place.sweep for result in results)
    judged = {e.place.sweep: e for e in entries if e.place.variant == e.place.extreme}
    cases = [_case(extreme, entries) for extreme in judged.values()]
    found = dict(zip(judged, verdicts(cases, confidence), strict=True)) if confidence else {}
    columns = tuple(
        _column(
            [e for e in entries if e.place.sweep == sweep],
            [f for f in failures if f.place.sweep == sweep],
            platform,
            found.get(sweep),
        )
        for sweep in sweeps
    )
    return Table(place.guideline, place.claim, place.condition, platform, confidence, columns)


def _case(extreme: Entry, entries: list[Entry]) -> Case:
    others = (
        e for e in entries if e.place.sweep == extreme.place.sweep and e is not extreme and not e.is_baseline
    )
    return Case(
        extreme.place.expect,
        extreme.slowdown_at,
        tuple((other.place.variant, other.slowdown_at) for other in others),
        extreme.control,
    )


def _column(
    entries: list[Entry], failures: list[Failure], platform: Platform, verdict: Verdict | None
) -> Column:
    results: list[Entry | Failure] = [*entries, *failures]
    place = results[0].place
    rows = [_measured(entry, platform) for entry in entries]
    rows += [_failed(failure, platform) for failure in failures]
    first = entries[0] if entries else None
    extreme = next((e for e in entries if e.place.variant == e.place.extreme), None)
    return Column(
        sweep=place.sweep,
        rows=tuple(sorted(rows, key=lambda row: row.place)),
        baseline=place.baseline,
        extreme=place.extreme,
        verdict=verdict,
        per_multiply_add=(
            _per_multiply_add(verdict.slowdown, extreme.work_ratio) if verdict and extreme else None
        ),
        paper=_published(place, place.extreme, platform),
        noise_floor=noise_floor(first.control) if first else None,
        rounds=first.slowdown.rounds if first else 0,
        stopped=first.stopped if first else "failure",
        kendall_tau=_agreement(rows),
    )


def _measured(entry: Entry, platform: Platform) -> Row:
    place, confidence = entry.place, entry.slowdown.confidence
    slowdown = entry.slowdown if entry.is_baseline else entry.slowdown_at(confidence)
    per_call = place.condition.batch_size if place.condition.platform == "arm" else 1
    cell = Cell(
        throughput=entry.time_s(confidence).inverse().scaled(per_call),
        slowdown=slowdown,
        per_multiply_add=_per_multiply_add(slowdown, entry.work_ratio),
        paper=_published(place, place.variant, platform),
    )
    return Row(place.row, place.variant, entry.channels, entry.multiply_adds, entry.memory_access, cell)


def _failed(failure: Failure, platform: Platform) -> Row:
    place = failure.place
    published = _published(place, place.variant, platform)
    cell = Cell(None, None, None, published, failure.reason)
    return Row(place.row, place.variant, failure.channels, failure.multiply_adds, failure.memory_access, cell)


def _per_multiply_add(slowdown: Estimate, work_ratio: float) -> Estimate | None:
    """The slow-down of one multiply-add, where the work differs enough to matter."""
    if abs(work_ratio - 1) <= LEAST_WORK_DIFFERENCE:
        return None
    return slowdown.scaled(1 / work_ratio)


def _published(place: Place, variant: str, platform: Platform) -> Figure | None:
    own = place.condition.platform
    sweep = paper.counterpart(place.guideline, place.sweep, own, platform)
    return None if sweep is None else paper.figure(place.guideline, platform, sweep, variant)


def _agreement(rows: Iterable[Row]) -> float | None:
    """Kendall's tau between our order of variants and the paper's, over those that both have."""
    pairs = [
        (row.cell.slowdown.estimate, row.cell.paper.slowdown)
        for row in rows
        if row.cell.slowdown and row.cell.paper
    ]
    if len(pairs) < LEAST_ORDERED:
        return None
    return kendall_tau([ours for ours, _ in pairs], [theirs for _, theirs in pairs])
