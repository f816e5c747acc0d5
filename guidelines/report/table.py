"""Results arranged as the paper arranges them: a table a guideline and condition."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from guidelines import paper
from guidelines.merge import Measured, Results, distinct
from guidelines.paper import Figure, Platform
from guidelines.results import Circumstances, Failure, Place
from guidelines.spec import Condition
from guidelines.stats import Estimate, kendall_tau, noise_floor
from guidelines.verdict import Evidence, Verdict, judged, verdicts

LEAST_WORK_DIFFERENCE = 0.005
LEAST_ORDERED = 3


@dataclass(frozen=True)
class Cell:
    """A variant in one sweep: what was measured, why it failed in a run, and what the paper prints.

    `judged` and `paper_as_judged` are slow-downs per multiply-add where the sweep is judged so.
    Its slow-down is launch-bound where the variant or its baseline waits for its launches.
    """

    throughput: Estimate | None = None
    multiply_adds_per_s: Estimate | None = None
    slowdown: Estimate | None = None
    judged: Estimate | None = None
    per_multiply_add: Estimate | None = None
    paper: Figure | None = None
    paper_as_judged: Figure | None = None
    failure: str | None = None
    is_skip: bool = False
    circumstances: tuple[Circumstances, ...] = ()
    is_launch_bound: bool = False

    @property
    def launch_bound(self) -> Circumstances | None:
        """The circumstances of the first run in which launching took longer than computing."""
        return next((of_run for of_run in self.circumstances if of_run.is_launch_bound), None)


@dataclass(frozen=True)
class Row:
    """A variant, the `place`-th of its sweep, with its network's size."""

    place: int
    variant: str
    channels: tuple[int, ...]
    multiply_adds: int
    memory_access: int
    cell: Cell
    conv_memory_access: int | None = None


@dataclass(frozen=True)
class Column:
    """One sweep: its rows, and what is said about it as a whole.

    Where it is judged per multiply-add, so are the verdict's slow-down and the paper's beside it.
    """

    sweep: str
    rows: tuple[Row, ...]
    baseline: str
    extreme: str
    verdict: Verdict | None
    per_multiply_add: Estimate | None
    paper: Figure | None
    noise_floor: float | None
    rounds: int
    runs: int
    scatter: float | None
    stopped: str
    kendall_tau: float | None
    disturbed: tuple[str, ...] = ()
    retried: tuple[str, ...] = ()
    is_per_multiply_add: bool = False


@dataclass(frozen=True)
class Table:
    """One guideline under one condition."""

    guideline: str
    claim: str
    condition: Condition
    platform: Platform
    confidence: float | None
    columns: tuple[Column, ...]


def tables(results: Results, platform: Platform | None = None) -> list[Table]:
    """Every table of a machine, beside the paper's columns for a platform (by default the device's)."""
    everything: tuple[Measured | Failure, ...] = (*results.measured, *results.failures)
    keys = dict.fromkeys(result.place.table_key for result in everything)
    return [
        _table(
            [measured for measured in results.measured if measured.place.table_key == key],
            [failure for failure in results.failures if failure.place.table_key == key],
            platform or key[1].platform,
        )
        for key in keys
    ]


def _table(measured: list[Measured], failures: list[Failure], platform: Platform) -> Table:
    results: list[Measured | Failure] = [*measured, *failures]
    place = results[0].place
    confidence = max((m.confidence for m in measured), default=None)
    sweeps = dict.fromkeys(result.place.sweep for result in results)
    cases = judged(measured)
    judgements = verdicts(list(cases.values()), confidence) if confidence else []
    found = {key: (case, each) for (key, case), each in zip(cases.items(), judgements, strict=True)}
    columns = tuple(
        _column(
            [m for m in measured if m.place.sweep == sweep],
            [f for f in failures if f.place.sweep == sweep],
            platform,
            found.get((*place.table_key, sweep)),
        )
        for sweep in sweeps
    )
    return Table(place.guideline, place.claim, place.condition, platform, confidence, columns)


