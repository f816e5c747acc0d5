"""Draw a page for each guideline: slow-downs and throughput of machines, beside the paper's.

Needs matplotlib (the extra `plot`), which is imported only when a picture is drawn.
"""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guidelines.analysis.tables import Table
from guidelines.report.pictures.curves import draw_slowdowns, draw_throughputs
from guidelines.report.pictures.legend import INK, LETTERS_AN_INCH, STYLES, Look, legend, looks, shortened
from guidelines.report.pictures.panels import Panel, blocks
from guidelines.report.pictures.series import Series
from guidelines.report.pictures.ticks import name_ticks, turn_inches

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
TAG = re.compile("<[^<>]*>")
PANEL_INCHES = (3.4, 2.7)
MOST_ABREAST = 4
TITLE_LETTERS_AN_INCH = 12
DPI = 150
# Room for the title and the legend.
HEADER_INCHES = 0.9
# Panels side by side.
PanelRow = Sequence[Panel]


class PictureError(Exception):
    """A picture that cannot be drawn; its message is one line."""


def pages(series: Sequence[Series]) -> dict[str, "Figure"]:
    """Draw a page for each guideline: a column for each sweep, slow-downs above, throughput below.

    Raises PictureError if matplotlib is missing.
    """
    guidelines: dict[str, None] = {}  # a set in the order of the tables
    for each in series:
        guidelines |= dict.fromkeys(table.guideline for table in each.tables)
    with styled():
        return {guideline: _page(guideline, series) for guideline in guidelines}


@contextmanager
def styled() -> Iterator[None]:
    """Make matplotlib draw in the style of the suite. Raises PictureError if it is missing."""
    try:
        from matplotlib import rc_context
    except ImportError as error:
        raise PictureError("pictures need matplotlib: pip install 'guidelines[plot]'") from error
    with rc_context(STYLE):  # type: ignore[arg-type]  # matplotlib wants the type of literal keys
        yield


def to_svg(page: "Figure", name: str, inline: bool = False) -> str:
    """A page as SVG; its texts stay text.

    `inline` is for use within HTML: text and background take the colours of the page around them.
    """
    from matplotlib import rc_context

    out = io.StringIO()
    with rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        _save(page, out, format="svg", transparent=inline, metadata={"Date": None})
    svg = out.getvalue()
    if not inline:
        return svg
    return TAG.sub(_with_text_color, svg[svg.index("<svg") :])


def _with_text_color(tag: re.Match[str]) -> str:
    """A tag of SVG with the colour of text in place of ours; what stands between tags is text itself."""
    return tag[0].replace(INK, "currentColor")


def to_png(page: "Figure") -> bytes:
    """A page as PNG."""
    out = io.BytesIO()
    _save(page, out, format="png", dpi=DPI)
    return out.getvalue()


def _save(page: "Figure", out: io.StringIO | io.BytesIO, **how: Any) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a machine's name in a script the font lacks
        page.savefig(out, **how)
    page.set_layout_engine("none")  # panels stay where they are in another format: laying out is slow


def _page(guideline: str, series: Sequence[Series]) -> "Figure":
    """Draw the panels of a guideline, at most MOST_ABREAST in a row."""
    shown = _shown(guideline, series)
    tables = _tables_with_looks(shown)
    rows = _rows(blocks(tables))
    names_inches = turn_inches(_variants(rows))
    page, grid = _empty_page(rows, names_inches)
    for k, row in enumerate(rows):
        upper, lower = grid[2 * k], grid[2 * k + 1]
        _draw_slowdowns(upper, guideline, row)
        _draw_throughputs(lower, guideline, row, is_turned=names_inches > 0)
        for unused in (*upper[len(row) :], *lower[len(row) :]):
            unused.set_axis_off()
    page.align_xlabels()
    first_table, _ = tables[0]
    title = shortened(f"{guideline} {first_table.claim}", page.get_figwidth() * TITLE_LETTERS_AN_INCH)
    page.suptitle(title, x=0.01, ha="left", fontsize=11)
    legend(page, [each.label for each, _ in shown], [look for _, look in shown])
    return page


def _shown(guideline: str, series: Sequence[Series]) -> list[tuple[Series, Look]]:
    """The series that have tables of a guideline, with these tables only, and their looks.

    A series looks the same on every page, unless there are too few looks for all of them.
    """
    shown = []
    for each, look in zip(series, looks(len(series)), strict=True):
        own = tuple(table for table in each.tables if table.guideline == guideline)
        if own:
            shown.append((replace(each, tables=own), look))
    if len(series) <= len(STYLES):
        return shown
    return [(each, look) for (each, _), look in zip(shown, looks(len(shown)), strict=True)]


def _tables_with_looks(shown: Sequence[tuple[Series, Look]]) -> list[tuple[Table, Look]]:
    tables: list[tuple[Table, Look]] = []
    for each, look in shown:
        tables += [(table, look) for table in each.tables]
    return tables


def _rows(panel_blocks: Sequence[Sequence[Panel]]) -> list[PanelRow]:
    """The panels of each block in rows that fit a page."""
    rows: list[PanelRow] = []
    for block in panel_blocks:
        rows += [block[k : k + MOST_ABREAST] for k in range(0, len(block), MOST_ABREAST)]
    return rows


def _variants(rows: Sequence[PanelRow]) -> list[str]:
    """The names below all panels."""
    names: list[str] = []
    for row in rows:
        for panel in row:
            names += panel.names
    return names


def _empty_page(rows: Sequence[PanelRow], names_inches: float) -> tuple["Figure", Any]:
    """A figure with two rows of axes for each row of panels, and the array of these axes."""
    from matplotlib.figure import Figure

    columns = max(2, *map(len, rows))
    width, height = PANEL_INCHES
    size = columns * width, len(rows) * (2 * height + names_inches) + HEADER_INCHES
    page = Figure(figsize=size, layout="constrained")
    return page, page.subplots(2 * len(rows), columns, squeeze=False)


def _draw_slowdowns(upper: Sequence["Axes"], guideline: str, row: PanelRow) -> None:
    upper[0].set_ylabel("slow-down per mult-add" if row[0].is_per_multiply_add else "slow-down")
    for axes, panel in zip(upper, row, strict=False):
        axes.set_title(shortened(panel.title, PANEL_INCHES[0] * LETTERS_AN_INCH))
        draw_slowdowns(axes, guideline, panel)


def _draw_throughputs(lower: Sequence["Axes"], guideline: str, row: PanelRow, is_turned: bool) -> None:
    lower[0].set_ylabel("G mult-adds / s")
    for axes, panel in zip(lower, row, strict=False):
        draw_throughputs(axes, guideline, panel)
        name_ticks(axes, panel.names, is_turned)
