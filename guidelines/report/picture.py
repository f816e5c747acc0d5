"""One page of pictures a guideline: slow-downs and achieved throughput, machines beside the paper.

Needs matplotlib (the extra `plot`), which is imported only when a picture is drawn.
"""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from guidelines.report.table import Column, Table
from guidelines.stats import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

AXES = {"G1": "input : output channels", "G2": "groups", "G3": "fragments", "G4": "operators"}
# Variants that a line joins, because a quantity grows along it; all others stand apart.
JOINED = {
    "G1": (("1:1", "1:2", "1:6", "1:12"),),
    "G2": (("g=1", "g=2", "g=4", "g=8"),),
    "G3": (
        ("1-fragment", "2-fragment-series", "4-fragment-series"),
        ("2-fragment-parallel", "4-fragment-parallel"),
    ),
}
SHORT = {"-fragment": "", "-series": "\nseries", "-parallel": "\nparallel", " + ": " +\n", "no ": "no\n"}
# Okabe and Ito's palette for the colour-blind, ordered so that neighbours differ in lightness; each with a
# marker of its own for those who see no colour.
STYLES = (
    ("#0072B2", "o"),
    ("#E69F00", "s"),
    ("#009E73", "^"),
    ("#CC79A7", "D"),
    ("#D55E00", "v"),
    ("#56B4E9", "P"),
)
MANY = ("#888888", "")
# Stands for the colour of text, which an HTML page chooses by its own background.
INK = "#010203"
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
DPI = 150
LETTERS_AN_INCH, LETTERS_A_HANDLE = 14, 8
# A throughput that spans more than this factor is drawn on a logarithmic axis.
LINEAR_SPAN = 8


@dataclass(frozen=True)
class Machine:
    """What is drawn of one machine: its label and its tables."""

    label: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Curve:
    """The column of one machine in one panel."""

    column: Column
    color: str
    marker: str
    shift: float


class PictureError(Exception):
    """A picture that cannot be drawn; its message is one line."""


def pages(machines: Sequence[Machine]) -> dict[str, "Figure"]:
    """One page a guideline: a column of panels a sweep, slow-downs above, throughput below.

    Raises PictureError where matplotlib is missing.
    """
    try:
        from matplotlib import rc_context
    except ImportError as error:
        raise PictureError("pictures need matplotlib: pip install 'guidelines[plot]'") from error
    guidelines = dict.fromkeys(table.guideline for machine in machines for table in machine.tables)
    with rc_context(STYLE):  # type: ignore[arg-type]  # matplotlib wants the type of literal keys
        return {guideline: _page(guideline, machines) for guideline in guidelines}


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


def _page(guideline: str, machines: Sequence[Machine]) -> "Figure":
    """A pair of rows of panels for each of the paper's platforms that the machines belong to."""
    from matplotlib.figure import Figure

    platforms = _panels(guideline, machines)
    columns = max(2, *map(len, platforms.values()))
    width, height = PANEL_INCHES
    size = columns * width, 2 * len(platforms) * height + 0.9
    page = Figure(figsize=size, layout="constrained")
    grid = page.subplots(2 * len(platforms), columns, squeeze=False)
    for k, (platform, panels) in enumerate(platforms.items()):
        upper, lower = grid[2 * k], grid[2 * k + 1]
        upper[0].set_ylabel("slow-down")
        lower[0].set_ylabel("G mult-adds / s")
        for above, below, (sweep, curves) in zip(upper, lower, panels.items(), strict=False):
            above.set_title(sweep if len(platforms) == 1 else f"{sweep} ({platform.upper()})")
            _slowdowns(above, guideline, curves)
            _throughputs(below, guideline, curves)
        for empty in (*upper[len(panels) :], *lower[len(panels) :]):
            empty.set_axis_off()
    table = next(t for m in machines for t in m.tables if t.guideline == guideline)
    page.suptitle(f"{guideline} {table.claim}", x=0.01, ha="left", fontsize=11)
    _legend(page, machines)
    return page


