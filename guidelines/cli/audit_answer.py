"""The answer of `guidelines audit`, and that of `report` on audits, with the limits of --fail-on."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from guidelines.cli.formats import Answer
from guidelines.cli.output import CommandError, remark

if TYPE_CHECKING:
    from guidelines.analysis.audit import AuditResult
    from guidelines.analysis.too_dear import Excess, Limit

TOP = 15


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
        "network's time; price:G1:5%%: keeping G1 would save more than 5%%. Separate several by commas",
    )


def limits_of(text: str | None) -> "tuple[Limit, ...]":
    """The limits of --fail-on. Raises CommandError naming the part that is wrong."""
    from guidelines.analysis.too_dear import limits

    try:
        return () if text is None else limits(text)
    except ValueError as error:
        raise CommandError(f"--fail-on: {error}") from error


def answer_of(kind: str, results: "Sequence[AuditResult]", top: int) -> Answer:
    """Audits one after the other."""
    from guidelines.report import part_records
    from guidelines.report.subjects import audit as subject

    return Answer(
        kind=kind,
        document=subject.document(results, top),
        records=part_records.of_audits(results),
        facts={"audits": part_records.facts(results)},
    )


def gated(answer: Answer, results: "Sequence[AuditResult]", wanted: "Sequence[Limit]") -> tuple[Answer, int]:
    """An answer that begins with the limits that were exceeded, which stderr tells, too, and the status."""
    from guidelines.analysis.too_dear import exceeded

    if not wanted:
        return answer, 0
    lines = [_line(each) for each in exceeded(results, wanted)]
    for line in lines:
        remark(f"guidelines: {line}")
    shown = lines or ["no limit of --fail-on is exceeded"]
    document = replace(answer.document, lead=(*shown, *answer.document.lead))
    facts = {**answer.facts, "gate": {"passed": not lines, "exceeded": lines}}
    return replace(answer, document=document, facts=facts), 1 if lines else 0


def _line(excess: "Excess") -> str:
    """A limit that is exceeded: "failed: net: what breaks G4 takes 52 [49, 55] % of the time, ..."."""
    from guidelines.analysis.too_dear import SHARE
    from guidelines.report.differences import saving
    from guidelines.results.checked import printable

    limit, amount = excess.limit, saving(excess.amount)
    what = f"keeping {limit.guideline} would save {amount}"
    if limit.word == SHARE:
        what = f"what breaks {limit.guideline} takes {amount}"
    return f"failed: {printable(excess.target)}: {what} of the time, more than {100 * limit.most:g} %"


def _top(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**6:
        raise ArgumentTypeError(f"{text!r} is no whole number from 1 to 999999")
    return int(text)
