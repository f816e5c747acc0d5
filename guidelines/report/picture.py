"""One page of pictures a guideline: slow-downs and achieved throughput, machines beside the paper.

Needs matplotlib (the extra `plot`), which is imported only when a picture is drawn.
"""

import io
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from guidelines.report.legend import INK, MANY, PAPER, STYLES, Look, legend, looks
from guidelines.report.panels import Curve, Panel, blocks
from guidelines.report.table import Table
from guidelines.report.ticks import name_ticks, turn_inches
from guidelines.stats import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AXES = {
    "G1": "input : output channels",
    "G2": "groups",
    "G3": "fragments",
    "G4": "operators",
    "T8": "network",
    "N": "network",
    "U": "units of",
}
# Variants that a line joins, because a quantity grows along it; all others stand apart.
JOINED = {
    "G1": (("1:1", "1:2", "1:6", "1:12"),),
    "G2": (("g=1", "g=2", "g=4", "g=8"),),
    "G3": (
        ("1-fragment", "2-fragment-series", "4-fragment-series"),
        ("2-fragment-parallel", "4-fragment-parallel"),
    ),
}
STYLE = {
    "text.color": INK,
    "text.parse_math": False,  # a machine's name may hold "$"
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "font.size": 9,
}
PANEL_INCHES = (3.4, 2.7)
MOST_ABREAST = 4
DPI = 150
# A throughput that spans more than this factor is drawn on a logarithmic axis.
LINEAR_SPAN = 8
# Above the highest marker, which would be cut in half where all are about as high.
HEADROOM = 1.02


@dataclass(frozen=True)
class Series:
    """What is drawn in one style: the tables of a machine, or of a condition on it, and their label."""

    label: str
    tables: tuple[Table, ...]


class PictureError(Exception):
    """A picture that cannot be drawn; its message is one line."""


def pages(machines: Sequence[Series]) -> dict[str, "Figure"]:
    """One page a guideline: a column of panels a sweep, slow-downs above, throughput below.

    Raises PictureError where matplotlib is missing.
    """
    guidelines = dict.fromkeys(table.guideline for machine in machines for table in machine.tables)
    with styled():
        return {guideline: _page(guideline, machines) for guideline in guidelines}


@contextmanager
def styled() -> Iterator[None]:
    """Matplotlib draws in the suite's style. Raises PictureError where it is missing."""
    try:
        from matplotlib import rc_context
    except ImportError as error:
        raise PictureError("pictures need matplotlib: pip install 'guidelines[plot]'") from error
    with rc_context(STYLE):  # type: ignore[arg-type]  # matplotlib wants the type of literal keys
        yield


def to_svg(page: "Figure", name: str, inline: bool = False) -> str:
    """A page as SVG with its texts as text; `inline` takes its ink and ground from the HTML around it."""
    from matplotlib import rc_context

    out = io.StringIO()
    with rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        _save(page, out, format="svg", transparent=inline, metadata={"Date": None})
    svg = out.getvalue()
    return svg[svg.index("<svg") :].replace(INK, "currentColor") if inline else svg


def to_png(page: "Figure") -> bytes:
    """A page as PNG."""
    out = io.BytesIO()
    _save(page, out, format="png", dpi=DPI)
    return out.getvalue()


def _save(page: "Figure", out: io.StringIO | io.BytesIO, **how: Any) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a machine's name in a script the font lacks
        page.savefig(out, **how)


def _page(guideline: str, machines: Sequence[Series]) -> "Figure":
    """The blocks of a guideline below each other, with so many panels abreast that they can be read."""
    from matplotlib.figure import Figure

    shown = _shown(guideline, machines)
    tables = [(table, look) for machine, look in shown for table in machine.tables]
    rows = [row for block in blocks(tables) for row in _rows(block)]
    columns = max(2, *map(len, rows))
    width, height = PANEL_INCHES
    names_height = turn_inches(name for row in rows for panel in row for name in panel.names)
    size = columns * width, len(rows) * (2 * height + names_height) + 0.9
    page = Figure(figsize=size, layout="constrained")
    grid = page.subplots(2 * len(rows), columns, squeeze=False)
    for k, row in enumerate(rows):
        upper, lower = grid[2 * k], grid[2 * k + 1]
        upper[0].set_ylabel("slow-down per mult-add" if row[0].is_per_multiply_add else "slow-down")
        lower[0].set_ylabel("G mult-adds / s")
        for above, below, panel in zip(upper, lower, row, strict=False):
            above.set_title(panel.title)
            _slowdowns(above, guideline, panel)
            _throughputs(below, guideline, panel)
            name_ticks(below, panel.names, is_turned=names_height > 0)
        for empty in (*upper[len(row) :], *lower[len(row) :]):
            empty.set_axis_off()
    page.align_xlabels()
    page.suptitle(f"{guideline} {tables[0][0].claim}", x=0.01, ha="left", fontsize=11)
    legend(page, [machine.label for machine, _ in shown], [look for _, look in shown])
    return page


