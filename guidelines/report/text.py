"""A document as plain text for a terminal."""

from collections.abc import Sequence
from textwrap import wrap

from tabulate import SEPARATING_LINE, tabulate

from guidelines.report.document import Document, Grid, Section

NARROWEST_NAME = 16


def render(document: Document, width: int) -> str:
    """The whole document, at most `width` columns wide where that is possible.

    Tables stand side by side as in the paper where all of them have room, else below each other.
    """
    wide = [section.wide for section in document.sections_with_text if section.wide]
    has_room = all(_width(body) <= width for body in wide)
    lead, notes = ("\n".join(wrapped(lines, width)) for lines in (document.lead, document.notes))
    sections = (_section(section, width, has_room) for section in document.sections_with_text)
    return "\n\n".join(part for part in (lead, *sections, notes) if part)


def tabulated(rows: list[list[str]], headers: Sequence[Sequence[str]], top: Sequence[str] = ()) -> str:
    """Rows of a name and figures, below headers of a word a line and a top line over groups of them."""
    return _tabulated(rows, headers, ["left"] + ["right"] * (len(headers) - 1), top)


def wrapped(lines: Sequence[str], width: int) -> list[str]:
    """Lines broken at words; what continues a line is indented."""
    return [
        part for line in lines for part in wrap(line, width, subsequent_indent="   ", break_on_hyphens=False)
    ]


def _section(section: Section, width: int, has_room: bool) -> str:
    body = section.wide if section.wide and has_room else _fitting(section.grid, width)
    lines = wrapped((*section.verdicts, *section.notes), width)
    title = "\n".join(wrapped([section.title], width))
    return "\n\n".join(part for part in (title, body, "\n".join(lines)) if part)


def _fitting(grid: Grid | None, width: int) -> str:
    """The grid as it is, else without its details, else with the names of its rows broken as well."""
    if grid is None:
        return ""
    everything = range(len(grid.heads))
    essential = [k for k in everything if not grid.heads[k].is_detail]
    for columns in (everything, essential):
        text = _stacked(grid, columns)
        if _width(text) <= width:
            return text
    names = max(len(line) for row in grid.rows for line in row.values[0].text.split("\n"))
    return _stacked(grid, essential, max(NARROWEST_NAME, names - (_width(text) - width)))


def _stacked(grid: Grid, columns: Sequence[int], name_width: int | None = None) -> str:
    rows: list[list[str]] = []
    group = ""
    for row in grid.rows:
        if row.group != group:
            group = row.group
            rows.append([group, *[""] * (len(columns) - 1)])
        name, *cells = (row.values[k].text for k in columns)
        if name_width:
            name = "\n".join(wrap(name, name_width))
        rows.append([f" {name}" if grid.group else name, *cells])
    heads = [grid.heads[k] for k in columns]
    sides = ["right" if head.is_number else "left" for head in heads]
    return _tabulated(rows, ["" if k == 0 else head.words for k, head in enumerate(heads)], sides)


def _tabulated(
    rows: list[list[str]], headers: Sequence[Sequence[str]], sides: Sequence[str], top: Sequence[str] = ()
) -> str:
    # Headers go in as rows, aligned at the bottom: tabulate pads true headers by two columns each.
    depth = max(map(len, headers))
    heads = zip(*([""] * (depth - len(words)) + list(words) for words in headers), strict=True)
    table = tabulate(
        [*([list(top)] if top else []), *map(list, heads), SEPARATING_LINE, *rows],
        tablefmt="simple",
        colalign=sides,
        disable_numparse=True,
        preserve_whitespace=True,
    )
    return "\n".join(table.splitlines()[1:-1])  # without the rules that tabulate draws around it


def _width(text: str) -> int:
    return max(map(len, text.splitlines()))
