"""Tables of a run as sections of a document, with their verdicts and footers in words."""

from collections.abc import Sequence
from dataclasses import asdict

from guidelines import paper
from guidelines.report.digits import (
    brackets,
    channels,
    level,
    millions,
    number,
    percent,
    times,
    with_half_width,
)
from guidelines.report.document import BREAK, Grid, Head, Section, Value
from guidelines.report.document import Row as GridRow
from guidelines.report.formats.text import tabulated
from guidelines.report.labels import DISTURBED, phrase
from guidelines.report.table import Cell, Column, Row, Table
from guidelines.spec import Condition
from guidelines.stats import Estimate

NAME = Head("variant", is_number=False)
WIDTHS, MULTIPLY_ADDS = Head("c"), Head(f"M mult-{BREAK}adds")
CONV_MEMORY_ACCESS, MEMORY_ACCESS = Head("M conv. memory access"), Head("M memory access")
UNITS = {"arm": Head(f"images{BREAK}/s"), "gpu": Head(f"batches{BREAK}/s")}
LAUNCH_BOUND = "*"
SLOWDOWN, PER_MULTIPLY_ADD, PAPER = Head("slow-down"), Head(f"per mult-{BREAK}add"), Head("paper")


def sections(tables: Sequence[Table]) -> tuple[Section, ...]:
    """One section a table: what was measured, its verdicts, its conditions and its failures.

    Titles and verdicts say what tells the conditions of several apart.
    """
    told = _told_apart([table.condition for table in tables])
    return tuple(
        Section(
            title=f"{_title(table)}: {told[table.condition]}" if told[table.condition] else _title(table),
            grid=_grid(table),
            verdicts=tuple(verdict(table, column, told[table.condition]) for column in table.columns),
            notes=tuple(_notes(table)),
            wide=_side_by_side(table),
            picture=table.guideline,
        )
        for table in tables
    )


def setup(condition: Condition) -> str:
    """A condition in words, without the device."""
    threads = f"{condition.threads} thread{'s' * (condition.threads > 1)}"
    return (
        f"{condition.dtype}, {condition.layout}, {condition.mode}, batch {condition.batch_size}, "
        f"{condition.image_size}x{condition.image_size}, {threads}, {condition.channels} channels"
    )


def _told_apart(conditions: Sequence[Condition]) -> dict[Condition, str]:
    """Each condition by what is not the same for all of them, "" where there is only one."""
    known = {condition: asdict(condition) for condition in conditions}
    for attributes in known.values():
        del attributes["device_name"]
    names = dict.fromkeys(name for attributes in known.values() for name in attributes)
    varying = [name for name in names if len({attributes[name] for attributes in known.values()}) > 1]
    return {
        condition: ", ".join(phrase(name, str(attributes[name])) for name in varying)
        for condition, attributes in known.items()
    }


