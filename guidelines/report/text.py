"""Tables as plain text for a terminal: side by side as in the paper where there is room, else stacked."""

from collections.abc import Sequence
from textwrap import wrap

from tabulate import SEPARATING_LINE, tabulate

from guidelines import paper
from guidelines.report.digits import (
    brackets,
    millions,
    number,
    percent,
    times,
    with_half_width,
)
from guidelines.report.table import Cell, Column, Row, Table
from guidelines.spec import Condition

UNITS = {"arm": "images /s", "gpu": "batches /s"}
SIZES = ("c", "M mult- adds", "M memory access")
NOTHING = Cell(None, None, None, None)


def render(tables: Sequence[Table], width: int) -> str:
    """All tables with their verdicts and footers, at most `width` columns wide where that is possible."""
    wide = [_side_by_side(table) for table in tables]
    fits = all(_width(text) <= width for text in wide)
    bodies = wide if fits else [_stacked(table) for table in tables]
    return "\n\n".join(
        "\n".join([_title(table), "", body, "", *_verdicts(table, width), *_footer(table, width)])
        for table, body in zip(tables, bodies, strict=True)
    )


def _title(table: Table) -> str:
    number = paper.table_number(table.guideline)
    source = f" (paper: Table {number}, {table.platform.upper()})" if number else ""
    return f"{table.guideline} {table.claim}{source}"


def _side_by_side(table: Table) -> str:
    """The paper's layout: a row a variant, a group of columns a sweep; sizes of the first sweep."""
    variants = dict.fromkeys(row.variant for column in table.columns for row in column.rows)
    rows = []
    for variant in variants:
        found = [_find(column, variant) for column in table.columns]
        first = found[0]
        cells = (_cells(row.cell if row else NOTHING, table) for row in found)
        size = _size(first) if first else [""] * len(SIZES)
        rows.append([variant, *size, *(text for group in cells for text in group)])
    names = _names(table)
    top = ["", *[""] * len(SIZES)]
    for column in table.columns:
        top += [column.sweep, *[""] * (len(names) - 1)]
    return _tabulate(rows, [*SIZES, *names * len(table.columns)], top)


def _stacked(table: Table) -> str:
    """The same figures with the sweeps below each other."""
    headers = [*SIZES, *_names(table)]
    rows: list[list[str]] = []
    for column in table.columns:
        rows.append([column.sweep, *[""] * len(headers)])
        rows += [[f" {row.variant}", *_size(row), *_cells(row.cell, table)] for row in column.rows]
    return _tabulate(rows, headers)


def _names(table: Table) -> list[str]:
    """The columns of a sweep; those that would stand empty in the whole table are left out."""
    cells = [row.cell for column in table.columns for row in column.rows]
    shown = {
        UNITS[table.condition.platform]: True,
        "slow-down": True,
        "per mult- add": any(cell.per_multiply_add for cell in cells),
        "paper": any(cell.paper for cell in cells),
    }
    return [name for name, show in shown.items() if show]


def _cells(cell: Cell, table: Table) -> list[str]:
    throughput = number(cell.throughput) if cell.throughput else ""
    measured = {
        UNITS[table.condition.platform]: "failed" if cell.failure else throughput,
        "slow-down": with_half_width(cell.slowdown) if cell.slowdown else "",
        "per mult- add": number(cell.per_multiply_add) if cell.per_multiply_add else "",
        "paper": f"{cell.paper.slowdown:.2f}" if cell.paper else "",
    }
    return [measured[name] for name in _names(table)]


def _size(row: Row) -> list[str]:
    channels = ", ".join(map(str, row.channels))
    return [channels, millions(row.multiply_adds), millions(row.memory_access)]


def _find(column: Column, variant: str) -> Row | None:
    return next((row for row in column.rows if row.variant == variant), None)


def _verdicts(table: Table, width: int) -> list[str]:
    lines = [_verdict(table, column) for column in table.columns]
    return _wrapped(lines, width)


def _verdict(table: Table, column: Column) -> str:
    name, verdict = f"{table.guideline} {column.sweep}", column.verdict
    if verdict is None:
        return f"{name} no verdict: {column.extreme} was not measured"
    faster = verdict.slowdown.estimate < 1
    effect = verdict.slowdown.inverse() if faster else verdict.slowdown
    direction = "faster" if faster else "slower"
    line = (
        f"{name} {verdict.outcome}: {column.extreme} is {times(effect)} {direction} "
        f"than {column.baseline} {brackets(effect)}"
    )
    if column.per_multiply_add:
        share = column.per_multiply_add.inverse() if faster else column.per_multiply_add
        line += f", {times(share)} per mult-add"
    if column.paper:
        published = column.paper.slowdown
        agrees = (published < 1) == faster or published == 1
        opposite = "" if agrees else f" {'faster' if published < 1 else 'slower'}"
        line += f" (paper {max(published, 1 / published):.2f}x{opposite})"
    if verdict.outcome == "does not hold" and verdict.margin is not None:
        line += f"; the margin is {percent(verdict.margin)}"
    return f"{line}; {verdict.remedy}" if verdict.remedy else line


def _footer(table: Table, width: int) -> list[str]:
    lines = [_condition(table.condition)]
    for column in table.columns:
        tau = column.kendall_tau
        order = "" if tau is None else f", tau with the paper {tau:.2f}"
        lines.append(
            f"{column.sweep}: {column.rounds} rounds, stopped by {column.stopped}, "
            f"noise floor {percent(column.noise_floor)}{order}"
        )
        lines += [
            f"{column.sweep} {row.variant} failed: {row.cell.failure}"
            for row in column.rows
            if row.cell.failure
        ]
    if table.confidence is not None:
        level = f"{100 * table.confidence:.4g} %"
        lines.append(f"±: {level} each; [ ]: {level} for the verdicts of the table together (Holm)")
    return _wrapped(lines, width)


def _condition(condition: Condition) -> str:
    threads = f"{condition.threads} thread{'s' * (condition.threads > 1)}"
    return (
        f"{condition.device} ({condition.device_name}), {condition.dtype}, {condition.layout}, "
        f"{condition.mode}, batch {condition.batch_size}, "
        f"{condition.image_size}x{condition.image_size}, {threads}, {condition.channels} channels"
    )


def _tabulate(rows: list[list[str]], headers: Sequence[str], top: Sequence[str] = ()) -> str:
    """Rows of a name and figures, below headers of a word a line and a top line over groups of them."""
    # Headers go in as rows, aligned at the bottom: tabulate pads true headers by two columns each.
    lines: list[list[str]] = [[], *(header.split() for header in headers)]
    depth = max(map(len, lines))
    heads = zip(*([""] * (depth - len(line)) + line for line in lines), strict=True)
    table = tabulate(
        [*([list(top)] if top else []), *map(list, heads), SEPARATING_LINE, *rows],
        tablefmt="simple",
        colalign=("left",) + ("right",) * len(headers),
        disable_numparse=True,
        preserve_whitespace=True,
    )
    return "\n".join(table.splitlines()[1:-1])  # without the rules that tabulate draws around it


def _wrapped(lines: list[str], width: int) -> list[str]:
    return [
        part for line in lines for part in wrap(line, width, subsequent_indent="   ", break_on_hyphens=False)
    ]


def _width(text: str) -> int:
    return max(map(len, text.splitlines()))
