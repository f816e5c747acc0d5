"""`guidelines compare` for two audits: the change of a network's time, by guideline and by layer."""

from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from guidelines.analysis.audit import AuditResult, audit_result
from guidelines.analysis.audit_change import AuditChange, audit_change
from guidelines.analysis.audit_gate import AuditGate, audit_gate
from guidelines.analysis.measured import MachineResults
from guidelines.analysis.reading import Reading
from guidelines.analysis.triggers import Trigger
from guidelines.cli.formats import Answer
from guidelines.cli.machines import paths_of, status_of
from guidelines.cli.output import CommandError, remark, show
from guidelines.report import audit_records
from guidelines.report.subjects import audit_comparison as report
from guidelines.report.subjects import audit_gate as report_of_gate
from guidelines.report.subjects.sides_of_audits import Sides
from guidelines.results.audit import AUDIT
from guidelines.results.checked import printable
from guidelines.results.files import load
from guidelines.results.number_of import number_of

POSSIBLE = "compare takes two audits, A and B, or files that are none"


def holds_audits(reading: Reading) -> bool:
    """True if one of the files that were read is an audit."""
    return any(map(_is_audit, _runs(reading)))


def run(options: Namespace, reading: Reading, wanted: Sequence[Trigger]) -> int:
    """Show the change from one audit to another.

    Returns 1 if --fail-on finds something, else the status for files that were left out, or 0.
    Raises CommandError unless there are two audits and nothing else.
    """
    runs = _two_audits(reading)
    a, b = (_audit(each, reading, options.max_bytes) for each in runs)
    compared = audit_change(a, b)
    answer = _answer(compared, Sides(*runs))
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


def _two_audits(reading: Reading) -> list[MachineResults]:
    runs = _runs(reading)
    audits = [each for each in runs if _is_audit(each)]
    others = [each for each in runs if not _is_audit(each)]
    if others:
        raise CommandError(f"{_sources(audits)} is an audit, {_sources(others)} is none: {POSSIBLE}")
    if len(audits) != 2:
        raise CommandError(f"{number_of(len(audits), 'audit')} given: {POSSIBLE}")
    return audits


def _sources(runs: Iterable[MachineResults]) -> str:
    """The first of some files: an error stays one line."""
    return next(each.sources[0] for each in runs)


def _runs(reading: Reading) -> list[MachineResults]:
    runs: list[MachineResults] = []
    for of_path in reading.runs_by_path:
        runs += of_path
    return runs


def _is_audit(results: MachineResults) -> bool:
    places = [*(each.place for each in results.measured), *(each.place for each in results.failures)]
    return any(place.guideline == AUDIT for place in places)


def _audit(results: MachineResults, reading: Reading, max_bytes: int) -> AuditResult:
    """The audit of a file, which is read once more: the time of a part is needed pass by pass."""
    source = results.sources[0]
    path = next((path for path in reading.files if printable(str(path)) == source), Path(source))
    try:
        return audit_result(load(path, max_bytes))
    except ValueError as error:
        raise CommandError(f"{source}: {error}") from error
