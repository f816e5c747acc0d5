"""A document as Markdown (the dialect of GitHub): for issues, pull requests and notebooks."""

import re
from collections.abc import Iterator

from tabulate import tabulate

from guidelines.report.document import Document, Grid, Section

HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What would be markup; "://", "www." and "@" would be made links.
MARKUP = re.compile(r"([\\`*_{}\[\]#|~!$]|@|(?<=:)/(?=/)|(?<=www)\.)", re.IGNORECASE)

# What would begin a list or underline a heading.
LIST = re.compile(r"^(\d+(?=[.)]\s)|(?=[-+=]))")


def render(document: Document) -> str:
    """The whole document; every text in it shows as it is."""
    return "\n\n".join(_parts(document))


def escape(text: str) -> str:
    r"""Text that Markdown shows as it is: "a_b" becomes "a\\_b"."""
    marked = LIST.sub(r"\1\\", MARKUP.sub(r"\\\1", text))
    return "".join(HTML.get(character, character) for character in marked)


def _parts(document: Document) -> Iterator[str]:
    yield f"# {escape(document.title)}"
    yield from _listed(document.lead)
    for section in document.sections_with_text:
        yield from _section(section)
    yield from _listed(document.notes)


def _section(section: Section) -> Iterator[str]:
    yield f"## {escape(section.title)}"
    yield from _listed(section.verdicts)
    if section.grid:
        yield _table(section.grid)
    yield from _listed(section.notes)


def _listed(lines: tuple[str, ...]) -> Iterator[str]:
    if lines:
        yield "\n".join(f"- {escape(line)}" for line in lines)


def _table(grid: Grid) -> str:
    names = [*([grid.group] if grid.group else []), *(head.name for head in grid.heads)]
    sides = [*(["left"] if grid.group else []), *("right" if h.is_number else "left" for h in grid.heads)]
    rows = [
        [*([escape(row.group)] if grid.group else []), *(_cell(value.text) for value in row.values)]
        for row in grid.rows
    ]
    return tabulate(rows, list(map(escape, names)), tablefmt="pipe", colalign=sides, disable_numparse=True)


def _cell(text: str) -> str:
    return "<br>".join(map(escape, text.split("\n")))
