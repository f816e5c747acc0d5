"""Arrange the panels of a picture: each holds the curves of one sweep and the paper's figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from guidelines.analysis.sweep_result import SweepResult
from guidelines.analysis.tables import Table
from guidelines.report.pictures.legend import MANY, Look
from guidelines.report.pictures.order import in_order
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate

# The distance between curves whose variants stand apart; from one variant to the next it is 1.
SHIFT = 0.14


@dataclass(frozen=True)
class Curve:
    """The sweep of one machine, and its colour, marker and shift to the right."""

    sweep: SweepResult
    color: str
    marker: str
    shift: float = 0.0

    @property
    def look(self) -> Look:
        """Its colour and marker."""
        return self.color, self.marker

    @property
    def is_per_multiply_add(self) -> bool:
        """True if slow-downs are per multiply-add."""
        has_unequal_work = any(row.cell.per_multiply_add for row in self.sweep.variants)
        return self.sweep.is_judged_per_multiply_add or self.sweep.is_per_multiply_add or has_unequal_work

    @property
    def rows(self) -> dict[str, int]:
        """The row of each variant."""
        return {variant.variant: variant.row for variant in self.sweep.variants}

    @property
    def slowdowns(self) -> dict[str, Estimate]:
        """The slow-down of each measured variant, per multiply-add if its verdict takes that."""
        judged = {row.variant: row.cell.judged for row in self.sweep.variants}
        return {variant: slowdown for variant, slowdown in judged.items() if slowdown}

    @property
    def giga_multiply_adds_per_s(self) -> dict[str, Estimate]:
        """The throughput of each variant that was measured, in 10^9 multiply-adds per second."""
        rates = {}
        for row in self.sweep.variants:
            rate = row.cell.multiply_adds_per_s
            if rate:
                rates[row.variant] = rate.scaled(1e-9)
        return rates


@dataclass(frozen=True)
class Panel:
    """A sweep of one or more machines; the paper's figures are the same for all of them."""

    title: str
    curves: tuple[Curve, ...]

    @property
    def names(self) -> list[str]:
        """The variants in the order of their sweep."""
        return in_order([curve.rows for curve in self.curves])

    @property
    def is_per_multiply_add(self) -> bool:
        """True if slow-downs are per multiply-add, as the work of variants differs."""
        return any(curve.is_per_multiply_add for curve in self.curves)

    @property
    def published(self) -> dict[str, float]:
        """The paper's slow-down of each variant that it prints."""
        slowdowns: dict[str, float | None] = {}
        for curve in self.curves:
            slowdowns |= published(curve.sweep)
        return {name: slowdown for name, slowdown in slowdowns.items() if slowdown is not None}


def blocks(tables: Sequence[tuple[Table, Look]]) -> list[list[Panel]]:
    """The panels of one guideline, one for each sweep, in a block for each platform.

    The networks of platforms differ. Image sizes are blocks, too, if the paper's figures for them differ.
    """
    is_mixed = len({table.condition.device.paper_platform for table, _ in tables}) > 1
    is_sized = _is_sized([table for table, _ in tables])
    named: dict[str, dict[str, list[Curve]]] = {}
    for table, (color, marker) in tables:
        block = named.setdefault(_block_name(table.condition, is_mixed, is_sized), {})
        for sweep in table.sweeps:
            block.setdefault(sweep.name, []).append(Curve(sweep, color, marker))
    return [_panels(name, block) for name, block in named.items()]


def published(sweep: SweepResult) -> dict[str, float | None]:
    """The paper's slow-down of each variant, judged as ours are; None if the paper does not print it."""
    slowdowns: dict[str, float | None] = {}
    for row in sweep.variants:
        figure = row.cell.paper_as_judged
        slowdowns[row.variant] = figure.slowdown if figure else None
    return slowdowns


def _is_sized(tables: Sequence[Table]) -> bool:
    """True if the paper's figures are not the same for all image sizes."""
    first: dict[tuple[str, str, str], float | None] = {}
    for table in tables:
        for sweep in table.sweeps:
            for variant, slowdown in published(sweep).items():
                key = (table.condition.device.paper_platform, sweep.name, variant)
                if first.setdefault(key, slowdown) != slowdown:
                    return True
    return False


def _block_name(condition: Condition, is_mixed: bool, is_sized: bool) -> str:
    """The platform and image size that tell a block from others: "GPU, 56x56"; "" for a single block."""
    parts = []
    if is_mixed:
        parts.append(condition.device.paper_platform.upper())
    if is_sized:
        parts.append(f"{condition.image_size}x{condition.image_size}")
    return ", ".join(parts)


def _panels(block_name: str, block: Mapping[str, Sequence[Curve]]) -> list[Panel]:
    """A panel for each sweep of a block."""
    suffix = f" ({block_name})" if block_name else ""
    return [Panel(f"{sweep}{suffix}", _side_by_side(curves)) for sweep, curves in block.items()]


def _side_by_side(curves: Sequence[Curve]) -> tuple[Curve, ...]:
    """Shift coloured curves to keep them from hiding each other; grey ones stand behind them."""
    grey = [curve for curve in curves if curve.color == MANY[0]]
    coloured = [curve for curve in curves if curve.color != MANY[0]]
    middle = (len(coloured) - 1) / 2
    return (*grey, *(replace(curve, shift=SHIFT * (k - middle)) for k, curve in enumerate(coloured)))
