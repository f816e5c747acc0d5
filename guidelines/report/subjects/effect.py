"""Write the range of an effect beside that at published widths and the paper's, for a line of the answer."""

from collections.abc import Sequence
from typing import NamedTuple

from guidelines.analysis.answer import Conclusion
from guidelines.report.subjects.span import AS_CLAIMED, NO_EFFECT, Span, span
from guidelines.report.subjects.uncounted import PUBLISHED_WIDTHS
from guidelines.spec.condition import ALIGNED, widths_of
from guidelines.stats.intervals import Estimate


def effect(several: Sequence[Conclusion], in_full: bool) -> str:
    """The range of an effect, and others beside it: "1.34-1.72x slower per mult-add (paper 1.24-1.39x)"."""
    claimed = several[0].expect or AS_CLAIMED
    seen = _range(several, claimed)
    if seen is None:
        return ""
    line = f"{seen.span.text}{seen.unit}"
    rows = {each.rows for each in several}
    if in_full and len(rows) == 1 and (names := rows.pop()):
        line = _between(names, seen)
    beside = [_beside(several, seen.span.direction, in_full)]
    papers: list[float] = []
    for each in several:
        papers += (each.at_published_widths or each).published
    if papers:
        beside.append(f"paper {_published(papers, claimed, seen.span.direction)}")
    others = "; ".join(filter(None, beside))
    return f"{line} ({others})" if others else line


class _Range(NamedTuple):
    """A span of effects, and the unit behind it."""

    span: Span
    unit: str


def _range(several: Sequence[Conclusion], claimed: str) -> _Range | None:
    """The effects of several conclusions, from the least to the most; None if there are none."""
    effects: list[Estimate] = []
    for each in several:
        effects += each.effects
    if not effects:
        return None
    unit = " per mult-add" if any(each.is_per_multiply_add for each in several) else ""
    return _Range(span(effects, claimed), unit)


def _between(rows: tuple[str, str], seen: _Range) -> str:
    """The range with the row that decides and the baseline: "g=8 is 1.34-1.72x slower than g=1"."""
    if seen.span.times == NO_EFFECT:
        return f"{rows[0]} takes {NO_EFFECT}{seen.unit} as {rows[1]}"
    return f"{rows[0]} is {seen.span.text}{seen.unit} than {rows[1]}"


def _beside(several: Sequence[Conclusion], direction: str, in_full: bool) -> str:
    """The effects at published widths, for brackets: "published widths: 1.32-5.06x per mult-add".

    It names a finding, and a direction, that differs from the one at aligned widths, and in full the row that
    decides. "" if there are none.
    """
    at_published_widths = [each.at_published_widths for each in several if each.at_published_widths]
    seen = _range(at_published_widths, several[0].expect or AS_CLAIMED)
    if seen is None:
        return ""
    are_all = len(at_published_widths) == len(several)
    name = PUBLISHED_WIDTHS if are_all else f"{PUBLISHED_WIDTHS} in place of {widths_of(ALIGNED)}"
    rows = {each.rows for each in at_published_widths}
    if in_full and len(rows) == 1 and (names := rows.pop()):
        name = f"{name}, {names[0]}"
    findings = {each.finding for each in at_published_widths} - {each.finding for each in several}
    finding = f"{findings.pop()}, " if len(several) == 1 and findings else ""
    effects = seen.span.times if seen.span.direction == direction else seen.span.text
    return f"{name}: {finding}{effects}{seen.unit}"


def _published(effects: Sequence[float], claimed: str, direction: str) -> str:
    """The paper's range; it names its direction if ours is another."""
    exact = [Estimate(effect, low=effect, high=effect, confidence=1, rounds=0) for effect in effects]
    paper = span(exact, claimed)
    return paper.times if paper.direction == direction else paper.text
