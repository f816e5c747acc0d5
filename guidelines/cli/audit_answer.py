"""The answer of `guidelines audit`, and that of `report` on audits, with the limits of --fail-on."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from guidelines.cli.formats import Answer
from guidelines.cli.output import CommandError, remark
from guidelines.results.number_of import number_of

if TYPE_CHECKING:
    from guidelines.analysis.audit.result import AuditResult
    from guidelines.analysis.audit.too_dear import Check, Limits

TOP = 15
TO_DECIDE = "to decide, audit with more --passes, on a quiet machine"
TO_FAIL = "add unclear to --fail-on to fail at what is undecided"


def add_top(parser: ArgumentParser, of_what: str = "") -> None:
    """Add the number of parts to show."""
    parser.add_argument(
        "--top",
        type=_top,
        default=TOP,
        metavar="N",
        help=f"show the N dearest parts{of_what} (default: %(default)s)",
    )


def add_fail_on(parser: ArgumentParser, of_what: str = "") -> None:
    """Add limits on shares and prices."""
    parser.add_argument(
        "--fail-on",
        metavar="LIST",
        help=f"exit with status 1 if a guideline takes more of the time{of_what} than a limit, for certain: "
        "if the low end of its interval does. share:G4:20%%: what breaks G4 takes more than 20%% of the "
        "network's time; price:G1:5%%: keeping G1 would save more than 5%%. unclear: also if that is not "
        "decided, since the interval spans a limit or a part was not measured. The interval alone decides: a "
        "disturbed audit is judged by it like any other. Separate several by commas",
    )


def limits_of(text: str | None) -> "Limits | None":
    """The limits of --fail-on, None without it. Raises CommandError naming the part that is wrong."""
    from guidelines.analysis.audit.too_dear import limits

    try:
        return None if text is None else limits(text)
    except ValueError as error:
        raise CommandError(f"--fail-on: {error}") from error


def answer_of(kind: str, results: "Sequence[AuditResult]", top: int) -> Answer:
    """Audits one after the other."""
    from guidelines.report import part_records
    from guidelines.report.subjects.audit import document as subject

    return Answer(
        kind=kind,
        document=subject.document(results, top),
        records=part_records.of_audits(results),
        facts={"audits": part_records.facts(results)},
    )


def gated(answer: Answer, results: "Sequence[AuditResult]", wanted: "Limits | None") -> tuple[Answer, int]:
    """An answer that begins with the limits that are exceeded or undecided, and the status.

    Stderr tells them, too.
    """
    from guidelines.analysis.audit.too_dear import EXCEEDED, UNDECIDED, checks

    if wanted is None:
        return answer, 0
    every = list(checks(results, wanted.limits))
    exceeded = [_line(each) for each in every if each.outcome == EXCEEDED]
    undecided = [_line(each) for each in every if each.outcome == UNDECIDED]
    lines = [*exceeded, *undecided]
    if undecided:
        lines.append(TO_DECIDE if wanted.fails_if_unclear else f"{TO_DECIDE}; {TO_FAIL}")
    for line in lines:
        remark(f"guidelines: {line}")
    lead = (*(lines or ["no limit of --fail-on is exceeded"]), *answer.document.lead)
    document = replace(answer.document, lead=lead)
    failed = bool(exceeded or (undecided and wanted.fails_if_unclear))
    gate = {"passed": not failed, "exceeded": exceeded, "undecided": undecided}
    return replace(answer, document=document, facts={**answer.facts, "gate": gate}), int(failed)


def _line(check: "Check") -> str:
    """A limit that is exceeded: "failed: net: what breaks G4 takes 52 [49, 55] % of the time, ..."."""
    from guidelines.analysis.audit.too_dear import EXCEEDED, PRICE
    from guidelines.report.differences import saving
    from guidelines.results.checked import printable

    guideline, most = check.limit.guideline, f"{100 * check.limit.most:g} %"
    words, unknown = f"what breaks {guideline} takes", f"{guideline} was not measured"
    if check.limit.word == PRICE:
        words = f"keeping {guideline} would save"
        unknown = f"what {words} was not measured"
    told = f"{words} {saving(check.amount)} of the time" if check.amount else unknown
    target = printable(check.target)
    if check.outcome == EXCEEDED:
        return f"failed: {target}: {told}, more than {most}"
    lacking = "without a price" if check.limit.word == PRICE else "not measured"
    missing = f"; {number_of(check.missing, 'part')} {lacking}" if check.missing else ""
    return f"undecided: {target}: {told}, the limit is {most}{missing}"


def _top(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**6:
        raise ArgumentTypeError(f"{text!r} is no whole number from 1 to 999999")
    return int(text)
