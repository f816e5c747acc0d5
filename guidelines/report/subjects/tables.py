"""Tables of a run as sections of a document, with their verdicts and notes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

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
    """One section a table: what was measured, its verdicts, its conditions and its failures.

    If there are several conditions, titles and verdicts say what tells them apart.
    """
    told = _told_apart([table.condition for table in tables])
    return tuple(_section(table, told[table.condition]) for table in tables)


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


def _told_apart(conditions: Sequence[Condition]) -> dict[Condition, str]:
    """Each condition by what is not the same for all of them, "" if there is only one."""
    known = {condition: asdict(condition) for condition in conditions}
    for attributes in known.values():
        del attributes["device_name"]
    varying = [name for name in _names(known.values()) if len({each[name] for each in known.values()}) > 1]
    told = {}
    for condition, attributes in known.items():
        told[condition] = ", ".join(phrase(name, str(attributes[name])) for name in varying)
    return told


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
    """The paper's layout: a row a variant, a group of columns a sweep; sizes of the first sweep.

    Empty if the sweeps have no variant in common, or unequal work, whose sizes matter.
    """
    if any(sweep.is_per_multiply_add for sweep in table.sweeps):
        return ""
    of_sweeps = [{variant.variant: variant for variant in sweep.variants} for sweep in table.sweeps]
    if len(of_sweeps) > 1 and not set.intersection(*map(set, of_sweeps)):
        return ""
    own, measured = sizes(table), figures(table)
    rows = []
    for name in _names(of_sweeps):
        row = values(own, of_sweeps[0].get(name))
        for of_sweep in of_sweeps:
            row += values(measured, of_sweep.get(name))
        rows.append([name, *(value.text for value in row)])
    top = ["", *[""] * len(own)]
    for sweep in table.sweeps:
        top += [marked(sweep), *[""] * (len(measured) - 1)]
    columns = [*own, *measured * len(table.sweeps)]
    return tabulated(rows, [[], *(column.head.words for column in columns)], top)


def _names(groups: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every name of some mappings once, in the order in which they first come."""
    names: dict[str, None] = {}
    for group in groups:
        names.update(dict.fromkeys(group))
    return list(names)
