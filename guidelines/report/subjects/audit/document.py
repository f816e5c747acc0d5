"""Write an audit: the guidelines with their shares and prices, then the parts, the dearest first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from guidelines.analysis.audit.modes import FailedPart
from guidelines.analysis.audit.result import AuditResult
from guidelines.report.differences import share
from guidelines.report.document import Document, Section
from guidelines.report.subjects.audit import lead, parts, shares, untimed
from guidelines.report.subjects.audit.readable import readable
from guidelines.report.subjects.audit.untimed import described
from guidelines.results.checked import printable
from guidelines.spec.condition import form_of
from guidelines.stats.intervals import Estimate

TITLE, SHARES_TITLE = "Audit", "Where the time goes"
ONE_CALL = "One call"
G4_SAVES = "what keeping G4 saves is all the time of its operators, as if they were gone: a bound"
IN_PLACE = (
    "G4 taken out in place: all operators run one after the other as in the network, with and without those "
    "that break G4; the sum of its parts: the shares of those that break it"
)
FAILED_TITLE = "Parts that were not measured"


def document(results: Sequence[AuditResult], top: int) -> Document:
    """The audits one after the other, each with its `top` dearest parts."""
    opening: list[str] = []
    sections: list[Section] = []
    bars = []
    for result in map(readable, results):
        of_result = tuple(_sections(result, top))
        title = SHARES_TITLE
        if len(results) > 1:
            title = f"{_name(result)}: {SHARES_TITLE[0].lower()}{SHARES_TITLE[1:]}"
            of_result = (replace(of_result[0], title=title), *of_result[1:])
        opening += lead.lines(result)
        sections += of_result
        bars.append(shares.bar(result, _name(result) if len(results) > 1 else ONE_CALL))
    names = ", ".join(dict.fromkeys(map(_name, results)))
    return Document(f"{TITLE} of {names}", tuple(opening), tuple(sections), shares=tuple(bars))


def _name(result: AuditResult) -> str:
    return printable(result.audit.target)


def _sections(result: AuditResult, top: int) -> Iterator[Section]:
    yield Section(SHARES_TITLE, shares.grid(result), notes=tuple(_on_g4(result)))
    for section in (parts.dearest(result, top), parts.plain(result)):
        if section:
            yield section
    yield from untimed.sections(result)
    known = {each.part.variant: each.share for each in result.parts}
    title = f"{FAILED_TITLE} alone" if result.in_place else FAILED_TITLE
    yield from _failed(title, result.failed, known)
    for each in result.modes:
        yield from _failed(f"{FAILED_TITLE} {printable(form_of(each.mode))}", each.failed, {})


def _on_g4(result: AuditResult) -> Iterator[str]:
    """Notes on the two prices of G4; none if no operator breaks it."""
    if any(each.guideline == "G4" for each in result.guidelines):
        yield G4_SAVES
        if result.without_g4:
            yield IN_PLACE


def _failed(title: str, failed: Sequence[FailedPart], known: Mapping[str, Estimate]) -> Iterator[Section]:
    """The parts that were not measured, with the reason, and their shares that are known in place."""
    lines = []
    for part, reason in failed:
        taken = f", {share(known[part.variant])} of the time" if part.variant in known else ""
        lines.append(f"{described(part)}{taken}: {reason}")
    if lines:
        yield Section(title, notes=tuple(lines))
