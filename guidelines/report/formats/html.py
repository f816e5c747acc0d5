"""Write a document as one HTML file that loads nothing and can be read without its script."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files

from guidelines.report.document import BREAK, DETAILS_TITLE, Document, Grid, Head, Row, Section, Value


def render(document: Document, pictures: Mapping[str, str]) -> str:
    """The whole document with an SVG picture for each guideline; every text is shown literally."""
    return "\n".join(_parts(document, pictures))


def _parts(document: Document, pictures: Mapping[str, str]) -> Iterator[str]:
    script = _resource("sort.js")
    yield from _head(document.title, script)
    yield f"<h1>{escape(document.title)}</h1>"
    yield from _listed(tuple(line.text for line in document.answer), "answer")
    yield from _listed(document.lead)
    yield from _verdicts(document)
    not_shown = dict(pictures)  # each is shown once, in the first section that it belongs to
    for number, section in enumerate(document.sections):
        yield from _section(section, number, picture=not_shown.pop(section.picture, ""))
    yield from _listed(document.notes, "notes")
    yield f"<script>{script}</script>"


def _head(title: str, script: str) -> Iterator[str]:
    """The head of the page; its policy forbids everything but its own script and styles."""
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>"
    yield f"<style>{_resource('style.css')}</style>"


def _verdicts(document: Document) -> Iterator[str]:
    """All verdicts before the first table, each with a link to its section."""
    if any(section.verdicts for section in document.sections):
        yield "<h2>Verdicts</h2>"
        yield "<ul>"
        for number, section in enumerate(document.sections):
            for line in section.verdicts:
                yield f'<li><a href="#s{number}">{escape(line)}</a></li>'
        yield "</ul>"


def _section(section: Section, number: int, picture: str) -> Iterator[str]:
    yield f'<section id="s{number}">'
    yield f"<h2>{escape(section.title)}</h2>"
    if section.grid:
        yield from _table(section.grid)
    else:
        yield from _listed(section.verdicts)
    if picture:
        yield f"<figure>{picture}</figure>"
    yield from _listed(section.notes, "notes")
    if section.details:
        yield f"<details><summary>{DETAILS_TITLE}</summary>"
        yield from _listed(section.details, "notes")
        yield "</details>"
    yield "</section>"


def _listed(lines: tuple[str, ...], kind: str = "lead") -> Iterator[str]:
    if lines:
        yield f'<ul class="{kind}">'
        yield from (f"<li>{escape(line)}</li>" for line in lines)
        yield "</ul>"


def _table(grid: Grid) -> Iterator[str]:
    flat = grid.flat
    yield '<div class="scroll"><table>'
    cells = [f'<th scope="col"{_side(head)}>{_broken(head.heading)}</th>' for head in flat.heads]
    yield f"<thead><tr>{''.join(cells)}</tr></thead>"
    yield "<tbody>"
    yield from (_row(row, flat.heads) for row in flat.rows)
    yield "</tbody></table></div>"


def _row(row: Row, heads: tuple[Head, ...]) -> str:
    cells = [_cell(head, value) for head, value in zip(heads, row.values, strict=True)]
    return f"<tr>{''.join(cells)}</tr>"


def _cell(head: Head, value: Value) -> str:
    lines = map(escape, value.text.split("\n"))
    return f"<td{_side(head)}{_key(value)}>{'<br>'.join(lines)}</td>"


def _side(head: Head) -> str:
    return ' class="number"' if head.is_number else ""


def _key(value: Value) -> str:
    if value.key is None:
        return ""
    return f' data-key="{value.key!r}"'


def _broken(heading: str) -> str:
    return escape(heading).replace(BREAK, "<wbr>")


def _resource(name: str) -> str:
    return files("guidelines.report.formats").joinpath("page", name).read_text("utf-8")
