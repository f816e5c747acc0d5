"""`guidelines report`: the tables and verdicts of each machine."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from guidelines.cli.arguments import add_files, add_output, add_paper
from guidelines.cli.audit_answer import add_fail_on, add_top, answer_of, gated, limits_of
from guidelines.cli.formats import Answer
from guidelines.cli.output import CommandError, show

OF_AUDITS = " of an audit"

if TYPE_CHECKING:
    from guidelines.analysis.measured import MachineResults
    from guidelines.analysis.tables import Table
    from guidelines.paper.tables import Platform
    from guidelines.report.document import Document, Section
    from guidelines.report.figures import Record

HELP = "show saved runs: the answer, tables and verdicts"
DESCRIPTION = (
    "Show saved runs: the answer, then the tables and verdicts of each machine. Repeated runs of a machine "
    "are merged. Audits are shown one after the other."
)


def add_arguments(parser: ArgumentParser) -> None:
    """Add the arguments of the command."""
    add_files(parser)
    add_output(parser)
    add_paper(parser)
    parser.add_argument(
        "--only",
        metavar="LIST",
        help="show these guidelines alone, such as G2 or g2,g4; with `-o g2.tex`, a table for an article",
    )
    add_top(parser, OF_AUDITS)
    add_fail_on(parser, OF_AUDITS)


def run(options: Namespace) -> int:
    """Show the tables of each machine, then the audits.

    Returns 1 if a limit of --fail-on is exceeded, else the status for files that were left out, or 0.
    """
    from guidelines.analysis.audit.fit import fitted
    from guidelines.cli.machines import merged_machines, paths_of, read_files, status_of

    wanted = limits_of(options.fail_on)
    reading = read_files(options)
    audits = list(map(fitted, reading.audits))
    if wanted and not audits:
        raise CommandError("--fail-on: limits an audit, and these files hold none; `compare` has its own")
    machines = merged_machines(reading)
    answers = []
    if options.only and not machines:
        raise CommandError("--only: selects tables of runs, and these files are audits, which have none")
    if machines or not audits:
        answers.append(answer_of_machines(_only(machines, options.only), options.paper))
    if audits:
        answers.append(answer_of("report", audits, options.top))
    answer, status = gated(_together(answers), audits, wanted)
    show(answer, options, read=paths_of(options, reading))
    return status or status_of(reading)


def _together(answers: Sequence[Answer]) -> Answer:
    """Two answers as one: what is on the runs, then what is on audits."""
    if len(answers) == 1:
        return answers[0]
    runs, audits = answers
    document = replace(
        runs.document,
        title=f"{runs.document.title}; {audits.document.title}",
        lead=(*runs.document.lead, *audits.document.lead),
        sections=(*runs.document.sections, *audits.document.sections),
        shares=audits.document.shares,
    )
    records = [*runs.records, *audits.records]
    return replace(runs, document=document, records=records, facts={**runs.facts, **audits.facts})


def answer_of_machines(machines: "Sequence[MachineResults]", paper: "Platform | None" = None) -> Answer:
    """The report on machines, beside the paper's figures for a platform (default: the device's own)."""
    from guidelines.analysis.tables import tables
    from guidelines.cli.machines import series_of

    tables_by_machine = [tables(results, paper) for results in machines]
    return Answer(
        kind="report",
        document=_document(machines, tables_by_machine),
        records=_records(machines, tables_by_machine),
        series=partial(series_of, machines, tables_by_machine),
        facts=_ceilings(machines),
    )


def _only(machines: "Sequence[MachineResults]", text: str | None) -> "list[MachineResults]":
    """The results for the guidelines of a list, from machines that have any.

    Raises CommandError for a guideline that no machine has.
    """
    from guidelines.analysis.measured import distinct
    from guidelines.analysis.selection import guidelines_of, of_guidelines

    if text is None:
        return list(machines)
    wanted = [name.strip() for name in text.split(",")]
    known = distinct(guidelines_of(results) for results in machines)
    in_any_case = {name.lower(): name for name in known} | {name: name for name in known}
    named = [in_any_case.get(name, in_any_case.get(name.lower(), "")) for name in wanted]
    if "" in named:
        unknown = wanted[named.index("")]
        raise CommandError(f"--only: there is no {unknown!r} in these files, but {', '.join(known)}")
    selected = [of_guidelines(results, named) for results in machines]
    return [results for results in selected if guidelines_of(results)]


def _document(
    machines: "Sequence[MachineResults]", tables_by_machine: "Sequence[Sequence[Table]]"
) -> "Document":
    from guidelines.report.document import Document
    from guidelines.report.subjects import account_bars, answer, heat_map
    from guidelines.report.subjects.report import parts
    from guidelines.report.subjects.sides import side

    lead: list[str] = []
    sections: list[Section] = []
    for name, results, tables in zip(_names(machines), machines, tables_by_machine, strict=True):
        lead += [side(results), *results.notes]
        if len(machines) > 1:
            sections.append(_heading(name, results))
        sections += parts(results, tables)
    return Document(
        "Guidelines",
        tuple(lead),
        tuple(sections),
        answer=answer.lines(tables_by_machine),
        heat_maps=heat_map.of_report(machines, tables_by_machine, sections),
        bars=account_bars.of_report(machines, tables_by_machine, sections),
    )


def _names(machines: "Sequence[MachineResults]") -> list[str]:
    from guidelines.report.labels import of_results
    from guidelines.report.short_labels import headings

    return headings([of_results(results) for results in machines])


def _heading(name: str, results: "MachineResults") -> "Section":
    from guidelines.report.document import Section

    runs = f"{results.runs} run{'s' * (results.runs > 1)}"
    return Section(name, notes=(f"{runs}: {', '.join(results.sources)}",))


def _ceilings(machines: "Sequence[MachineResults]") -> "dict[str, object]":
    """The ceilings of all machines, with the files that hold them; nothing if there are none."""
    from guidelines.results.ceilings import to_saved

    known: list[dict[str, object]] = []
    for results in machines:
        known += [{"files": " ".join(results.sources), **to_saved(each)} for each in results.ceilings]
    return {"ceilings": known} if known else {}


def _records(
    machines: "Sequence[MachineResults]", tables_by_machine: "Sequence[Sequence[Table]]"
) -> "list[Record]":
    from guidelines.report.records import of_tables

    records: list[Record] = []
    for results, tables in zip(machines, tables_by_machine, strict=True):
        records += of_tables(results, tables)
    return records
