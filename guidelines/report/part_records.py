"""Unrounded figures of audits as flat records, and as further keys of JSON."""

from collections.abc import Sequence

from guidelines.analysis.account.account import FACTORS
from guidelines.analysis.audit.modes import ModeResult, in_mode
from guidelines.analysis.audit.result import AuditResult, PartResult
from guidelines.analysis.audit.untimed import Untimed
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
        reasons: Record = {part.variant: reason for part, reason in result.failed}
        for each in result.parts:
            beside = _untimed(each, result.untimed) | _in_modes(each, result.modes)
            failure: Record = {"failure": reasons.get(each.part.variant)}
            records.append(of_result | _of_part(each) | beside | failure)
        for part, reason in result.unknown:
            records.append(of_result | _named(part) | {"failure": reason})
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
        "keeps_state": int(result.audit.keeps_state),
        **of_machine(result.network),
        **condition,
        "confidence": result.network_s.confidence,
        **of_estimate(result.network_s, "network_seconds"),
        "network_launch_bound": int(result.is_launch_bound),
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


def _untimed(each: PartResult, untimed: Sequence[Untimed]) -> Record:
    """The reasons why the alternative and the remedies of a part have no time."""
    of_part = [other for other in untimed if other.part == each.part]
    alternative = [other.reason for other in of_part if other.is_alternative]
    remedies = [f"{other.text}: {other.reason}" for other in of_part if not other.is_alternative]
    return {
        "alternative_failure": printable(alternative[0]) if alternative else None,
        "remedy_failures": printable("; ".join(remedies)) or None,
    }


def _in_modes(part: PartResult, modes: Sequence[ModeResult]) -> Record:
    """The figures of a part in the other modes, by the name of each."""
    forms = {each.timed.variant: each for each in part.remedies}
    record: Record = {}
    for each in modes:
        form, reasons = forms.get(in_mode(part.part.variant, each.mode)), dict(each.failed)
        mode = printable(each.mode)
        record |= of_estimate(form.seconds_per_call if form else None, f"{mode}_seconds_per_call")
        record |= of_estimate(form.saves if form else None, f"{mode}_saves")
        record[f"{mode}_failure"] = reasons.get(part.part, each.reason or None)
    return record


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
    known: dict[str, object] = {
        "target": printable(result.audit.target),
        "file": result.network.sources[0],
        "keeps_state": result.audit.keeps_state,
        "network_launch_bound": result.is_launch_bound,
        **of_estimate(result.network_s, "network_seconds"),
        **of_estimate(result.sum, "sum"),
        **of_estimate(result.in_place, "in_place"),
        "scale": result.scale,
        **of_estimate(result.replayed, "replayed"),
        **of_estimate(result.without_g4, "without_g4_saves"),
        "not_measured": list(map(_not_measured, result.untimed)),
        "guidelines": guidelines,
    }
    if result.modes:
        known["other_modes"] = list(map(_of_mode, result.modes))
    return known


def _not_measured(each: Untimed) -> Record:
    return {
        "layer": printable(each.part.layers[0]) if each.part else None,
        "what": printable(each.text),
        "reason": printable(each.reason),
    }


def _of_mode(each: ModeResult) -> Record:
    """The time of the whole network in another mode, over its time now."""
    failure = printable(each.reason) if each.ratio is None else None
    return {
        "mode": printable(each.mode),
        **of_estimate(each.ratio, "ratio"),
        "failed_parts": len(each.failed),
        "failure": failure,
    }
