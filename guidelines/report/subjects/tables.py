"""Turn the tables of a run into sections of a document, with verdicts and notes."""

from collections.abc import Iterable, Mapping, Sequence

from guidelines.analysis.measured import distinct
from guidelines.analysis.sweep_result import SweepResult, VariantResult
from guidelines.analysis.tables import Table
from guidelines.paper import tables as paper
from guidelines.report.document import Grid, Head, Row, Section, Value
from guidelines.report.formats.text import tabulated
from guidelines.report.labels import phrase
from guidelines.report.subjects.columns import figures, sizes, values
from guidelines.report.subjects.sentences import marked, notes, verdict
from guidelines.spec.condition import Condition

NAME = Head("variant", is_number=False)


def sections(tables: Sequence[Table]) -> tuple[Section, ...]:
    """One section for each table: its figures, verdicts and notes.

    If there are several conditions, titles and verdicts name what differs between them.
    """
    labels = _labels([table.condition for table in tables])
    return tuple(_section(table, labels[table.condition]) for table in tables)


def _section(table: Table, condition: str) -> Section:
    title = _title(table)
    return Section(
        title=f"{title}: {condition}" if condition else title,
        grid=_grid(table),
        verdicts=tuple(verdict(table, sweep, condition) for sweep in table.sweeps),
        notes=tuple(notes(table)),
        wide=_side_by_side(table),
        picture=table.guideline,
    )


def _labels(conditions: Sequence[Condition]) -> dict[Condition, str]:
    """A label for each condition, of what differs between them; "" if there is only one."""
    known = {condition: condition.texts for condition in conditions}
    varying = [name for name in distinct(known.values()) if _varies(name, known.values())]
    labels = {}
    for condition, texts in known.items():
        labels[condition] = ", ".join(phrase(name, texts[name]) for name in varying if texts[name])
    return labels


def _varies(name: str, conditions: Iterable[Mapping[str, str]]) -> bool:
    """True if a text is not the same for all conditions for which it has a meaning."""
    return len({texts[name] for texts in conditions} - {""}) > 1


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
