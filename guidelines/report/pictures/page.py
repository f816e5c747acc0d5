"""Draw a page for each guideline: slow-downs and throughput of machines, beside the paper's.

Needs matplotlib (the extra `plot`), which is imported only when a picture is drawn.
"""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from guidelines.report.pictures.curves import draw_slowdowns, draw_throughputs, x_label
from guidelines.report.pictures.legend import INK, fitting, legend
from guidelines.report.pictures.results import result
from guidelines.report.pictures.series import Series
from guidelines.report.pictures.shown import ScaledPanel, Shown, shown
from guidelines.report.pictures.ticks import Turn, name_ticks, turn

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
}
TAG = re.compile("<[^<>]*>")
# Ink for readers with a dark background; their browser, not the picture, knows which they have.
DARK_INK = "#e4e7ec"
DARK = (
    "<style>@media (prefers-color-scheme: dark) {"
    f' [style*="stroke: {INK}"] {{ stroke: {DARK_INK} !important; }}'
    f' [style*="fill: {INK}"] {{ fill: {DARK_INK} !important; }}'
    " }</style>"
)
# Two panels stand abreast and the letters are large: a page is read on a phone, too.
PANEL_INCHES = (3.1, 1.9)
POINTS = 11
DPI = 150
# Room for the title and the legend, and for the labels of a vertical axis.
HEADER_INCHES = 0.9
AXIS_INCHES = 0.8


class PictureError(Exception):
    """A picture that cannot be drawn; its message is one line."""


def pages(series: Sequence[Series]) -> dict[str, "Figure"]:
    """Draw a page for each guideline: a row for each sweep, slow-downs on the left, throughput on the right.

    Raises PictureError if matplotlib is missing.
    """
    with styled(POINTS):
        return {each.guideline: _page(each) for each in shown(series)}


@contextmanager
def styled(points: int = 9) -> Iterator[None]:
    """Make matplotlib draw in the style of the suite. Raises PictureError if it is missing."""
    try:
        from matplotlib import rc_context
    except ImportError as error:
        raise PictureError("pictures need matplotlib: pip install 'guidelines[plot]'") from error
    style: dict[str, object] = {**STYLE, "font.size": points}
    with rc_context(style):  # type: ignore[arg-type]  # matplotlib wants the type of literal keys
        yield


def to_svg(page: "Figure", name: str, inline: bool = False) -> str:
    """A page as SVG; its texts stay text, its background is that of the page around it.

    Text takes the colour of the HTML around it if it is `inline`, else that of the reader's colour scheme.
    """
    from matplotlib import rc_context

    out = io.StringIO()
    with rc_context({"svg.hashsalt": name, "svg.fonttype": "none"}):
        _save(page, out, format="svg", transparent=True, metadata={"Date": None})
    svg = out.getvalue()
    if not inline:
        return svg.replace("</style>", f"</style>{DARK}", 1)
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


def _page(drawn: Shown) -> "Figure":
    """Draw a row for each sweep; names of variants stand below the last of those that have the same."""
    from matplotlib.figure import Figure

    width, height = PANEL_INCHES
    names = [each.panel.names for each in drawn.panels]
    turned = turn(names, width, POINTS)
    is_named = [k + 1 == len(names) or names[k] != names[k + 1] for k in range(len(names))]
    inches = len(names) * height + sum(is_named) * turned.inches + HEADER_INCHES
    page = Figure(figsize=(2 * width, inches), layout="constrained")
    grid = page.subplots(len(names), 2, squeeze=False)
    for row, panel, with_names in zip(grid, drawn.panels, is_named, strict=True):
        draw_panel(row, drawn.guideline, panel, turned if with_names else None)
        title = fitting(result(drawn.guideline, panel.panel, drawn.named), 2 * width - AXIS_INCHES, POINTS)
        row[0].set_title(title, loc="left", fontsize=POINTS)
    title = fitting(f"{drawn.guideline} {drawn.claim}", 2 * width, POINTS + 1)
    page.suptitle(title, x=0.01, ha="left", fontsize=POINTS + 1)
    legend(page, drawn.legend, POINTS)
    return page


def draw_panel(axes: Sequence["Axes"], guideline: str, scaled: ScaledPanel, turned: Turn | None) -> None:
    """Draw slow-downs and throughput in two axes; names stand below each that shows them.

    `turned` says how names of variants stand; None leaves them out.
    """
    panel = scaled.panel
    slowdowns, throughputs = axes
    draw_slowdowns(slowdowns, guideline, panel)
    scaled.slowdown.apply(slowdowns)
    slowdowns.set_ylabel("slow-down\nper mult-add" if panel.is_per_multiply_add else "slow-down")
    draw_throughputs(throughputs, guideline, panel)
    scaled.throughput.apply(throughputs)
    throughputs.set_ylabel("G mult-adds / s")
    if turned:
        for each in axes:
            name_ticks(each, panel.names, turned)
            each.set_xlabel(x_label(guideline))