def _shown(guideline: str, machines: Sequence[Series]) -> list[tuple[Series, Look]]:
    """The machines that have tables of a guideline, with these only, and how they look.

    A machine looks the same on every page, unless there are too few looks for all of them.
    """
    found = [
        (replace(machine, tables=tuple(t for t in machine.tables if t.guideline == guideline)), look)
        for machine, look in zip(machines, looks(len(machines)), strict=True)
    ]
    shown = [(machine, look) for machine, look in found if machine.tables]
    if len(machines) <= len(STYLES):
        return shown
    return [(machine, look) for (machine, _), look in zip(shown, looks(len(shown)), strict=True)]


def _rows(block: Sequence[Panel]) -> list[Sequence[Panel]]:
    return [block[k : k + MOST_ABREAST] for k in range(0, len(block), MOST_ABREAST)]


def _slowdowns(axes: "Axes", guideline: str, panel: Panel) -> None:
    axes.axhline(1, color=INK, linewidth=0.6)
    names = panel.names
    axes.set_xticks(range(len(names)), [])
    for curve in panel.curves:
        _draw(axes, guideline, names, curve, {row.variant: row.cell.judged for row in curve.column.rows})
    published = panel.published
    for run in _runs(guideline, list(published)):
        places = [names.index(name) for name in run]
        heights = [published[name] for name in run]
        axes.plot(places, heights, "x--", color=INK, linewidth=1.2, label=PAPER)


def _throughputs(axes: "Axes", guideline: str, panel: Panel) -> None:
    reached: list[float] = []
    for curve in panel.curves:
        rates = {row.variant: row.cell.multiply_adds_per_s for row in curve.column.rows}
        giga = {name: rate.scaled(1e-9) if rate else None for name, rate in rates.items()}
        reached += [rate.estimate for rate in giga.values() if rate]
        _draw(axes, guideline, panel.names, curve, giga)
    if reached and max(reached) > LINEAR_SPAN * min(reached):
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, max([axes.get_ylim()[1], *(HEADROOM * rate for rate in reached)]))
    axes.set_xlabel(AXES.get(guideline, "variant"))


def _draw(
    axes: "Axes", guideline: str, names: Sequence[str], curve: Curve, found: dict[str, Estimate | None]
) -> None:
    """Estimates as markers, joined where they are a curve, with their intervals as bands."""
    known = {name: estimate for name, estimate in found.items() if estimate}
    for run in _runs(guideline, list(known)):
        alone = len(run) == 1
        places = [names.index(name) + (curve.shift if alone else 0) for name in run]
        heights = [known[name].estimate for name in run]
        lows, highs = zip(*(_ends(known[name]) for name in run), strict=True)
        axes.plot(places, heights, color=curve.color, marker=curve.marker, markersize=4, linewidth=1.2)
        if curve.color == MANY[0]:
            continue  # so many bands would hide each other
        if alone:
            axes.vlines(places, lows, highs, color=curve.color, alpha=0.35, linewidth=6)
        else:
            axes.fill_between(places, lows, highs, color=curve.color, alpha=0.25, linewidth=0)


def _runs(guideline: str, names: Sequence[str]) -> list[list[str]]:
    """The variants that are there, in the runs that a line joins."""
    joined = JOINED.get(guideline, ())
    runs = [[name for name in run if name in names] for run in joined]
    alone = [[name] for name in names if not any(name in run for run in joined)]
    return [run for run in (*runs, *alone) if run]


def _ends(estimate: Estimate) -> tuple[float, float]:
    low, high = estimate.low, estimate.high
    return estimate.estimate if low is None else low, estimate.estimate if high is None else high