def _column(
    measured: list[Measured],
    failures: list[Failure],
    platform: Platform,
    decided: tuple[Evidence, Verdict] | None,
) -> Column:
    results: list[Measured | Failure] = [*measured, *failures]
    place = results[0].place
    rows = {m.place.variant: _measured(m, platform) for m in measured}
    for failure in failures:
        row = rows.get(failure.place.variant) or _failed(failure, platform)
        cell = replace(row.cell, failure=failure.reason, is_skip=failure.is_skip)
        rows[failure.place.variant] = replace(row, cell=cell)
    baseline = rows.get(place.baseline)
    waits = baseline is not None and baseline.cell.launch_bound is not None
    rows = {
        name: replace(row, cell=replace(row.cell, is_launch_bound=waits or row.cell.launch_bound is not None))
        for name, row in rows.items()
    }
    first = measured[0] if measured else None
    case, verdict = decided or (None, None)
    deciding = case.extreme if case else place.extreme
    extreme = next((m for m in measured if m.place.variant == deciding), None)
    return Column(
        sweep=place.sweep,
        rows=tuple(sorted(rows.values(), key=lambda row: row.place)),
        baseline=place.baseline,
        extreme=deciding,
        verdict=verdict,
        per_multiply_add=(
            _per_multiply_add(verdict.slowdown, extreme.work_ratio / extreme.work)
            if verdict and extreme
            else None
        ),
        paper=_as_judged(_published(place, deciding, platform), place, deciding),
        noise_floor=noise_floor(first.control(first.confidence)) if first and first.control else None,
        rounds=first.rounds if first else 0,
        runs=first.runs if first else 0,
        scatter=first.scatter if first else None,
        stopped=first.stopped if first else "failure",
        kendall_tau=_agreement(rows.values()),
        disturbed=distinct(m.disturbed for m in measured),
        retried=distinct(of_run.retried for m in measured for of_run in m.circumstances),
        is_per_multiply_add=place.per_multiply_add,
    )


def _measured(measured: Measured, platform: Platform) -> Row:
    place, confidence = measured.place, measured.confidence
    slowdown, published = measured.slowdown(confidence), _published(place, place.variant, platform)
    per_call = place.condition.batch_size if place.condition.platform == "arm" else 1
    seconds_per_call = measured.seconds_per_call(confidence)
    cell = Cell(
        throughput=seconds_per_call.inverse().scaled(per_call),
        multiply_adds_per_s=seconds_per_call.inverse().scaled(measured.multiply_adds),
        slowdown=slowdown,
        judged=measured.judged(confidence),
        per_multiply_add=_per_multiply_add(slowdown, measured.work_ratio),
        paper=published,
        paper_as_judged=_as_judged(published, place, place.variant),
        circumstances=measured.circumstances,
    )
    return Row(
        place.row,
        place.variant,
        measured.channels,
        measured.multiply_adds,
        measured.memory_access,
        cell,
        measured.conv_memory_access,
    )


def _failed(failure: Failure, platform: Platform) -> Row:
    place = failure.place
    published = _published(place, place.variant, platform)
    cell = Cell(paper=published, paper_as_judged=_as_judged(published, place, place.variant))
    return Row(place.row, place.variant, failure.channels, failure.multiply_adds, failure.memory_access, cell)


def _per_multiply_add(slowdown: Estimate, work_ratio: float) -> Estimate | None:
    """The slow-down of one multiply-add, where the work differs enough to matter."""
    if abs(work_ratio - 1) <= LEAST_WORK_DIFFERENCE:
        return None
    return slowdown.scaled(1 / work_ratio)


def _as_judged(published: Figure | None, place: Place, variant: str) -> Figure | None:
    """The paper's figure as ours is judged, per multiply-add by what the paper says of the work."""
    if published is None or not place.per_multiply_add:
        return published
    work = paper.work_ratio(place.guideline, variant, place.baseline)
    return replace(published, slowdown=published.slowdown / work)


def _published(place: Place, variant: str, platform: Platform) -> Figure | None:
    own, image_size = place.condition.platform, place.condition.image_size
    sweep = paper.counterpart(place.guideline, place.sweep, own, platform, image_size)
    return None if sweep is None else paper.figure(place.guideline, platform, sweep, variant, image_size)


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
