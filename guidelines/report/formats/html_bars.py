"""Write a chart of stacked bars as HTML, on a logarithmic scale: factors by colour, pattern and word."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log, log10

from guidelines.report.bars import Bar, BarChart, BarGroup, Part
from guidelines.report.factors import EXPLAINED

# Ratios of one mark of the scale to the next; the first that needs few marks is taken.
BASES = (2, 4, 10, 100, 10**4, 10**8, 10**40, 10**160)
MOST_MARKS = 8
FEW_DIGITS = 6
ROUNDING = 1e-9
SCALE = "logarithmic scale"
# Groups that are open at first; the others are shown on request.
MOST_OPEN = 8


@dataclass(frozen=True)
class Scale:
    """A logarithmic scale between two ratios, given by their natural logarithms, with marks at powers."""

    base: int
    low: float
    high: float

    @property
    def step(self) -> float:
        """The distance between marks in percent of the width."""
        return 100 * log(self.base) / (self.high - self.low)

    def place(self, log_ratio: float) -> float:
        """The place of a ratio, given by its natural logarithm, in percent of the width."""
        return 100 * (log_ratio - self.low) / (self.high - self.low)

    @property
    def marks(self) -> dict[float, str]:
        """The marks from the least to the most: their places, and their ratios as text."""
        unit = log(self.base)
        steps = range(ceil(self.low / unit - ROUNDING), floor(self.high / unit + ROUNDING) + 1)
        return {self.place(step * unit): _ratio(self.base, step) for step in steps}


def _ratio(base: int, step: int) -> str:
    """A power of a base: "0.25x", "64x"; "1e+40x" for one that is far too large."""
    digits = step * log10(base)
    return f"{base**step:.5g}x" if abs(digits) < FEW_DIGITS else f"1e{digits:+.0f}x"


def scale_of(bars: Iterable[Bar]) -> Scale:
    """The scale that some bars fill, from 1x or less to 2x or more, with few marks."""
    ends = [bar.ends for bar in bars]
    low, high = min(low for low, _ in ends), max(log(2), *(high for _, high in ends))
    for base in BASES:
        if (high - low) / log(base) <= MOST_MARKS:
            break
    return Scale(base, low, high)


def bar_chart(chart: BarChart) -> Iterator[str]:
    """A chart under its title; the first groups are open."""
    scale = scale_of(chart.bars)
    lines = f"--one:{scale.place(0):.4g}%;--step:{scale.step:.4g}%"
    yield f'<section class="bars" style="{lines}">'
    yield f"<h2>{escape(chart.title)}</h2>"
    yield f'<ul class="key">{"".join(_meanings(chart))}</ul>'
    yield f"<p>{escape(chart.legend)}</p>"
    for number, group in enumerate(chart.groups):
        yield from _group(group, scale, is_open=number < MOST_OPEN)
    yield "</section>"


def _meanings(chart: BarChart) -> Iterator[str]:
    """The factors that are known in a bar of a chart."""
    known: set[str] = set()
    for bar in chart.bars:
        known.update(part.name for part in bar.parts)
    for name, (meaning, remedy) in EXPLAINED.items():
        if name in known:
            explained = escape(f"{meaning}; remedy: {remedy}")
            yield f'<li><i class="{name}"></i><b>{name}</b> {explained}</li>'


def _group(group: BarGroup, scale: Scale, is_open: bool) -> Iterator[str]:
    note = f" {escape(group.note)}" if group.note else ""
    yield "<details open>" if is_open else "<details>"
    yield f"<summary><b>{escape(group.name)}</b>{note}</summary>"
    yield _axis(scale, group)
    yield from _listed(group.bars, scale)
    if group.more:
        yield f"<details><summary>{escape(group.more_title)} ({len(group.more)})</summary>"
        yield from _listed(group.more, scale)
        yield "</details>"
    yield "</details>"


def _axis(scale: Scale, group: BarGroup) -> str:
    """The marks of the scale, and a link to the figures."""
    marks = [f'<i style="left:{place:.4g}%">{ratio}</i>' for place, ratio in scale.marks.items()]
    to_figures = ""
    if group.section is not None:
        to_figures = f'<a href="#s{group.section}">figures of {escape(group.name)}</a>'
    drawn = f'<div aria-hidden="true">{"".join(marks)}</div>'
    return f'<div class="axis"><small>{SCALE}</small>{drawn}{to_figures}</div>'


def _listed(bars: Iterable[Bar], scale: Scale) -> Iterator[str]:
    yield "<ul>"
    for bar in bars:
        product = " x ".join(f"{part.text} {part.title}" for part in bar.parts if part.text) or "1"
        note = f" <small>{escape(bar.note)}</small>" if bar.note else ""
        last = ' class="last"' if bar.is_last else ""
        yield (
            f"<li{last}><span>{escape(bar.name)}{note}</span> <b>{escape(bar.text)}</b>"
            f'<div class="line" aria-hidden="true">{"".join(_drawn(bar, scale))}</div>'
            f"<small>= {escape(product)}</small></li>"
        )
    yield "</ul>"


def _drawn(bar: Bar, scale: Scale) -> Iterator[str]:
    """The factors away from 1 on both sides, and the mark of the effect."""
    for side in (bar.below, bar.above):
        reached = 0.0
        for part in side:
            if part.log:
                yield _part(part, scale, reached)
            reached += part.log
    yield f'<u style="left:{scale.place(log(bar.value)):.4g}%"></u>'


def _part(part: Part, scale: Scale, begin: float) -> str:
    """A factor from the logarithm at which it begins."""
    left, right = sorted((scale.place(begin), scale.place(begin + part.log)))
    title = escape(f"{part.title} {part.in_full}")
    place = f"left:{left:.4g}%;width:{right - left:.4g}%"
    return f'<i class="{part.name}" style="{place}" title="{title}"><em>{escape(part.title)}</em></i>'
