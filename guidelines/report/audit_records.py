"""Unrounded figures of two audits as flat records, for JSON and CSV."""

from guidelines.analysis.audit.change import AuditChange, LayerChange, ShareChange
from guidelines.analysis.measured import MachineResults
from guidelines.report.figures import Record, of_estimate
from guidelines.report.subjects.audit.sides import multiply_adds

# Rows that are of no guideline.
TOTALS = ("operators", "network")


def records(compared: AuditChange, a: MachineResults, b: MachineResults) -> list[Record]:
    """One record for each guideline, for all operators, for the network, and for each row of layers."""
    both = _of_sides(compared, a, b)
    shares = [*compared.guidelines, compared.operators, compared.network]
    known = [both | _record_of_share(each) for each in shares if each]
    return [*known, *(both | _record_of_layer(each) for each in compared.layers)]


def _of_sides(compared: AuditChange, a: MachineResults, b: MachineResults) -> Record:
    record: Record = {}
    for side, result, results in (("a", compared.a, a), ("b", compared.b, b)):
        condition = result.condition
        record |= {
            f"{side}_file": " ".join(results.sources),
            f"{side}_target": result.audit.target,
            f"{side}_inputs": result.audit.inputs,
            f"{side}_keeps_state": int(result.audit.keeps_state),
            f"{side}_multiply_adds": multiply_adds(results),
            f"{side}_device_name": condition.device_name,
            f"{side}_condition": condition.id,
        }
    return record | {"confidence": compared.ratio.confidence}


def _record_of_share(each: ShareChange) -> Record:
    is_guideline = each.guideline not in TOTALS
    return {
        "row": "guideline" if is_guideline else each.guideline,
        **dict.fromkeys(("layers", "calls", "a_operator", "b_operator")),
        **dict.fromkeys(("a_guideline", "b_guideline"), each.guideline if is_guideline else None),
        **of_estimate(each.a_s, "a_seconds"),
        **of_estimate(each.b_s, "b_seconds"),
        **of_estimate(each.share_a, "a_share"),
        **of_estimate(each.share_b, "b_share"),
        **of_estimate(each.ratio, "ratio"),
        **of_estimate(each.change, "change"),
        "lacks": "",
    }


def _record_of_layer(each: LayerChange) -> Record:
    a, b = each.part_a, each.part_b
    return {
        "row": "layer",
        "layers": "; ".join(dict.fromkeys(each.layers)),
        "calls": len(each.layers),
        "a_operator": a.operator if a else None,
        "b_operator": b.operator if b else None,
        "a_guideline": a.guideline if a else None,
        "b_guideline": b.guideline if b else None,
        **of_estimate(each.a_s, "a_seconds"),
        **of_estimate(each.b_s, "b_seconds"),
        **of_estimate(None, "a_share"),
        **of_estimate(None, "b_share"),
        **of_estimate(each.ratio, "ratio"),
        **of_estimate(each.change, "change"),
        "lacks": each.lacks,
    }
