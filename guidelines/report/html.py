"""A document as one HTML file that loads nothing, needs no script, and runs none but its own."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files

from guidelines.report.document import BREAK, Document, Grid, Head, Row, Section, Value


def render(document: Document, pictures: Mapping[str, str]) -> str:
    """The whole document with SVG pictures by guideline; every text in it shows as it is."""
    return "\n".join(_parts(document, pictures))


def _parts(document: Document, pictures: Mapping[str, str]) -> Iterator[str]:
    script = _resource("sort.js")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    yield "<!doctype html>"
    yield '<html lang="en">'
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(document.title)}</title>"
    yield f"<style>{_resource('style.css')}</style>"
    yield f"<h1>{escape(document.title)}</h1>"
    yield from _listed(document.lead)
    yield from _verdicts(document)
    shown: set[str] = set()
    for number, section in enumerate(document.sections):
        yield from _section(
            section, number, "" if section.picture in shown else pictures.get(section.picture, "")
        )
        shown.add(section.picture)
    yield from _listed(document.notes, "notes")
    yield f"<script>{script}</script>"


def _verdicts(document: Document) -> Iterator[str]:
    """All verdicts before the first table, each leading to its own."""
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
    if picture:
        yield f"<figure>{picture}</figure>"
    yield from _listed(section.notes, "notes")
    yield "</section>"


def _listed(lines: tuple[str, ...], kind: str = "lead") -> Iterator[str]:
    if lines:
        yield f'<ul class="{kind}">'
        yield from (f"<li>{escape(line)}</li>" for line in lines)
        yield "</ul>"


def _table(grid: Grid) -> Iterator[str]:
    flat = grid.flat
    yield '<div class="scroll"><table>'
    cells = (f'<th scope="col"{_side(head)}>{_broken(head.heading)}</th>' for head in flat.heads)
    yield f"<thead><tr>{''.join(cells)}</tr></thead>"
    yield "<tbody>"
    yield from (_row(row, flat.heads) for row in flat.rows)
    yield "</tbody></table></div>"


def _row(row: Row, heads: tuple[Head, ...]) -> str:
    cells = (
        f"<td{_side(head)}{_key(value)}>{'<br>'.join(map(escape, value.text.split(chr(10))))}</td>"
        for head, value in zip(heads, row.values, strict=True)
    )
    return f"<tr>{''.join(cells)}</tr>"


def _side(head: Head) -> str:
    return ' class="number"' if head.is_number else ""


def _key(value: Value) -> str:
    return "" if value.key is None else f' data-key="{value.key!r}"'


def _broken(heading: str) -> str:
    return escape(heading).replace(BREAK, "<wbr>")


def _resource(name: str) -> str:
    return files("guidelines.report").joinpath("page", name).read_text("utf-8")
