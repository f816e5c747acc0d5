"""Make tables narrower by breaking the words of their cells; figures stay whole."""

from collections.abc import Sequence
from dataclasses import replace

from guidelines.report.document import Grid, Row, Value
from guidelines.report.formats.layout import widest, wrapped

# A column of words does not become narrower than this: they would not be readable.
NARROWEST_WORDS = 8
NARROWEST_GROUP = 12


def with_groups_broken(grid: Grid, too_wide: int) -> Grid:
    """A table whose groups have narrower names, by a number of characters or by as many as they can be."""
    if too_wide <= 0:
        return grid
    width = max(NARROWEST_GROUP, widest("\n".join(row.group for row in grid.rows)) - too_wide)
    rows = [replace(row, group="\n".join(wrapped(row.group, width))) for row in grid.rows]
    return replace(grid, rows=tuple(rows))


def with_words_broken(grid: Grid, columns: Sequence[int], too_wide: int) -> Grid:
    """A table whose columns of words are narrower by a number of characters, or by as many as they can be.

    The names of the rows, in the first column, stay as they are.
    """
    rows = grid.rows
    for column in columns[1:]:
        if too_wide <= 0 or grid.heads[column].is_number:
            continue
        width = max(widest(row.values[column].text) for row in rows)
        narrower = min(width, max(NARROWEST_WORDS, width - too_wide))
        rows = tuple(_with_cell_broken(row, column, narrower) for row in rows)
        too_wide -= width - narrower
    return replace(grid, rows=rows)


def _with_cell_broken(row: Row, column: int, width: int) -> Row:
    lines: list[str] = []
    for line in row.values[column].text.split("\n"):
        lines += wrapped(line, width) or [""]
    values = list(row.values)
    values[column] = Value("\n".join(lines), values[column].key)
    return replace(row, values=tuple(values))
