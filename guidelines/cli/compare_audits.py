"""`guidelines compare` for two audits: the change of a network's time, by guideline and by layer."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace

from guidelines.analysis.audit.change import AuditChange
from guidelines.analysis.audit.compare import audit_change
from guidelines.analysis.audit.gate import AuditGate, audit_gate
from guidelines.analysis.audit.result import AuditResult
from guidelines.analysis.measured import MachineResults
from guidelines.analysis.reading import Reading
from guidelines.analysis.triggers import Trigger
from guidelines.cli.formats import Answer
from guidelines.cli.machines import paths_of, status_of
from guidelines.cli.output import CommandError, remark, show
from guidelines.report import audit_records
from guidelines.report.subjects.audit import comparison as report
from guidelines.report.subjects.audit import gate as report_of_gate
from guidelines.report.subjects.audit.sides import Sides
from guidelines.results.number_of import number_of

POSSIBLE = "compare takes two audits, A and B, or files that are none"


def run(options: Namespace, reading: Reading, wanted: Sequence[Trigger]) -> int:
    """Show the change from one audit to another.

    Returns 1 if --fail-on finds something, else the status for files that were left out, or 0.
    Raises CommandError unless there are two audits and nothing else.
    """
    a, b = _two_audits(reading)
    compared = audit_change(a, b)
    answer = _answer(compared, Sides(a.network, b.network))
    read = paths_of(options, reading)
    if not wanted:
        show(answer, options, read)
        return status_of(reading)
    passed_or_not = _gate(compared, wanted)
    lines = report_of_gate.lines(passed_or_not, compared)
    document = replace(answer.document, lead=(*lines, *answer.document.lead), in_sight=len(lines))
    facts = {"gate": report_of_gate.to_json(passed_or_not)}
    show(replace(answer, document=document, facts=facts), options, read)
    for line in reversed(lines):
        remark(f"guidelines: {line}")
    return status_of(reading) if passed_or_not.passed else 1


def _answer(compared: AuditChange, sides: Sides) -> Answer:
    return Answer("compare_audits", report.document(compared, sides), audit_records.records(compared, *sides))


def _gate(compared: AuditChange, wanted: Sequence[Trigger]) -> AuditGate:
    try:
        return audit_gate(compared, wanted)
    except ValueError as error:
        raise CommandError(f"--fail-on: {error}") from error


def _two_audits(reading: Reading) -> list[AuditResult]:
    audits = reading.audits
    others: list[MachineResults] = []
    for runs in reading.runs_by_path:
        others += runs
    if others:
        audit, other = audits[0].network.sources[0], others[0].sources[0]
        raise CommandError(f"{audit} is an audit, {other} is none: {POSSIBLE}")
    if len(audits) != 2:
        raise CommandError(f"{number_of(len(audits), 'audit')} given: {POSSIBLE}")
    return audits
