"""Choose one vertical axis for all panels of a guideline: what looks higher is more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guidelines.report.pictures.panels import Panel
from guidelines.stats.intervals import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Figures that span more than this factor are drawn on a logarithmic axis.
LINEAR_SPAN = 8
# Room beyond the highest and lowest markers, in spans; the span of slow-downs is at least that of 5 %.
MARGIN, LEAST_SPAN = 0.06, 0.05


@dataclass(frozen=True)
class Scale:
    """The ends of a vertical axis."""

    low: float
    high: float
    is_logarithmic: bool = False

    def apply(self, axes: "Axes") -> None:
        """Set the vertical axis of axes; labels of a logarithmic one are plain numbers."""
        if self.is_logarithmic:
            from matplotlib.ticker import LogLocator, NullFormatter

            axes.set_yscale("log")
            axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
            axes.yaxis.set_major_formatter("{x:g}")
            axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_ylim(self.low, self.high)


def slowdown_scale(panels: Iterable[Panel]) -> Scale:
    """An axis for the slow-downs of all panels."""
    slowdowns: list[Estimate] = []
    others = [1.0]
    for panel in panels:
        others += panel.published.values()
        for curve in panel.curves:
            slowdowns += curve.slowdowns.values()
    return _of_slowdowns(slowdowns, others)


def throughput_scale(panels: Iterable[Panel]) -> Scale:
    """An axis for the throughput of all panels."""
    rates: list[Estimate] = []
    for panel in panels:
        for curve in panel.curves:
            rates += curve.giga_multiply_adds_per_s.values()
    return _of_rates(rates)


def _of_slowdowns(estimates: Sequence[Estimate], others: Sequence[float]) -> Scale:
    """An axis for all markers, and for intervals as far as they do not press these together."""
    centres = [*others, *(each.estimate for each in estimates)]
    least, most = min(centres), max(centres)
    if most > LINEAR_SPAN * least:
        return _logarithmic(least, most)
    span = max(most - least, LEAST_SPAN)
    lowest = [max(each.low, least - span) for each in estimates if each.low is not None]
    highest = [min(each.high, most + span) for each in estimates if each.high is not None]
    low, high = min([least, *lowest]), max([most, *highest])
    room = MARGIN * max(high - low, LEAST_SPAN)
    return Scale(max(0.0, low - room), high + room)


def _of_rates(estimates: Sequence[Estimate]) -> Scale:
    """An axis from 0, or a logarithmic one if the figures lie far apart."""
    if not estimates:
        return Scale(0.0, 1.0)
    centres = [each.estimate for each in estimates]
    least, most = min(centres), max(centres)
    if most > LINEAR_SPAN * least:
        return _logarithmic(least, most)
    highest = [min(each.high, 2 * most) for each in estimates if each.high is not None]
    return Scale(0.0, (1 + MARGIN) * max([most, *highest]))


def _logarithmic(least: float, most: float) -> Scale:
    room = (most / least) ** MARGIN
    return Scale(least / room, most * room, is_logarithmic=True)
