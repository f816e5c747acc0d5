"""Put one sweep of a machine beside the paper's: the figures of its variants, and its verdict."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from guidelines.analysis.draws import drawn_range
from guidelines.analysis.launches import launch_bound_run, waits_for_launches
from guidelines.analysis.measured import Measured, distinct
from guidelines.analysis.verdict import Verdict
from guidelines.paper import tables as paper
from guidelines.paper.tables import Figure, Platform
from guidelines.results.model import Circumstances, Failure, Place, StopReason
from guidelines.spec.sweep import Expectation
from guidelines.spec.work import Cost
from guidelines.stats.intervals import Estimate, kendall_tau

LEAST_WORK_DIFFERENCE = 0.005
LEAST_ORDERED = 3


@dataclass(frozen=True)
class Cell:
    """Figures of a variant in one sweep, the reason why it failed in a run, and the paper's figure.

    `judged` and `paper_as_judged` are slow-downs per multiply-add if the sweep is judged by these. `lost` are
    the reasons why passes are missing. `is_launch_bound` is True if the variant or its baseline waits for its
    launches. `drawn` are the least and the most of the slow-downs that differ by the kernels that cuDNN's
    autotuner chose, if they do.
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
    lost: tuple[str, ...] = ()
    is_launch_bound: bool = False
    drawn: tuple[float, float] | None = None

    @property
    def launch_bound(self) -> Circumstances | None:
        """Circumstances of the first run in which launching took longer than computing."""
        return launch_bound_run(self.circumstances)


@dataclass(frozen=True)
class VariantResult:
    """A variant: its row in the sweep (from 0), its network's widths and work, and its figures."""

    row: int
    variant: str
    widths: tuple[int, ...]
    work: Cost
    cell: Cell


@dataclass(frozen=True)
class SweepResult:
    """One sweep: its variants, its verdict beside the paper's figure, and how it was measured.

    If `is_per_multiply_add`, the verdict's slow-down and the paper's are per multiply-add.
    """

    name: str
    variants: tuple[VariantResult, ...]
    baseline: str
    extreme: str
    expect: Expectation
    verdict: Verdict | None
    per_multiply_add: Estimate | None
    paper: Figure | None
    kendall_tau: float | None
    noise_floor: float | None = None
    rounds: int = 0
    passes: int = 0
    runs: int = 0
    scatter: float | None = None
    stopped: tuple[StopReason, ...] = ("failure",)
    disturbed: tuple[str, ...] = ()
    retried: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    is_disturbed: bool = False
    is_one_process: bool = False
    is_per_multiply_add: bool = False
    batch_size: int = 1


class Decision(NamedTuple):
    """The verdict of a sweep, and the variant that decides it."""

    extreme: str
    verdict: Verdict


def sweep_result(
    measured: Sequence[Measured], failures: Sequence[Failure], platform: Platform, decision: Decision | None
) -> SweepResult:
    """The result of a sweep that was measured or failed, beside the paper's column for a platform."""
    place = measured[0].place if measured else failures[0].place
    deciding = decision.extreme if decision else place.extreme
    extreme = next((m for m in measured if m.place.variant == deciding), None)
    variants = _variants(measured, failures, platform)
    result = SweepResult(
        name=place.sweep,
        variants=variants,
        baseline=place.baseline,
        extreme=deciding,
        expect=place.expect,
        verdict=decision.verdict if decision else None,
        per_multiply_add=_verdict_per_multiply_add(decision, extreme),
        paper=_as_judged(_published(place, deciding, platform), place, deciding),
        kendall_tau=_agreement(variants),
        disturbed=distinct(m.disturbed for m in measured),
        retried=distinct(m.retried for m in measured),
        noted=distinct(m.noted for m in measured),
        is_disturbed=any(m.is_disturbed for m in measured),
        is_one_process=any(m.is_one_process for m in measured),
        is_per_multiply_add=place.per_multiply_add,
        batch_size=place.condition.batch_size,
    )
    return _as_measured(result, measured[0]) if measured else result


def _as_measured(result: SweepResult, first: Measured) -> SweepResult:
    """A result with how its sweep was measured, which is the same for all variants."""
    return replace(
        result,
        noise_floor=first.noise_floor,
        rounds=first.rounds,
        passes=first.passes,
        runs=first.runs,
        scatter=first.scatter,
        stopped=first.stopped,
    )