def _panels(guideline: str, machines: Sequence[Machine]) -> dict[str, dict[str, list[Curve]]]:
    """The curves of each sweep by platform, whose networks differ."""
    panels: dict[str, dict[str, list[Curve]]] = {}
    for k, machine in enumerate(machines):
        color, marker = STYLES[k] if len(machines) <= len(STYLES) else MANY
        shift = 0.14 * (k - (len(machines) - 1) / 2) if len(machines) <= len(STYLES) else 0.0
        for table in machine.tables:
            for column in table.columns if table.guideline == guideline else ():
                curve = Curve(column, color, marker, shift)
                sweeps = panels.setdefault(table.condition.platform, {})
                sweeps.setdefault(column.sweep, []).append(curve)
    return panels


def _slowdowns(axes: "Axes", guideline: str, curves: Sequence[Curve]) -> None:
    axes.axhline(1, color=INK, linewidth=0.6)
    names = _names(curves)
    axes.set_xticks(range(len(names)), [])
    for curve in curves:
        _draw(axes, guideline, names, curve, {r.variant: r.cell.slowdown for r in curve.column.rows})
    published = {r.variant: r.cell.paper.slowdown for c in curves for r in c.column.rows if r.cell.paper}
    for run in _runs(guideline, list(published)):
        places = [names.index(name) for name in run]
        heights = [published[name] for name in run]
        axes.plot(places, heights, "x--", color=INK, linewidth=1.2, label="the paper")


def _throughputs(axes: "Axes", guideline: str, curves: Sequence[Curve]) -> None:
    reached: list[float] = []
    names = _names(curves)
    for curve in curves:
        rates = {row.variant: row.cell.multiply_adds_per_s for row in curve.column.rows}
        giga = {name: rate.scaled(1e-9) if rate else None for name, rate in rates.items()}
        reached += [rate.estimate for rate in giga.values() if rate]
        _draw(axes, guideline, names, curve, giga)
    if reached and max(reached) > LINEAR_SPAN * min(reached):
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set_xticks(range(len(names)), [_short(name) for name in names])
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


def _legend(page: "Figure", machines: Sequence[Machine]) -> None:
    """The paper's dashes and each machine's colour and marker; many machines share one grey."""
    from matplotlib.lines import Line2D

    entries = [(Line2D([], [], color=INK, marker="x", linestyle="--"), "the paper")]
    if len(machines) > len(STYLES):
        entries.append((Line2D([], [], color=MANY[0]), f"{len(machines)} machines or conditions"))
    else:
        entries += [
            (
                Line2D([], [], color=color, marker=marker, markersize=4),
                f" {machine.label}",
            )  # one that begins with "_" would be hidden
            for machine, (color, marker) in zip(machines, STYLES, strict=False)
        ]
    if not any(line.get_label() == "the paper" for axes in page.axes for line in axes.get_lines()):
        del entries[0]
    handles, labels = zip(*entries, strict=True)
    fitting = int(page.get_figwidth() * LETTERS_AN_INCH / (max(map(len, labels)) + LETTERS_A_HANDLE))
    columns = max(1, min(len(entries), fitting))
    page.legend(handles, labels, loc="outside lower left", ncols=columns, frameon=False)


def _runs(guideline: str, names: Sequence[str]) -> list[list[str]]:
    """The variants that are there, in the runs that a line joins."""
    joined = JOINED.get(guideline, ())
    runs = [[name for name in run if name in names] for run in joined]
    alone = [[name] for name in names if not any(name in run for run in joined)]
    return [run for run in (*runs, *alone) if run]


def _names(curves: Sequence[Curve]) -> list[str]:
    """The variants of a panel in the order of their sweep."""
    places = {row.variant: row.place for curve in curves for row in curve.column.rows}
    return sorted(places, key=lambda name: places[name])


def _ends(estimate: Estimate) -> tuple[float, float]:
    low, high = estimate.low, estimate.high
    return estimate.estimate if low is None else low, estimate.estimate if high is None else high


def _short(name: str) -> str:
    for long, short in SHORT.items():
        name = name.replace(long, short)
    return name
