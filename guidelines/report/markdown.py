"""A document as Markdown (the dialect of GitHub): for issues, pull requests and notebooks."""

import re

from tabulate import tabulate

from guidelines.report.document import Document, Grid, parts

HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# What would be markup; "://", "www." and "@" would be made links.
MARKUP = re.compile(r"([\\`*_{}\[\]#|~!$]|@|(?<=:)/(?=/)|(?<=www)\.)", re.IGNORECASE)
# What would begin a list or underline a heading.
LIST = re.compile(r"^(\d+(?=[.)]\s)|(?=[-+=]))")


def render(document: Document) -> str:
    """The whole document; every text in it shows as it is."""
    return "\n\n".join(parts(document, _title, _heading, _listed, _table))


def escape(text: str) -> str:
    r"""Text that Markdown shows as it is: "a_b" becomes "a\\_b"."""
    marked = LIST.sub(r"\1\\", MARKUP.sub(r"\\\1", text))
    return "".join(HTML.get(character, character) for character in marked)


def _title(text: str) -> str:
    return f"# {escape(text)}"


def _heading(text: str) -> str:
    return f"## {escape(text)}"


def _listed(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {escape(line)}" for line in lines)


def _table(grid: Grid) -> str:
    flat = grid.flat
    names = [escape(head.name) for head in flat.heads]
    sides = ["right" if head.is_number else "left" for head in flat.heads]
    rows = [[_cell(value.text) for value in row.values] for row in flat.rows]
    return tabulate(rows, names, tablefmt="pipe", colalign=sides, disable_numparse=True)


def _cell(text: str) -> str:
    return "<br>".join(map(escape, text.split("\n")))
