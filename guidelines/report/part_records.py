"""Unrounded figures of audits as flat records, and as further keys of JSON."""

from collections.abc import Sequence

from guidelines.analysis.account import FACTORS
from guidelines.analysis.audit import AuditResult, PartResult
from guidelines.report.figures import Record, of_estimate
from guidelines.report.records import of_condition, of_machine
from guidelines.results.audit import AuditPart
from guidelines.results.checked import printable

# Parts of a condition that tell nothing of an audit, whose inputs may be of any shape.
NOT_OF_AUDITS = ("batch_size", "image_size", "is_auto_batch", "channel_rule")


def of_audits(results: Sequence[AuditResult]) -> list[Record]:
    """One record for each part of each audit, the dearest first; those that failed come last."""
    records: list[Record] = []
    for result in results:
        of_result = _of_audit(result)
        records += [of_result | _of_part(each) for each in result.parts]
        records += [of_result | _named(part) | {"failure": reason} for part, reason in result.failed]
    return records


def facts(results: Sequence[AuditResult]) -> list[dict[str, object]]:
    """The time and the sums of each audit: its guidelines, the sum of its parts, G4 taken out in place."""
    return [_facts(result) for result in results]


def _of_audit(result: AuditResult) -> Record:
    condition = of_condition(result.condition)
    for name in NOT_OF_AUDITS:
        del condition[name]
    return {
        "target": printable(result.audit.target),
        "input": result.audit.inputs,
        **of_machine(result.network),
        **condition,
        "confidence": result.network_s.confidence,
        **of_estimate(result.network_s, "network_seconds"),
    }


def _named(part: AuditPart) -> Record:
    return {
        "layer": printable(part.layers[0]),
        "calls": len(part.layers),
        "layers": "; ".join(map(printable, part.layers)),
        "operator": printable(part.operator),
        "kind": part.kind,
        "guideline": part.guideline,
        "rule": printable(part.rule),
        "failure": None,
    }


def _of_part(each: PartResult) -> Record:
    """The figures of a part; shares and savings are of the network's time, for all calls."""
    instead, remedy = each.alternative, each.best_remedy
    return {
        **_named(each.part),
        **of_estimate(each.seconds_per_call, "seconds_per_call"),
        **of_estimate(each.share, "share"),
        **of_estimate(each.price, "price"),
        "alternative": printable(instead.timed.text) if instead else None,
        "alternative_work": instead.timed.work if instead else None,
        **of_estimate(instead.seconds_per_call if instead else None, "alternative_seconds_per_call"),
        "remedy": printable(remedy.timed.text) if remedy else None,
        **of_estimate(remedy.saves if remedy else None, "remedy_saves"),
        **_reason(each),
        "floor_share": each.floor_share,
    }


def _reason(each: PartResult) -> Record:
    """The factors of the time over that of the alternative; None if ceilings are unknown."""
    factors = each.account.factors if each.account else {}
    record: Record = {}
    for name in FACTORS:
        record |= of_estimate(factors.get(name), name)
    return record


def _facts(result: AuditResult) -> dict[str, object]:
    guidelines = [
        {
            "guideline": each.guideline or None,
            **of_estimate(each.share, "share"),
            **of_estimate(each.price, "price"),
        }
        for each in result.guidelines
    ]
    return {
        "target": printable(result.audit.target),
        "file": result.network.sources[0],
        **of_estimate(result.network_s, "network_seconds"),
        **of_estimate(result.sum, "sum"),
        "scale": result.scale,
        **of_estimate(result.replayed, "replayed"),
        **of_estimate(result.without_g4, "without_g4_saves"),
        "guidelines": guidelines,
    }
