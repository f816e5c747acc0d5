"""Draw the curves of a panel: slow-downs in the upper axes, throughput in the lower ones."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from guidelines.report.pictures.legend import INK, MANY, PAPER
from guidelines.report.pictures.panels import Curve, Panel
from guidelines.stats.intervals import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

X_LABELS = {
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
    "G1": (("1:1", "1:2", "1:4", "1:6", "1:12", "1:16"),),
    "G2": (("g=1", "g=2", "g=4", "g=8", "g=16"),),
    "G3": (
        ("1-fragment", "2-fragment-series", "4-fragment-series"),
        ("2-fragment-parallel", "4-fragment-parallel"),
    ),
}


def draw_slowdowns(axes: "Axes", guideline: str, panel: Panel) -> None:
    """Draw the slow-down of every variant, and the paper's as crosses."""
    axes.axhline(1, color=INK, linewidth=0.6)
    names = panel.names
    axes.set_xticks(range(len(names)), [])
    for curve in panel.curves:
        _draw(axes, curve, curve.slowdowns, names=names, guideline=guideline)
    published = panel.published
    for run in _runs(guideline, list(published)):
        places = [names.index(name) for name in run]
        heights = [published[name] for name in run]
        axes.plot(places, heights, "x--", color=INK, linewidth=1.2, label=PAPER)


def draw_throughputs(axes: "Axes", guideline: str, panel: Panel) -> None:
    """Draw the multiply-adds per second, in 10^9, of every variant."""
    axes.set_xticks(range(len(panel.names)), [])
    for curve in panel.curves:
        _draw(axes, curve, curve.giga_multiply_adds_per_s, names=panel.names, guideline=guideline)


def x_label(guideline: str) -> str:
    """The quantity along the horizontal axis."""
    return X_LABELS.get(guideline, "variant")


def _draw(
    axes: "Axes",
    curve: Curve,
    known: Mapping[str, Estimate],
    *,
    names: Sequence[str],
    guideline: str,
) -> None:
    """Draw one machine's estimates, by variant, at the places of their variants among `names`."""
    for run in _runs(guideline, list(known)):
        places: list[float] = [names.index(name) for name in run]
        if len(run) == 1:
            places = [places[0] + curve.shift]
        _draw_run(axes, curve, places, [known[name] for name in run])


def _draw_run(axes: "Axes", curve: Curve, places: Sequence[float], estimates: Sequence[Estimate]) -> None:
    """Draw estimates as markers that a line joins, with their intervals as a band."""
    heights = [each.estimate for each in estimates]
    is_grey = curve.color == MANY[0]
    width = 0.7 if is_grey else 1.2
    axes.plot(places, heights, color=curve.color, marker=curve.marker, markersize=4, linewidth=width)
    if is_grey:
        return  # so many bands would hide each other
    lows = [_or_else(each.low, each.estimate) for each in estimates]
    highs = [_or_else(each.high, each.estimate) for each in estimates]
    if len(places) == 1:
        axes.vlines(places, lows, highs, color=curve.color, alpha=0.35, linewidth=6)
    else:
        axes.fill_between(places, lows, highs, color=curve.color, alpha=0.25, linewidth=0)


def _runs(guideline: str, names: Sequence[str]) -> list[list[str]]:
    """The variants among `names` that a line joins, run by run; any other is a run of its own."""
    runs = []
    alone = list(names)
    for joined in JOINED.get(guideline, ()):
        runs.append([name for name in joined if name in names])
        alone = [name for name in alone if name not in joined]
    runs += [[name] for name in alone]
    return [run for run in runs if run]


def _or_else(end: float | None, estimate: float) -> float:
    return estimate if end is None else end
