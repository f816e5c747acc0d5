"""Name what an audit could not measure beside its parts, with the reasons."""

from collections.abc import Iterator

from guidelines.analysis.audit.result import AuditResult
from guidelines.report.differences import share
from guidelines.report.document import Section
from guidelines.report.subjects.audit.parts import layers_of
from guidelines.results.audit import AuditPart
from guidelines.results.checked import printable

UNPRICED_TITLE = "Parts whose alternative was not measured"
REMEDIES_TITLE = "Ways without redesign that were not measured"
NO_REASON = "not measured"


def sections(result: AuditResult) -> Iterator[Section]:
    """The alternatives and the remedies that have no time."""
    reasons = {each.variant: each.reason for each in result.untimed}
    failed = [part for part, _ in result.failed]
    unpriced = []
    for each in result.parts:
        other = each.part.alternative
        if other and not each.price and each.part not in failed:
            reason = printable(reasons.get(other.variant, NO_REASON))
            broken = f"{described(each.part)}, {each.part.guideline}: {share(each.share)} of the time"
            unpriced.append(f"{broken}; {printable(other.text)}: {reason}")
    if unpriced:
        yield Section(UNPRICED_TITLE, notes=tuple(unpriced))
    remedies = [
        f"{described(each.part)} {printable(each.text)}: {printable(each.reason)}"
        for each in result.untimed
        if each.part and not each.is_alternative
    ]
    if remedies:
        yield Section(REMEDIES_TITLE, notes=tuple(remedies))


def reason(result: AuditResult, *variants: str) -> str:
    """The reason for the first of some variants that failed: ": MemoryError: ..."; "" if none is known."""
    reasons = {each.variant: each.reason for each in result.untimed}
    known = [reasons[variant] for variant in variants if variant in reasons]
    return f": {printable(known[0])}" if known else ""


def described(part: AuditPart) -> str:
    """A part in a line: "layer1.0.conv2 + 2 more (conv 3x3 128->128, 32 groups, 56x56)"."""
    return f"{layers_of(part)} ({printable(part.operator)})"
