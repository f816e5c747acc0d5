"""Write the answer of --fail-on for two audits."""

from collections.abc import Mapping
from math import isfinite

from guidelines.analysis.audit.change import DISTURBED, AuditChange
from guidelines.analysis.audit.gate import AuditCheck, AuditGate
from guidelines.analysis.triggers import UNCLEAR
from guidelines.report.digits import brackets, percent, times
from guidelines.report.subjects.gate import size


def lines(gate: AuditGate, compared: AuditChange) -> tuple[str, ...]:
    """First whether the gate passed, and by which figure; then what is not decided."""
    if gate.compares_nothing:
        inputs = f"{compared.a.audit.inputs} | {compared.b.audit.inputs}"
        return (f"Gate FAILED, compared NOTHING: the networks were given other inputs, {inputs}",)
    takes = f"B takes {times(compared.ratio)} {brackets(compared.ratio)} of A's time"
    checks = "; ".join(f"{size(check.trigger)}: {_answer(check)}" for check in gate.checks)
    return (f"Gate {_outcome(gate)}: {checks} ({takes})", *filter(None, [undecided_line(gate, compared)]))


def undecided_line(gate: AuditGate, compared: AuditChange) -> str:
    """The change that may hide, what would show it, and the word that fails at it; "" if none may."""
    undecided = [check for check in gate.checks if check.is_undecided]
    if not undecided:
        return ""
    reach = max(check.reach for check in undecided)
    hides = f"a change of {percent(reach)} may hide" if isfinite(reach) else "there is no interval"
    line = f"undecided: {hides}; to decide, audit both with more --passes"
    if compared.is_disturbed:
        line = f"undecided: {DISTURBED}"
    if any(check.trigger.word == UNCLEAR for check in gate.checks):
        return line
    return f"{line}; add unclear to --fail-on to fail at what is undecided"


def to_json(gate: AuditGate) -> Mapping[str, object]:
    """The answer for a program: passed or not, and each word with what was found."""
    checks = list(map(_to_json, gate.checks))
    return {"passed": gate.passed, "compared_nothing": gate.compares_nothing, "checks": checks}


def _to_json(check: AuditCheck) -> Mapping[str, object]:
    return {
        "word": check.trigger.word,
        "least": check.trigger.least,
        "tripped": check.is_tripped,
        "undecided": check.is_undecided,
        "reach": check.reach if isfinite(check.reach) else None,
    }


def _outcome(gate: AuditGate) -> str:
    if not gate.passed:
        return "FAILED"
    return "passed, but decided NOTHING" if all(check.is_undecided for check in gate.checks) else "passed"


def _answer(check: AuditCheck) -> str:
    if check.is_tripped:
        return "yes"
    return "undecided" if check.is_undecided else "no"
