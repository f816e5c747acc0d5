"""Put one sweep of a machine beside the paper's: the figures of its variants, and its verdict."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from guidelines.analysis.account.account import Account
from guidelines.analysis.by_work import fair_slowdown, is_per_multiply_add, is_unequal
from guidelines.analysis.draws import drawn_range
from guidelines.analysis.launches import launch_bound_run, waits_for_launches
from guidelines.analysis.measured import Measured
from guidelines.analysis.measuring import Measuring, measuring
from guidelines.analysis.verdict import Decision, Verdict, directed
from guidelines.paper import tables as paper
from guidelines.paper.tables import Figure, Platform
from guidelines.results.model import Circumstances, Failure, Place, VariantKey
from guidelines.spec.sweep import Expectation
from guidelines.spec.work import Cost
from guidelines.stats.intervals import Estimate, kendall_tau

LEAST_ORDERED = 3


@dataclass(frozen=True)
class Cell:
    """Figures of a variant in one sweep, the reason why it failed in a run, and the paper's figure.

    `judged` and `paper_as_judged` are slow-downs per multiply-add if verdicts take these. `lost` are
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
    """A variant: its row in the sweep (from 0), its network's widths and work, and its figures.

    `how` is None if it was not measured. `account` is that of its slow-down in time; None for a baseline, or
    if the ceilings of the device are unknown.
    """

    row: int
    variant: str
    widths: tuple[int, ...]
    work: Cost
    cell: Cell
    batch_size: int
    how: Measuring | None = None
    account: Account | None = None


@dataclass(frozen=True)
class SweepResult:
    """One sweep: its variants, and its verdict beside the paper's figure.

    The verdict's slow-down and `paper` are per multiply-add if `is_judged_per_multiply_add`: the sweep is
    declared so (`is_per_multiply_add`), or the work of the deciding network is not the baseline's. `plain`
    is then the slow-down of the time, None in a declared sweep. `account` is that of the verdict's slow-down,
    None if the ceilings of the device are unknown.
    """

    name: str
    variants: tuple[VariantResult, ...]
    baseline: str
    extreme: str
    expect: Expectation
    verdict: Verdict | None
    plain: Estimate | None
    paper: Figure | None
    kendall_tau: float | None
    is_disturbed: bool = False
    is_per_multiply_add: bool = False
    is_judged_per_multiply_add: bool = False
    account: Account | None = None

    @property
    def effect(self) -> Estimate | None:
        """The verdict's slow-down, or its speed-up if that is claimed; None without a verdict."""
        return directed(self.verdict.slowdown, self.expect) if self.verdict else None

    @property
    def measuring(self) -> dict[str, Measuring]:
        """Facts on the measuring of each variant, without those that were not measured."""
        return {variant.variant: variant.how for variant in self.variants if variant.how}


class Beside(NamedTuple):
    """Facts that the sweeps of a table share; `only_deciding` leaves out other variants."""

    platform: Platform
    confidence: float
    accounts: Mapping[VariantKey, Account]
    only_deciding: bool = False


def sweep_result(
    measured: Sequence[Measured],
    failures: Sequence[Failure],
    beside: Beside,
    decision: Decision | None,
) -> SweepResult:
    """The result of a sweep that was measured or failed, beside the paper's column for a platform."""
    place = measured[0].place if measured else failures[0].place
    deciding = decision.evidence.extreme if decision else place.extreme
    per_multiply_add = decision.evidence.is_per_multiply_add if decision else place.per_multiply_add
    shown = [m for m in measured if m.place.variant == deciding or not beside.only_deciding]
    return SweepResult(
        name=place.sweep,
        variants=(variants := _variants(shown, failures, beside)),
        baseline=place.baseline,
        extreme=deciding,
        expect=place.expect,
        verdict=decision.verdict if decision else None,
        plain=_plain(decision, place),
        paper=_published_as(place, deciding, beside.platform, per_multiply_add),
        kendall_tau=_agreement(variants),
        is_disturbed=any(m.is_disturbed for m in measured),
        is_per_multiply_add=place.per_multiply_add,
        is_judged_per_multiply_add=per_multiply_add,
        account=_account(variants, deciding, per_multiply_add) if decision else None,
    )


