"""Turn the tables of a run into sections of a document, with verdicts and notes."""

from collections.abc import Sequence, Set
from dataclasses import replace
from itertools import chain

from guidelines.analysis.measured import distinct
from guidelines.analysis.sweep_result import SweepResult, VariantResult
from guidelines.analysis.tables import Table
from guidelines.paper import tables as paper
from guidelines.report.document import Grid, Head, Row, Section, Value
from guidelines.report.formats.text import tabulated
from guidelines.report.subjects.account import account
from guidelines.report.subjects.columns import figures, sizes, values
from guidelines.report.subjects.conditions import condition_labels
from guidelines.report.subjects.how_measured import every_disturbance, marked
from guidelines.report.subjects.sentences import notes, verdict
from guidelines.results.model import TableKey

NAME = Head("variant", is_number=False)


def sections(tables: Sequence[Table]) -> tuple[Section, ...]:
    """One section for each table: its figures, verdicts and notes.

    If there are several conditions, titles and verdicts name what differs between them.
    """
    labels = condition_labels([table.condition for table in tables])
    known = {TableKey(table.guideline, table.condition) for table in tables}
    return tuple(_section(table, labels[table.condition], _is_replayed(table, known)) for table in tables)


def _is_replayed(table: Table, known: Set[TableKey]) -> bool:
    """True if there is a table of the same guideline in mode cudagraph, beside one in another mode."""
    replayed = replace(table.condition, mode="cudagraph")
    return replayed != table.condition and TableKey(table.guideline, replayed) in known


def _section(table: Table, condition: str, is_replayed: bool) -> Section:
    title = _title(table)
    return Section(
        title=f"{title}: {condition}" if condition else title,
        grid=_grid(table),
        verdicts=tuple(verdict(table, sweep, condition) for sweep in table.sweeps),
        accounts=tuple(map(account, table.sweeps)),
        notes=tuple(notes(table, is_replayed)),
        wide=_side_by_side(table),
        picture=table.guideline,
        details=tuple(chain.from_iterable(map(every_disturbance, table.sweeps))),
    )


def _title(table: Table) -> str:
    number = paper.table_number(table.guideline, table.condition.image_size)
    source = f" (paper: Table {number}, {table.platform.upper()})" if number else ""
    return f"{table.guideline} {table.claim}{source}"


def _grid(table: Table) -> Grid:
    columns = [*sizes(table), *figures(table)]
    rows = []
    for sweep in table.sweeps:
        for variant in sweep.variants:
            name = Value(variant.variant, variant.row)
            rows.append(Row((name, *values(columns, variant)), marked(sweep)))
    return Grid((NAME, *(column.head for column in columns)), tuple(rows), "sweep")


def _side_by_side(table: Table) -> str:
    """The paper's layout: a row for each variant, columns for each sweep, sizes of the first sweep.

    "" if the sweeps have no variant in common, or if their work is unequal, so that all sizes matter.
    """
    if any(sweep.is_per_multiply_add for sweep in table.sweeps):
        return ""
    of_sweeps = [_by_name(sweep) for sweep in table.sweeps]
    if len(of_sweeps) > 1 and not set.intersection(*map(set, of_sweeps)):
        return ""
    own, measured = sizes(table), figures(table)
    rows = []
    for name in distinct(of_sweeps):
        row = values(own, of_sweeps[0].get(name))
        for of_sweep in of_sweeps:
            row += values(measured, of_sweep.get(name))
        rows.append([name, *(value.text for value in row)])
    top = ["", *[""] * len(own)]
    for sweep in table.sweeps:
        top += [marked(sweep), *[""] * (len(measured) - 1)]
    columns = [*own, *measured * len(table.sweeps)]
    return tabulated(rows, [[], *(column.head.words for column in columns)], top)


def _by_name(sweep: SweepResult) -> dict[str, VariantResult]:
    return {variant.variant: variant for variant in sweep.variants}
