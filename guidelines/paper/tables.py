"""The published figures of Tables 1-4, of Table 8 and of the units as data, and typed access to them."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

# The two columns of the paper's tables: a Snapdragon 810 and a GTX 1080Ti.
Platform = Literal["arm", "gpu"]
GUIDELINES = ("G1", "G2", "G3", "G4")


@dataclass(frozen=True)
class Figure:
    """One published cell: throughput in `unit`, and its baseline's throughput over its own."""

    throughput: float
    unit: str
    slowdown: float


@dataclass(frozen=True)
class NetworkRow:
    """A row of Table 8: the paper's name of a network, in its group of complexity, and ours for it.

    `network` is None for one that cannot be reproduced, and `irreproducible` says why.
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
        """The name of its group, such that none is part of another's."""
        return f"group-{self.group}M"

    @property
    def variant(self) -> str | None:
        """The name of our variant, which an image size of its own is part of."""
        return f"{self.network}-{self.own_image_size}px" if self.own_image_size else self.network


def network_rows() -> tuple[NetworkRow, ...]:
    """The rows of Table 8 in its order; those at its foot stand with their group."""
    return tuple(NetworkRow(**row) for row in _read("table8.json")["rows"])


def work_ratio(guideline: str, variant: str, baseline: str) -> float:
    """Multiply-adds over the baseline's as Table 8 prints them; the other tables call work equal."""
    if guideline != "T8":
        return 1.0
    printed = {row.variant: row.m_multiply_adds for row in network_rows() if row.network}
    return printed[variant] / printed[baseline]


def table_number(guideline: str, image_size: int = 56) -> str | None:
    """The number of the paper's table for a guideline, None for one that is not the paper's."""
    table = _table(guideline, image_size)
    return str(table["table"]) if table else None


def columns(guideline: str, platform: Platform, image_size: int = 56) -> tuple[str, ...]:
    """The names of a table's sweeps from narrow to wide, none for a guideline that is not the paper's."""
    table = _table(guideline, image_size)
    return tuple(table[platform]["columns"]) if table else ()


def counterpart(
    guideline: str, sweep: str, platform: Platform, other: Platform, image_size: int = 56
) -> str | None:
    """The sweep of the other platform's columns at the same place: "c64" on arm is "c128" on gpu."""
    own, others = (columns(guideline, each, image_size) for each in (platform, other))
    return dict(zip(own, others, strict=True)).get(sweep)


def widths(guideline: str, platform: Platform) -> dict[str, tuple[int, ...]]:
    """Channels of each variant in the first column of a table; the first variant is the baseline."""
    rows = _tables()[guideline][platform]["rows"]
    return {row["variant"]: tuple(row["channels"]) for row in rows}


def base_width(guideline: str, platform: Platform) -> int:
    """Channels of the baseline in the first column."""
    return next(iter(widths(guideline, platform).values()))[0]


def figure(
    guideline: str, platform: Platform, sweep: str, variant: str, image_size: int = 56
) -> Figure | None:
    """The published cell of a variant in a sweep, None where the paper has none.

    A table that the paper prints for several image sizes (its units) has one of the image size only.
    """
    if sweep not in columns(guideline, platform, image_size):
        return None
    column = columns(guideline, platform, image_size).index(sweep)
    table = _tables()[_key(guideline, image_size)][platform]
    found = {row["variant"]: row["throughput"][column] for row in table["rows"]}
    throughput = {name: each for name, each in found.items() if each is not None}
    if variant not in throughput:
        return None
    baseline = next(iter(throughput.values()))
    return Figure(throughput[variant], table["unit"], baseline / throughput[variant])


def _table(guideline: str, image_size: int) -> dict[str, Any] | None:
    return _tables().get(_key(guideline, image_size))


def _key(guideline: str, image_size: int) -> str:
    sized = f"{guideline} {image_size}px"
    return sized if sized in _tables() else guideline


@cache
def _tables() -> dict[str, dict[str, Any]]:
    printed = {name: table for name, table in _read("tables.json").items() if isinstance(table, dict)}
    return {**printed, "T8 224px": {"table": "8", **_of_networks()}}


def _of_networks() -> dict[str, Any]:
    """Table 8 in the shape of the others: a column a group, in which most networks have no figure."""
    groups = tuple(dict.fromkeys(row.sweep for row in network_rows()))
    units = _read("table8.json")["units"]
    return {
        platform: {
            "unit": units[platform],
            "columns": groups,
            "rows": [
                {
                    "variant": row.variant,
                    "throughput": [
                        getattr(row, platform) if row.sweep == group else None for group in groups
                    ],
                }
                for row in network_rows()
                if row.network
            ],
        }
        for platform in ("gpu", "arm")
    }


@cache
def _read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(files("guidelines.paper").joinpath(name).read_text("utf-8"))
    return content