def _account(variants: Iterable[VariantResult], deciding: str, per_multiply_add: bool) -> Account | None:
    """The account of the slow-down on which a verdict rests."""
    account = next((each.account for each in variants if each.variant == deciding), None)
    return account.per_multiply_add if account and per_multiply_add else account


def _variants(
    measured: Sequence[Measured], failures: Sequence[Failure], beside: Beside
) -> tuple[VariantResult, ...]:
    """A result for every variant that was measured or failed, in the order of their rows."""
    baseline_waits = any(m.is_baseline and waits_for_launches(m) for m in measured)
    variants: dict[str, VariantResult] = {}
    for each in measured:
        cell = _cell(each, beside)
        is_bound = baseline_waits or cell.launch_bound is not None
        variants[each.place.variant] = VariantResult(
            row=each.place.row,
            variant=each.place.variant,
            widths=each.identity.widths,
            work=each.identity.work,
            cell=replace(cell, is_launch_bound=is_bound),
            batch_size=each.place.condition.batch_size,
            how=measuring(each),
            account=beside.accounts.get(each.place.key),
        )
    for failure in failures:
        name = failure.place.variant
        variant = variants.get(name) or _unmeasured(failure, beside.platform, baseline_waits)
        cell = replace(variant.cell, failure=failure.reason, is_skip=failure.is_skip)
        variants[name] = replace(variant, cell=cell)
    return tuple(sorted(variants.values(), key=lambda variant: variant.row))


def _unmeasured(failure: Failure, platform: Platform, baseline_waits: bool) -> VariantResult:
    """A variant that was measured in no run, with the paper's figure alone."""
    place = failure.place
    cell = Cell(
        paper=_published(place, place.variant, platform),
        paper_as_judged=_published_as(place, place.variant, platform, place.per_multiply_add),
        is_launch_bound=baseline_waits,
    )
    return VariantResult(
        row=place.row,
        variant=place.variant,
        widths=failure.widths,
        work=failure.work,
        cell=cell,
        batch_size=place.condition.batch_size,
    )


def _cell(measured: Measured, beside: Beside) -> Cell:
    place, confidence = measured.place, beside.confidence
    slowdown = measured.slowdown(confidence)
    calls_per_s = measured.seconds_per_call(confidence).inverse()
    condition = place.condition
    return Cell(
        throughput=calls_per_s.scaled(condition.batch_size if condition.device.is_cpu else 1),
        multiply_adds_per_s=calls_per_s.scaled(measured.identity.work.multiply_adds),
        slowdown=slowdown,
        judged=fair_slowdown(measured)(confidence),
        per_multiply_add=_per_multiply_add(slowdown, measured.identity.work_ratio),
        paper=_published(place, place.variant, beside.platform),
        paper_as_judged=_published_as(place, place.variant, beside.platform, is_per_multiply_add(measured)),
        circumstances=measured.circumstances,
        lost=measured.lost,
        drawn=drawn_range(measured.draws),
    )


def _plain(decision: Decision | None, place: Place) -> Estimate | None:
    """The slow-down of the time, if the verdict is about another one though the sweep is not declared so."""
    if decision is None or not decision.evidence.is_per_multiply_add or place.per_multiply_add:
        return None
    return decision.verdict.slowdown.scaled(decision.evidence.work_ratio)


def _per_multiply_add(slowdown: Estimate, work_ratio: float) -> Estimate | None:
    """The slow-down per multiply-add; None if the work hardly differs."""
    return slowdown.scaled(1 / work_ratio) if is_unequal(work_ratio) else None


def _published_as(place: Place, variant: str, platform: Platform, per_multiply_add: bool) -> Figure | None:
    """The paper's figure; per multiply-add, by its own counts or widths, if ours is judged by that."""
    published = _published(place, variant, platform)
    if published is None or not per_multiply_add:
        return published
    work = paper.work_ratio(place.guideline, variant, place.baseline, platform)
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
