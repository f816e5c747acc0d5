"""The columns of a guideline's table. To add one, add a row to SIZES or FIGURES.

A figure that is not in a `VariantResult` yet is computed in `guidelines.analysis.sweep_result`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from guidelines.analysis.sweep_result import VariantResult
from guidelines.analysis.tables import Table
from guidelines.report.digits import channels, millions, number, with_half_width
from guidelines.report.document import BREAK, Head, Value
from guidelines.report.labels import LAUNCH_BOUND
from guidelines.stats.intervals import Estimate


@dataclass(frozen=True)
class Column:
    """A column: its heading, its value for a variant, and the tables that show it (default: all)."""

    head: Head
    value: Callable[[VariantResult], Value]
    is_shown: Callable[[Table], bool] = lambda table: True


def sizes(table: Table) -> list[Column]:
    """The columns on the size of a table's networks."""
    return [column for column in SIZES if column.is_shown(table)]


def figures(table: Table) -> list[Column]:
    """The columns on what was measured in a table, without those that would be empty."""
    return [column for column in FIGURES if column.is_shown(table)]


def values(columns: Sequence[Column], variant: VariantResult | None) -> list[Value]:
    """The cells of a variant; empty ones for None, a variant that the sweep lacks."""
    return [column.value(variant) if variant else Value() for column in columns]


def variants(table: Table) -> list[VariantResult]:
    """The variants of all sweeps of a table."""
    every: list[VariantResult] = []
    for sweep in table.sweeps:
        every += sweep.variants
    return every


def _widths(variant: VariantResult) -> Value:
    return Value(channels(variant.widths), sum(variant.widths))


def _millions(count: int | None) -> Value:
    return Value() if count is None else Value(millions(count), count)


def _throughput(variant: VariantResult) -> Value:
    return _estimate(variant.cell.throughput, number)


def _slowdown(variant: VariantResult) -> Value:
    """The slow-down, or the reason in a word why there is none: the column that is never left out."""
    cell = variant.cell
    if cell.failure and not cell.throughput:
        return Value("skipped" if cell.is_skip else "failed")
    mark = LAUNCH_BOUND if cell.is_launch_bound else ""
    return _estimate(cell.slowdown, lambda slowdown: f"{with_half_width(slowdown)}{mark}")


def _paper(variant: VariantResult) -> Value:
    published = variant.cell.paper
    return Value(f"{published.slowdown:.2f}", published.slowdown) if published else Value()


def _estimate(estimate: Estimate | None, text: Callable[[Estimate], str]) -> Value:
    return Value(text(estimate), estimate.estimate) if estimate else Value()


def _has_widths(table: Table) -> bool:
    """True if networks have widths to show; whole networks have too many."""
    return any(variant.widths for variant in variants(table))


SIZES = (
    Column(Head("c", is_folded=True), _widths, _has_widths),
    Column(
        Head(f"M mult-{BREAK}adds", is_folded=True), lambda variant: _millions(variant.work.multiply_adds)
    ),
    Column(
        Head("M conv. memory access", is_folded=True),
        lambda variant: _millions(variant.work.conv_memory_access),
        is_shown=lambda table: not _has_widths(table),
    ),
    Column(Head("M memory access", is_folded=True), lambda variant: _millions(variant.work.memory_access)),
)
FIGURES = (
    Column(
        Head(f"images{BREAK}/s", is_folded=True), _throughput, lambda table: table.condition.device.is_cpu
    ),
    Column(
        Head(f"batches{BREAK}/s", is_folded=True),
        _throughput,
        lambda table: not table.condition.device.is_cpu,
    ),
    Column(Head("slow-down"), _slowdown),
    Column(
        Head(f"per mult-{BREAK}add"),
        lambda variant: _estimate(variant.cell.per_multiply_add, number),
        is_shown=lambda table: any(variant.cell.per_multiply_add for variant in variants(table)),
    ),
    Column(Head("paper"), _paper, lambda table: any(variant.cell.paper for variant in variants(table))),
)
