"""What stands together in a panel of a picture: curves of one sweep, and the paper's beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from guidelines.report.legend import STYLES, Look
from guidelines.report.table import Column, Table

# Between curves whose variants stand apart, as a share of the space from one variant to the next.
SHIFT = 0.14


@dataclass(frozen=True)
class Curve:
    """The column of one machine in one panel."""

    column: Column
    color: str
    marker: str
    shift: float = 0.0


@dataclass(frozen=True)
class Panel:
    """A sweep of one or more machines; the paper's figures are the same for all of them."""

    title: str
    curves: tuple[Curve, ...]

    @property
    def names(self) -> list[str]:
        """The variants in the order of their sweep."""
        places = {row.variant: row.place for curve in self.curves for row in curve.column.rows}
        return sorted(places, key=lambda name: places[name])

    @property
    def is_per_multiply_add(self) -> bool:
        """Whether its slow-downs are those of one multiply-add."""
        return any(curve.column.is_per_multiply_add for curve in self.curves)

    @property
    def published(self) -> dict[str, float]:
        """The paper's slow-down of each variant that it prints."""
        found = {
            name: slowdown for curve in self.curves for name, slowdown in published(curve.column).items()
        }
        return {name: slowdown for name, slowdown in found.items() if slowdown is not None}


def blocks(tables: Sequence[tuple[Table, Look]]) -> list[list[Panel]]:
    """A panel a sweep of one guideline; platforms, whose networks differ, are blocks of their own.

    So are image sizes that the paper has figures of their own for, or none.
    """
    is_mixed = len({table.condition.platform for table, _ in tables}) > 1
    is_sized = _is_sized([table for table, _ in tables])
    found: dict[tuple[str, ...], dict[str, list[Curve]]] = {}
    for table, look in tables:
        size = table.condition.image_size
        apart = (table.condition.platform.upper(),) * is_mixed + (f"{size}x{size}",) * is_sized
        for column in table.columns:
            found.setdefault(apart, {}).setdefault(column.sweep, []).append(Curve(column, *look))
    return [
        [Panel(_title(sweep, apart), _side_by_side(curves)) for sweep, curves in block.items()]
        for apart, block in found.items()
    ]


def published(column: Column) -> dict[str, float | None]:
    """The paper's slow-downs as ours are judged, None for what it does not print."""
    found = {row.variant: row.cell.paper_as_judged for row in column.rows}
    return {variant: figure.slowdown if figure else None for variant, figure in found.items()}


def _is_sized(tables: Sequence[Table]) -> bool:
    """Whether the paper's figures are not the same for all image sizes."""
    found: dict[tuple[str, str, str], float | None] = {}
    return any(
        found.setdefault((table.condition.platform, column.sweep, variant), slowdown) != slowdown
        for table in tables
        for column in table.columns
        for variant, slowdown in published(column).items()
    )


def _title(sweep: str, apart: Sequence[str]) -> str:
    return f"{sweep} ({', '.join(apart)})" if apart else sweep


def _side_by_side(curves: Sequence[Curve]) -> tuple[Curve, ...]:
    """Curves that do not hide each other, unless there are too many."""
    if len(curves) > len(STYLES):
        return tuple(curves)
    middle = (len(curves) - 1) / 2
    return tuple(replace(curve, shift=SHIFT * (k - middle)) for k, curve in enumerate(curves))
