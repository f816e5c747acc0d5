"""Write a document as one HTML file that loads nothing and can be read without its script."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files

from guidelines.report.document import ANSWER_TITLE, DETAILS_TITLE, AnswerLine, Document, Section
from guidelines.report.formats.html_bars import bar_chart
from guidelines.report.formats.html_heat import heat_map
from guidelines.report.formats.html_shares import share_bar
from guidelines.report.formats.html_table import table

STYLES = ("style.css", "heat.css", "bars.css", "shares.css")
# Signs before the lines of an answer; colour alone says nothing.
TONES = {"good": "✓", "bad": "✗", "part": "◐", "open": "?", "aside": "–"}


def render(document: Document, pictures: Mapping[str, str]) -> str:
    """The whole document with a picture, as HTML, for each guideline; every text is shown literally."""
    return "\n".join(_parts(document, pictures))


def _parts(document: Document, pictures: Mapping[str, str]) -> Iterator[str]:
    script = _resource("sort.js")
    yield from _head(document.title, script)
    yield f"<h1>{escape(document.title)}</h1>"
    for shared in document.shares:
        yield from share_bar(shared)
    yield from _answer(document.answer)
    yield from _listed(document.lead)
    if document.heat_maps:
        yield '<div class="heats">'
        for each in document.heat_maps:
            yield from heat_map(each)
        yield "</div>"
    for chart in document.bars:
        yield from bar_chart(chart)
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
    yield f"<style>{''.join(map(_resource, STYLES))}</style>"


def _answer(lines: Sequence[AnswerLine]) -> Iterator[str]:
    """A line for each guideline, with its outcome in bold behind a sign."""
    if lines:
        yield f"<h2>{ANSWER_TITLE}</h2>"
        yield '<ul class="answer">'
        for line in lines:
            outcome = f"<b>{TONES[line.tone]} {escape(line.name)} {escape(line.outcome)}</b>"
            yield f'<li class="{line.tone}">{outcome}{escape(line.reason)}</li>'
        yield "</ul>"


def _verdicts(document: Document) -> Iterator[str]:
    """All verdicts before the first table, each with a link to its section; folded below a heat map."""
    links = []
    for number, section in enumerate(document.sections):
        links += [f'<li><a href="#s{number}">{escape(line)}</a></li>' for line in section.verdicts]
    if links:
        yield "<details>" if document.heat_maps else "<details open>"
        yield f"<summary>Verdicts ({len(links)})</summary>"
        yield "<ul>"
        yield from links
        yield "</ul>"
        yield "</details>"


def _section(section: Section, number: int, picture: str) -> Iterator[str]:
    yield f'<section id="s{number}">'
    yield f"<h2>{escape(section.title)}</h2>"
    yield from _explained(section)
    if section.grid:
        yield from table(section.grid, f"t{number}")
    if picture:
        yield f"<figure>{picture}</figure>"
    yield from _listed(section.notes, "notes")
    if section.details:
        yield f"<details><summary>{DETAILS_TITLE}</summary>"
        yield from _listed(section.details, "notes")
        yield "</details>"
    yield "</section>"


def _explained(section: Section) -> Iterator[str]:
    """The verdicts, each with its account on a line below."""
    if section.verdicts:
        yield '<ul class="verdicts">'
        for lines in section.explained:
            yield f"<li>{'<br>'.join(map(escape, filter(None, lines)))}</li>"
        yield "</ul>"


def _listed(lines: tuple[str, ...], kind: str = "lead") -> Iterator[str]:
    if lines:
        yield f'<ul class="{kind}">'
        yield from (f"<li>{escape(line)}</li>" for line in lines)
        yield "</ul>"


def _resource(name: str) -> str:
    return files("guidelines.report.formats").joinpath("page", name).read_text("utf-8")
