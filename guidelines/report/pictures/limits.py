"""Limit what pictures show: hundreds of panels take minutes to draw, and nobody reads them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from guidelines.analysis.sweep_result import SweepResult
from guidelines.analysis.tables import Table
from guidelines.report.pictures.series import Series

# Sweeps on one page and on all together, rows of a sweep, sweeps of all machines and conditions together.
MOST_ON_A_PAGE, MOST_PANELS, MOST_ROWS, MOST_CURVES = 12, 32, 64, 1000


class Limited(NamedTuple):
    """The series that are drawn, and a line on what is left out, "" if all is drawn."""

    series: list[Series]
    left_out: str


def limited(series: Sequence[Series]) -> Limited:
    """The first sweeps of the first series, with their first rows."""
    panels: dict[str, dict[str, None]] = {}  # the sweeps of each guideline, in their order
    rows = 0
    for each in series:
        for table in each.tables:
            of_guideline = panels.setdefault(table.guideline, {})
            for sweep in table.sweeps:
                of_guideline[sweep.name] = None
                rows = max(rows, len(sweep.variants))
    drawn = _first(panels)
    shown = series[: max(1, MOST_CURVES // max(1, len(drawn)))]
    counts = {
        "sweeps": (len(drawn), sum(map(len, panels.values()))),
        "rows of a sweep": (min(rows, MOST_ROWS), rows),
        "machines or conditions": (len(shown), len(series)),
    }
    left_out = [f"{few} of {all_} {what}" for what, (few, all_) in counts.items() if few < all_]
    line = f"pictures show the first {', '.join(left_out)}" if left_out else ""
    return Limited([_limited(each, drawn) for each in shown], line)


def _first(panels: Mapping[str, Iterable[str]]) -> set[tuple[str, str]]:
    """The guideline and name of the sweeps that there is room for."""
    drawn: list[tuple[str, str]] = []
    for guideline, names in panels.items():
        drawn += [(guideline, name) for name in islice(names, MOST_ON_A_PAGE)]
    return set(drawn[:MOST_PANELS])


def _limited(series: Series, drawn: set[tuple[str, str]]) -> Series:
    tables: list[Table] = []
    for table in series.tables:
        sweeps = [_first_rows(sweep) for sweep in table.sweeps if (table.guideline, sweep.name) in drawn]
        if sweeps:
            tables.append(replace(table, sweeps=tuple(sweeps)))
    return replace(series, tables=tuple(tables))


def _first_rows(sweep: SweepResult) -> SweepResult:
    return replace(sweep, variants=sweep.variants[:MOST_ROWS])