def _variants(
    measured: Sequence[Measured], failures: Sequence[Failure], platform: Platform
) -> tuple[VariantResult, ...]:
    """A result for every variant that was measured or failed, in the order of their rows."""
    baseline_waits = any(m.is_baseline and waits_for_launches(m) for m in measured)
    variants: dict[str, VariantResult] = {}
    for each in measured:
        cell = _cell(each, platform)
        is_bound = baseline_waits or cell.launch_bound is not None
        variants[each.place.variant] = VariantResult(
            row=each.place.row,
            variant=each.place.variant,
            widths=each.identity.widths,
            work=each.identity.work,
            cell=replace(cell, is_launch_bound=is_bound),
        )
    for failure in failures:
        name = failure.place.variant
        variant = variants.get(name) or _unmeasured(failure, platform, baseline_waits)
        cell = replace(variant.cell, failure=failure.reason, is_skip=failure.is_skip)
        variants[name] = replace(variant, cell=cell)
    return tuple(sorted(variants.values(), key=lambda variant: variant.row))


def _unmeasured(failure: Failure, platform: Platform, baseline_waits: bool) -> VariantResult:
    """A variant that was measured in no run, with the paper's figure alone."""
    place = failure.place
    published = _published(place, place.variant, platform)
    cell = Cell(
        paper=published,
        paper_as_judged=_as_judged(published, place, place.variant),
        is_launch_bound=baseline_waits,
    )
    return VariantResult(
        row=place.row, variant=place.variant, widths=failure.widths, work=failure.work, cell=cell
    )


def _cell(measured: Measured, platform: Platform) -> Cell:
    place, confidence = measured.place, measured.confidence
    slowdown, published = measured.slowdown(confidence), _published(place, place.variant, platform)
    calls_per_s = measured.seconds_per_call(confidence).inverse()
    condition = place.condition
    return Cell(
        throughput=calls_per_s.scaled(condition.batch_size if condition.device.is_cpu else 1),
        multiply_adds_per_s=calls_per_s.scaled(measured.identity.work.multiply_adds),
        slowdown=slowdown,
        judged=measured.judged(confidence),
        per_multiply_add=_per_multiply_add(slowdown, measured.identity.work_ratio),
        paper=published,
        paper_as_judged=_as_judged(published, place, place.variant),
        circumstances=measured.circumstances,
        lost=measured.lost,
        drawn=drawn_range(measured.draws),
    )


def _verdict_per_multiply_add(decision: Decision | None, extreme: Measured | None) -> Estimate | None:
    """The verdict's slow-down per multiply-add; None if the verdict is about that, or the work is equal."""
    if decision is None or extreme is None:
        return None
    left_over = extreme.identity.work_ratio / extreme.judged_work_ratio
    return _per_multiply_add(decision.verdict.slowdown, left_over)


def _per_multiply_add(slowdown: Estimate, work_ratio: float) -> Estimate | None:
    """The slow-down per multiply-add; None if the work hardly differs."""
    if abs(work_ratio - 1) <= LEAST_WORK_DIFFERENCE:
        return None
    return slowdown.scaled(1 / work_ratio)


def _as_judged(published: Figure | None, place: Place, variant: str) -> Figure | None:
    """The paper's figure, per multiply-add (by the paper's own counts) if ours is judged by that."""
    if published is None or not place.per_multiply_add:
        return published
    work = paper.work_ratio(place.guideline, variant, place.baseline)
    return replace(published, slowdown=published.slowdown / work)


def _published(place: Place, variant: str, platform: Platform) -> Figure | None:
    own, image_size = place.condition.device.paper_platform, place.condition.image_size
    sweep = paper.counterpart(place.guideline, place.sweep, own, platform, image_size=image_size)
    if sweep is None:
        return None
    return paper.figure(place.guideline, platform, sweep, variant, image_size=image_size)


def _agreement(variants: Iterable[VariantResult]) -> float | None:
    """Kendall's tau between our order of variants and the paper's, over the variants in both."""
    ours, theirs = [], []
    for variant in variants:
        if variant.cell.slowdown and variant.cell.paper:
            ours.append(variant.cell.slowdown.estimate)
            theirs.append(variant.cell.paper.slowdown)
    return kendall_tau(ours, theirs) if len(ours) >= LEAST_ORDERED else None
