"""Arrange the time of an audited network by guideline: lines of a table, and the bar of a page."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple, cast

from guidelines.analysis.audit.result import AuditResult, RuleResult
from guidelines.report.differences import saving, share
from guidelines.report.digits import with_half_width
from guidelines.report.document import Grid, Head, Row, Value
from guidelines.report.shares import Kind, ShareBar, SharePart
from guidelines.results.checked import printable
from guidelines.results.number_of import number_of
from guidelines.stats.intervals import Estimate

MEANINGS = {
    "G1": "unequal widths",
    "G2": "groups",
    "G3": "fragments",
    "G4": "element-wise operators, depthwise convolution, copies",
    "": "operators that break none",
}
NONE, BETWEEN, OVERLAP = "none", "between operators", "overlap"
BETWEEN_MEANING = "Python, dispatch, views"
# The rest, if the parts do not make the whole: some of it may be their own time.
REST, REST_MEANING = "rest", "not in the operators timed alone"
OVERLAP_MEANING = "operators take longer apart than in the network"
HEADS = (
    Head("guideline", is_number=False),
    Head("operators"),
    Head("share of\u00a0the\u00a0time"),
    Head("keeping\u00a0it saves"),
)
LEGEND = "Dark strip: what keeping the guideline would save, at equal work."
MS = 1e3
INDENT = "\u00a0\u00a0"


class Line(NamedTuple):
    """A share of the network's time under a name, and what keeping the guideline would save."""

    name: str
    meaning: str
    share: Estimate
    price: Estimate | None = None
    operators: int = 0

    @property
    def kind(self) -> Kind:
        """The class of its colour."""
        return cast(Kind, "between" if self.name in (BETWEEN, REST, OVERLAP) else self.name.lower())


def milliseconds(result: AuditResult) -> str:
    """The time of one call of the network: "48.7 ±0.4 ms"."""
    return f"{with_half_width(result.network_s.scaled(MS))} ms"


def lines(result: AuditResult) -> Iterator[Line]:
    """The share of each guideline, of what breaks none, and of the rest: together they are the whole."""
    left = 1.0
    for each in result.guidelines:
        left -= each.share.estimate
        operators = sum(part.part.guideline == each.guideline for part in result.parts)
        meaning = MEANINGS[each.guideline]
        yield Line(each.guideline or NONE, meaning, each.share, price=each.price, operators=operators)
    known = result.whole or replace(result.network_s, estimate=0.0, low=0.0, high=0.0)
    half_width = known.half_width
    has_none = half_width is None
    rest = replace(
        known,
        estimate=left,
        low=None if has_none else left - (half_width or 0.0),
        high=None if has_none else left + (half_width or 0.0),
    )
    name, meaning = _rest(result, left)
    if result.unknown:
        meaning += f"; {number_of(len(result.unknown), 'part')} not measured"
    yield Line(name, meaning, rest)


def _rest(result: AuditResult, left: float) -> tuple[str, str]:
    """The name of what is left of the time, and its meaning."""
    if left < 0:
        return OVERLAP, OVERLAP_MEANING
    is_between = result.in_place is not None or result.is_whole
    return (BETWEEN, BETWEEN_MEANING) if is_between else (REST, REST_MEANING)


def grid(result: AuditResult) -> Grid:
    """A row for each line, those of its rules below, and one for the whole network."""
    rules = {each.guideline: each.rules for each in result.guidelines}
    rows = []
    for line in lines(result):
        rows += [_row(line), *map(_rule_row, rules.get(line.name, ()))]
    rows.append(Row((Value("whole network"), Value(), Value("100 %", 1.0), Value())))
    return Grid(HEADS, tuple(rows))


def bar(result: AuditResult, title: str) -> ShareBar:
    """The whole network as one bar."""
    return ShareBar(title, milliseconds(result), tuple(map(_part, lines(result))), LEGEND)


def _row(line: Line) -> Row:
    return Row(
        (
            Value(f"{line.name}: {line.meaning}"),
            Value(str(line.operators), line.operators) if line.operators else Value(),
            Value(share(line.share), line.share.estimate),
            Value(saving(line.price), line.price.estimate) if line.price else Value(),
        )
    )


def _rule_row(each: RuleResult) -> Row:
    name = Value(f"{INDENT}{printable(each.rule)}")
    share_now = Value(share(each.share), each.share.estimate)
    return Row((name, Value(str(each.parts), each.parts), share_now, Value()))


def _part(line: Line) -> SharePart:
    saved = line.price.estimate if line.price else 0.0
    return SharePart(
        kind=line.kind,
        name=line.name,
        meaning=line.meaning,
        share=line.share.estimate,
        text=share(line.share),
        saved=min(max(saved, 0.0), line.share.estimate),
        saved_text=saving(line.price) if line.price else "",
    )
