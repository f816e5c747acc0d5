"""Draw each panel of a guideline as a picture of its own, which a page sets side by side or below each other.

Needs matplotlib (the extra `plot`), which is imported only when a picture is drawn.
"""

from collections.abc import Sequence
from typing import NamedTuple

from guidelines.report.pictures.legend import Look
from guidelines.report.pictures.page import draw_panel, styled, to_svg
from guidelines.report.pictures.results import result
from guidelines.report.pictures.series import Series
from guidelines.report.pictures.shown import ScaledPanel, Shown, shown
from guidelines.report.pictures.ticks import turn

# As wide as a phone shows it in its own size.
WIDTH_INCHES = 3.7
HEIGHTS_INCHES = (2.4, 1.4)
POINTS = 9


class Single(NamedTuple):
    """A panel as inline SVG, and its result as a title."""

    title: str
    svg: str


class Singles(NamedTuple):
    """The panels of a guideline, and the texts of its legend with their looks."""

    panels: tuple[Single, ...]
    legend: list[tuple[str, Look]]


def singles(series: Sequence[Series]) -> dict[str, Singles]:
    """The panels of each guideline. Raises PictureError if matplotlib is missing."""
    with styled(POINTS):
        return {each.guideline: _singles(each) for each in shown(series)}


def _singles(drawn: Shown) -> Singles:
    panels = []
    for number, scaled in enumerate(drawn.panels):
        svg = _svg(drawn.guideline, scaled, f"{drawn.guideline}-{number}")
        panels.append(Single(result(drawn.guideline, scaled.panel, drawn.named), svg))
    return Singles(tuple(panels), drawn.legend)


def _svg(guideline: str, scaled: ScaledPanel, name: str) -> str:
    from matplotlib.figure import Figure

    turned = turn([scaled.panel.names], WIDTH_INCHES, POINTS)
    upper, lower = HEIGHTS_INCHES
    size = WIDTH_INCHES, upper + lower + turned.inches
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(2, 1, height_ratios=HEIGHTS_INCHES)
    draw_panel(axes, guideline, scaled, turned)
    axes[0].set_xlabel("")
    axes[0].set_xticks(axes[0].get_xticks(), [])
    figure.align_ylabels()
    return to_svg(figure, name, inline=True)
