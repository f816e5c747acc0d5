"""Write an audit: the guidelines with their shares and prices, then the parts, the dearest first."""

from collections.abc import Sequence

from guidelines.analysis.audit import AuditResult
from guidelines.report.document import Document
from guidelines.report.figures import Record


def document(results: Sequence[AuditResult], top: int) -> Document:
    """The audits one after the other, each with its `top` dearest parts."""
    lead = [
        f"{each.audit.target}: {each.network_s.estimate:.3g} s, sum {each.sum.estimate:.2f}"
        for each in results
    ]
    for each in results:
        for of in each.guidelines:
            lead.append(f"{of.guideline} {of.share.estimate:.3f} {of.price}")
        for part in each.parts[:top]:
            lead.append(
                f"{part.part.guideline} {part.part.operator} {part.share.estimate:.3f} {part.price and part.price.estimate}"
            )
    return Document("Audit", tuple(lead), ())


def records(results: Sequence[AuditResult]) -> list[Record]:
    return []
