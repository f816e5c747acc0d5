"""Write a document as Markdown (the dialect of GitHub), for issues, pull requests and notebooks."""

import re
from dataclasses import replace

from tabulate import tabulate

from guidelines.report.document import DETAILS_TITLE, Document, Row, Section, parts

HTML = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# Characters that would be markup; "://", "www." and "@" would become links.
MARKUP = re.compile(r"([\\`*_{}\[\]#|~!$]|@|(?<=:)/(?=/)|(?<=www)\.)", re.IGNORECASE)
# The beginning of a line that would be a list or underline a heading.
LIST = re.compile(r"^(\d+(?=[.)]\s)|(?=[-+=]))")


def render(document: Document) -> str:
    """The whole document, or its most important lines with all else folded; every text is literal."""
    if document.in_sight:
        return _in_sight(document)
    shown = parts(document, title=_title, heading=_heading, listed=_listed, table=_table, folded=_folded)
    return "\n\n".join(shown)


def escape(text: str) -> str:
    r"""Text that Markdown shows literally: "a_b" becomes "a\\_b"."""
    marked = LIST.sub(r"\1\\", MARKUP.sub(r"\\\1", text))
    return "".join(HTML.get(character, character) for character in marked)


def _in_sight(document: Document) -> str:
    first, *others = document.lead[: document.in_sight]
    rest = replace(document, lead=document.lead[document.in_sight :], in_sight=0)
    folded = ("<details>", "<summary>Everything that was compared</summary>", render(rest), "</details>")
    return "\n\n".join([f"**{escape(first)}**", _listed(tuple(others)), *folded])


def _title(text: str) -> str:
    return f"# {escape(text)}"


def _heading(text: str) -> str:
    return f"## {escape(text)}"


def _listed(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {escape(line)}" for line in lines)


def _folded(lines: tuple[str, ...]) -> str:
    return f"<details><summary>{DETAILS_TITLE}</summary>\n\n{_listed(lines)}\n\n</details>"


def _table(section: Section) -> str:
    if section.grid is None:
        return ""
    flat = section.grid.flat
    names = [escape(head.name) for head in flat.heads]
    sides = [head.side for head in flat.heads]
    rows = [_cells(row) for row in flat.rows]
    return tabulate(rows, names, tablefmt="pipe", colalign=sides, disable_numparse=True)


def _cells(row: Row) -> list[str]:
    return [_cell(value.text) for value in row.values]


def _cell(text: str) -> str:
    return "<br>".join(map(escape, text.split("\n")))
