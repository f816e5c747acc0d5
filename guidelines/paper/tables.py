"""Published figures of Tables 1-4, of Table 8 and of the units in the appendix, with typed access."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import prod
from typing import Any, Literal, get_args

# The two platforms of the paper's tables: a Snapdragon 810 and a GTX 1080Ti.
Platform = Literal["arm", "gpu"]
GUIDELINES = ("G1", "G2", "G3", "G4")
# Multiply-adds of a network of Tables 1 to 4, by the name and the widths of its row, up to a common factor.
WORK: Mapping[str, Callable[[str, tuple[int, ...]], float]] = {
    "G1": lambda name, widths: prod(widths),
    "G2": lambda name, widths: prod(widths) ** 2 / int(name.removeprefix("g=")),
    "G3": lambda name, widths: prod(widths) ** 2 * int(name.partition("-")[0]),
    "G4": lambda name, widths: prod(widths) ** 2,
}


@dataclass(frozen=True)
class Figure:
    """One published cell: its throughput in `unit`, and its slow-down (the baseline's throughput over it)."""

    throughput: float
    unit: str
    slowdown: float


@dataclass(frozen=True)
class NetworkRow:
    """A row of Table 8: a network in its group of complexity.

    `model` is the paper's name of the network and `network` ours, None if the network cannot be
    reproduced; `irreproducible` is the reason. `gpu` and `arm` are throughputs in images/s.
    """

    group: str
    model: str
    m_multiply_adds: int
    gpu: float | None
    arm: float | None
    network: str | None = None
    irreproducible: str = ""
    own_image_size: int | None = None

    @property
    def sweep(self) -> str:
        """The name of its group, written so that no name is part of another."""
        return f"group-{self.group}M"

    @property
    def variant(self) -> str | None:
        """The name of our variant, with its own image size if it has one; None if it cannot be reproduced."""
        return f"{self.network}-{self.own_image_size}px" if self.own_image_size else self.network


def network_rows() -> tuple[NetworkRow, ...]:
    """The rows of Table 8 in order; the rows below its last group are in the group they belong to."""
    return tuple(NetworkRow(**row) for row in _read("table8.json")["rows"])


def work_ratio(guideline: str, variant: str, baseline: str, platform: Platform) -> float:
    """Multiply-adds of a published network over those of its baseline; 1 if the paper does not tell them.

    Of Table 8 as printed there; of Tables 1 to 4 from the published widths.
    """
    if guideline == "T8":
        work = {row.variant: float(row.m_multiply_adds) for row in network_rows() if row.network}
    elif guideline in WORK:
        count = WORK[guideline]
        work = {name: count(name, printed) for name, printed in widths(guideline, platform).items()}
    else:
        return 1.0
    return work[variant] / work[baseline] if {variant, baseline} <= work.keys() else 1.0


def table_number(guideline: str, image_size: int = 56) -> str | None:
    """The number of the paper's table for a guideline, None for a guideline that is not in the paper."""
    table = _table(guideline, image_size)
    return str(table["table"]) if table else None


def columns(guideline: str, platform: Platform, image_size: int = 56) -> tuple[str, ...]:
    """The names of a table's sweeps from narrow to wide; () for a guideline that is not in the paper."""
    table = _table(guideline, image_size)
    return tuple(table[platform]["columns"]) if table else ()


@cache
def counterpart(
    guideline: str, sweep: str, platform: Platform, other: Platform, image_size: int = 56
) -> str | None:
    """The sweep in the same column of the other platform's table: "c64" on arm is "c128" on gpu."""
    own = columns(guideline, platform, image_size)
    others = columns(guideline, other, image_size)
    return dict(zip(own, others, strict=True)).get(sweep)


def widths(guideline: str, platform: Platform) -> dict[str, tuple[int, ...]]:
    """Widths of each variant in the first column of a table; the first variant is the baseline."""
    rows = _tables()[guideline][platform]["rows"]
    return {row["variant"]: tuple(row["channels"]) for row in rows}


def base_width(guideline: str, platform: Platform) -> int:
    """Width of the baseline in the first column."""
    return next(iter(widths(guideline, platform).values()))[0]


@cache
def figure(
    guideline: str, platform: Platform, sweep: str, variant: str, image_size: int = 56
) -> Figure | None:
    """The published cell of a variant in a sweep, None if the paper prints none.

    The image size matters for the units and Table 8 only; the other tables have one size.
    """
    sweeps = columns(guideline, platform, image_size)
    if sweep not in sweeps:
        return None
    table = _tables()[_key(guideline, image_size)][platform]
    throughputs = _column(table, sweeps.index(sweep))
    if variant not in throughputs:
        return None
    baseline, own = next(iter(throughputs.values())), throughputs[variant]
    return Figure(throughput=own, unit=table["unit"], slowdown=baseline / own)


def _column(table: dict[str, Any], index: int) -> dict[str, float]:
    """The throughputs of one column by variant, without empty cells."""
    cells = {row["variant"]: row["throughput"][index] for row in table["rows"]}
    return {variant: throughput for variant, throughput in cells.items() if throughput is not None}


def _table(guideline: str, image_size: int) -> dict[str, Any] | None:
    return _tables().get(_key(guideline, image_size))


def _key(guideline: str, image_size: int) -> str:
    """The key of a table: with the image size if the paper prints the guideline for several."""
    sized = f"{guideline} {image_size}px"
    return sized if sized in _tables() else guideline


@cache
def _tables() -> dict[str, dict[str, Any]]:
    printed = {name: table for name, table in _read("tables.json").items() if isinstance(table, dict)}
    by_platform = {platform: _networks_on(platform) for platform in get_args(Platform)}
    return {**printed, "T8 224px": {"table": "8", **by_platform}}


def _networks_on(platform: Platform) -> dict[str, Any]:
    """Table 8 in the shape of the other tables: a group is a column, in which most networks have no cell."""
    rows = [row for row in network_rows() if row.network]
    groups = tuple(dict.fromkeys(row.sweep for row in network_rows()))
    return {
        "unit": _read("table8.json")["units"][platform],
        "columns": groups,
        "rows": [_in_groups(row, platform, groups) for row in rows],
    }


def _in_groups(row: NetworkRow, platform: Platform, groups: tuple[str, ...]) -> dict[str, Any]:
    """A row of Table 8 with its throughput in the column of its group."""
    throughput = getattr(row, platform)
    cells = [throughput if group == row.sweep else None for group in groups]
    return {"variant": row.variant, "throughput": cells}


@cache
def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(files("guidelines.paper").joinpath(name).read_text("utf-8"))
    return content