def verdict(table: Table, column: Column, condition: str = "") -> str:
    """The verdict of one sweep as a sentence, with its interval and the paper's figure."""
    name, verdict = f"{table.guideline} {_marked(column)}", column.verdict
    name = f"{name} ({condition})" if condition else name
    if verdict is None:
        return f"{name} no verdict: {column.extreme} was not measured"
    faster = verdict.slowdown.estimate < 1
    effect = verdict.slowdown.inverse() if faster else verdict.slowdown
    direction = "faster" if faster else "slower"
    unit = " per mult-add" if column.is_per_multiply_add else ""
    line = (
        f"{name} {verdict.outcome}: {column.extreme} is {times(effect)} {direction}{unit} "
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


def _marked(column: Column) -> str:
    """A sweep's name with what is to be said against its verdict."""
    extremes = [row.cell for row in column.rows if row.variant == column.extreme]
    waits = any(cell.is_launch_bound for cell in extremes)
    return f"{_name(column)} {LAUNCH_BOUND}" if waits else _name(column)


def _name(column: Column) -> str:
    return f"{column.sweep} {DISTURBED}" if column.disturbed else column.sweep


def _title(table: Table) -> str:
    number = paper.table_number(table.guideline, table.condition.image_size)
    source = f" (paper: Table {number}, {table.platform.upper()})" if number else ""
    return f"{table.guideline} {table.claim}{source}"


def _grid(table: Table) -> Grid:
    rows = [
        GridRow(
            (Value(row.variant, row.place), *_sizes(row, table).values(), *_values(row.cell, table)),
            _name(column),
        )
        for column in table.columns
        for row in column.rows
    ]
    sizes = _sizes(table.columns[0].rows[0], table)
    return Grid((NAME, *sizes, *_heads(table)), tuple(rows), "sweep")


def _side_by_side(table: Table) -> str:
    """The paper's layout: a row a variant, a group of columns a sweep; sizes of the first sweep.

    Empty where the sweeps have no variant in common, or unequal work, whose sizes matter.
    """
    if any(column.is_per_multiply_add for column in table.columns):
        return ""
    variants = [dict.fromkeys(row.variant for row in column.rows) for column in table.columns]
    if len(variants) > 1 and not set.intersection(*map(set, variants)):
        return ""
    heads, rows = _heads(table), []
    sizes = _sizes(table.columns[0].rows[0], table)
    for variant in dict.fromkeys(name for names in variants for name in names):
        found = [_find(column, variant) for column in table.columns]
        own = _sizes(found[0], table).values() if found[0] else (Value(),) * len(sizes)
        cells = (value for row in found for value in _values(row.cell if row else Cell(), table))
        rows.append([variant, *(value.text for value in (*own, *cells))])
    top = ["", *[""] * len(sizes)]
    for column in table.columns:
        top += [_name(column), *[""] * (len(heads) - 1)]
    return tabulated(rows, [[], *(head.words for head in (*sizes, *heads * len(table.columns)))], top)


def _heads(table: Table) -> tuple[Head, ...]:
    """The columns of a sweep; those that would stand empty in the whole table are left out."""
    cells = [row.cell for column in table.columns for row in column.rows]
    shown = {
        UNITS[table.condition.platform]: True,
        SLOWDOWN: True,
        PER_MULTIPLY_ADD: any(cell.per_multiply_add for cell in cells),
        PAPER: any(cell.paper for cell in cells),
    }
    return tuple(head for head, show in shown.items() if show)


def _values(cell: Cell, table: Table) -> list[Value]:
    throughput = Value(("skipped" if cell.is_skip else "failed") if cell.failure else "")
    if cell.throughput:
        throughput = Value(number(cell.throughput), cell.throughput.estimate)
    mark = LAUNCH_BOUND if cell.is_launch_bound else ""
    measured = {
        UNITS[table.condition.platform]: throughput,
        SLOWDOWN: _value(cell.slowdown, f"{with_half_width(cell.slowdown)}{mark}" if cell.slowdown else ""),
        PER_MULTIPLY_ADD: _value(
            cell.per_multiply_add, number(cell.per_multiply_add) if cell.per_multiply_add else ""
        ),
        PAPER: Value(f"{cell.paper.slowdown:.2f}", cell.paper.slowdown) if cell.paper else Value(),
    }
    return [measured[head] for head in _heads(table)]


def _value(estimate: Estimate | None, text: str) -> Value:
    return Value(text, estimate.estimate if estimate else None)


def _sizes(row: Row, table: Table) -> dict[Head, Value]:
    """A network's width and work; for whole networks, which have many widths, what convolutions access."""
    widths = {WIDTHS: Value(channels(row.channels), sum(row.channels))}
    conv = row.conv_memory_access
    convs = {CONV_MEMORY_ACCESS: Value() if conv is None else Value(millions(conv), conv)}
    has_widths = any(row.channels for column in table.columns for row in column.rows)
    return {
        **(widths if has_widths else {}),
        MULTIPLY_ADDS: Value(millions(row.multiply_adds), row.multiply_adds),
        **({} if has_widths else convs),
        MEMORY_ACCESS: Value(millions(row.memory_access), row.memory_access),
    }


def _prepared(column: Column, condition: Condition) -> list[str]:
    """How long compiling (with what torch's caches held) or capturing took, none in eager mode."""
    times_s = [
        of_run.setup_s
        for row in column.rows
        for of_run in row.cell.circumstances
        if of_run.setup_s is not None
    ]
    if not times_s:
        return []
    what = "captured" if condition.mode == "cudagraph" else "compiled"
    return [
        f"{column.sweep} {what} in {min(times_s):.2g} to {max(times_s):.2g} s a network, before the timing"
    ]


def _launch_bound(table: Table) -> list[str]:
    """What the mark of launch-bound cells means, and what would show the device instead."""
    bound = [
        found
        for column in table.columns
        for row in column.rows
        if (found := row.cell.launch_bound) is not None
    ]
    if not bound:
        return []
    condition = table.condition
    excess = max(how.launch_s / how.device_s for how in bound if how.launch_s and how.device_s)
    graphs = "" if condition.mode == "cudagraph" else f", or --mode cudagraph --device {condition.device}"
    return [
        f"{LAUNCH_BOUND} launching this network or its baseline takes the CPU up to {excess:.2g} times as "
        "long as computing it takes the device, so that its time is the CPU's; --batch-size auto"
        f"{graphs} would show the device"
    ]


def _find(column: Column, variant: str) -> Row | None:
    return next((row for row in column.rows if row.variant == variant), None)


def _notes(table: Table) -> list[str]:
    condition = table.condition
    lines = [f"{condition.device} ({condition.device_name}), {setup(condition)}"]
    for column in table.columns:
        tau = column.kendall_tau
        order = "" if tau is None else f", tau with the paper {tau:.2f}"
        runs = f" in {column.runs} runs" if column.runs > 1 else ""
        lines.append(
            f"{column.sweep}: {column.rounds} rounds{runs}, stopped by {column.stopped}, "
            f"noise floor {percent(column.noise_floor)}{order}"
        )
        lines += [f"{_name(column)} disturbed: {reason}" for reason in column.disturbed]
        lines += [f"{column.sweep} was measured again: {reason}" for reason in column.retried]
        lines += _prepared(column, condition)
        lines += [
            f"{column.sweep} {row.variant} {'' if row.cell.is_skip else 'failed: '}{row.cell.failure}"
            for row in column.rows
            if row.cell.failure
        ]
    lines += _launch_bound(table)
    if table.confidence is not None:
        sure = level(table.confidence)
        lines.append(f"±: {sure} each; [ ]: {sure} for the verdicts of the table together (Holm)")
    scatter = next((column.scatter for column in table.columns if column.scatter is not None), None)
    if scatter is not None:
        lines.append(
            f"between runs, slow-downs scatter {scatter:.2g} times as far as their own intervals say "
            "(Birge ratio); ± covers it"
        )
    return lines
