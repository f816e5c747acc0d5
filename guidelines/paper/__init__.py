"""The published figures of Tables 1-4 as data, and typed access to them."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from guidelines.spec import Platform

GUIDELINES = ("G1", "G2", "G3", "G4")


@dataclass(frozen=True)
class Figure:
    """One published cell: throughput in `unit`, and its baseline's throughput over its own."""

    throughput: float
    unit: str
    slowdown: float


def table_number(guideline: str) -> int | None:
    """The number of the paper's table for a guideline, None for one that is not the paper's."""
    return int(_tables()[guideline]["table"]) if guideline in GUIDELINES else None


def columns(guideline: str, platform: Platform) -> tuple[str, ...]:
    """The names of a table's sweeps from narrow to wide, none for a guideline that is not the paper's."""
    return tuple(_tables()[guideline][platform]["columns"]) if guideline in GUIDELINES else ()


def counterpart(guideline: str, sweep: str, platform: Platform, other: Platform) -> str | None:
    """The sweep of the other platform's columns at the same place: "c64" on arm is "c128" on gpu."""
    pairs = zip(columns(guideline, platform), columns(guideline, other), strict=True)
    return dict(pairs).get(sweep)


def widths(guideline: str, platform: Platform) -> dict[str, tuple[int, ...]]:
    """Channels of each variant in the first column of a table; the first variant is the baseline."""
    rows = _tables()[guideline][platform]["rows"]
    return {row["variant"]: tuple(row["channels"]) for row in rows}


def base_width(guideline: str, platform: Platform) -> int:
    """Channels of the baseline in the first column."""
    return next(iter(widths(guideline, platform).values()))[0]


def figure(guideline: str, platform: Platform, sweep: str, variant: str) -> Figure | None:
    """The published cell of a variant in a sweep, None where the paper has none."""
    if sweep not in columns(guideline, platform):
        return None
    column = columns(guideline, platform).index(sweep)
    table = _tables()[guideline][platform]
    throughput = {row["variant"]: row["throughput"][column] for row in table["rows"]}
    if variant not in throughput:
        return None
    baseline = next(iter(throughput.values()))
    return Figure(throughput[variant], table["unit"], baseline / throughput[variant])


@cache
def _tables() -> dict[str, Any]:
    tables: dict[str, Any] = json.loads(files(__name__).joinpath("tables.json").read_text("utf-8"))
    return tables
