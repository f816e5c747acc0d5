"""Write a table of a document as HTML: its rows can be sorted, and its details are folded on a phone."""

import re
from collections.abc import Iterator
from html import escape

from guidelines.report.document import BREAK, Grid, Head, Row, Value

INTERVAL = re.compile(r"(\[-?[\d.]+, -?[\d.]+\](?: %)?)")


def table(grid: Grid, name: str) -> Iterator[str]:
    """A table whose first column stays in sight; `name` is unique on the page.

    Without room, the group stands before the name of its row in place of a column of its own, and some
    columns are shown on request.
    """
    if any(_is_folded(head) for head in grid.heads):
        yield f'<input type="checkbox" class="all" id="{name}"><label for="{name}">all columns</label>'
    heads = [_head(head, is_name=k == 0) for k, head in enumerate(grid.heads)]
    if grid.group:
        heads.insert(0, f'<th scope="col" class="group">{escape(grid.group)}</th>')
    yield '<div class="scroll"><table>'
    yield f"<thead><tr>{''.join(heads)}</tr></thead>"
    yield "<tbody>"
    yield from (_row(row, grid) for row in grid.rows)
    yield "</tbody></table></div>"


def _head(head: Head, is_name: bool) -> str:
    heading = escape(head.heading).replace(BREAK, "<wbr>")
    return f'<th scope="col"{_classes(head, is_name)}>{heading}</th>'


def _row(row: Row, grid: Grid) -> str:
    cells = []
    for k, (head, value) in enumerate(zip(grid.heads, row.values, strict=True)):
        cells.append(_cell(head, value, row.group if k == 0 else "", is_name=k == 0))
    if grid.group:
        cells.insert(0, f'<td class="group">{escape(row.group)}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _cell(head: Head, value: Value, group: str, is_name: bool) -> str:
    text = "<br>".join(map(_line, value.text.split("\n")))
    key = "" if value.key is None else f' data-key="{value.key!r}"'
    if not is_name:
        return f"<td{_classes(head, is_name)}{key}>{text}</td>"
    above = f'<span class="above">{escape(group)}</span>' if group else ""
    return f'<th scope="row"{_classes(head, is_name)}{key}>{above}{text}</th>'


def _line(text: str) -> str:
    """A line of a cell; intervals are not broken."""
    return INTERVAL.sub(r"<span>\1</span>", escape(text))


def _is_folded(head: Head) -> bool:
    return head.is_detail or head.is_folded


def _classes(head: Head, is_name: bool) -> str:
    chosen = {"name": is_name, "number": head.is_number, "detail": _is_folded(head)}
    names = " ".join(name for name, is_chosen in chosen.items() if is_chosen)
    return f' class="{names}"' if names else ""
