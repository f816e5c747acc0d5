"""Render answers: to add a format, add a row to FORMATS.

Modules are imported when they render, because --help needs none of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guidelines.report.document import Document
    from guidelines.report.figures import Record
    from guidelines.report.pictures.series import Series


@dataclass(frozen=True)
class Answer:
    """A command's result as a document, as records and, for some commands, as series to draw.

    `facts` are further keys of its JSON. `has_colour` is True if it is shown on a terminal that has colours.
    """

    kind: str
    document: "Document"
    records: "Sequence[Record]"
    series: "Callable[[], Sequence[Series]] | None" = None
    facts: Mapping[str, object] = field(default_factory=dict)
    has_colour: bool = False


@dataclass(frozen=True)
class Format:
    """The endings of a format's files, and the function that renders an answer for a width in characters.

    `render_alone` makes a file that is complete where `render` makes a part of one; None if both are.
    """

    endings: tuple[str, ...]
    render: Callable[[Answer, int], str]
    render_alone: Callable[[Answer, int], str] | None = None


def _text(answer: Answer, width: int) -> str:
    from guidelines.report.formats import text

    return text.render(answer.document, width, answer.has_colour)


def _markdown(answer: Answer, width: int) -> str:
    from guidelines.report.formats import markdown

    return markdown.render(answer.document)


def _csv(answer: Answer, width: int) -> str:
    from guidelines.report.formats.csv_records import to_csv

    return to_csv(answer.records)


def _json(answer: Answer, width: int) -> str:
    from guidelines.report import records

    return records.to_json(answer.kind, answer.records, answer.document, answer.facts)


def _html(answer: Answer, width: int) -> str:
    """A page with pictures; where one would be, it says what is missing to draw it."""
    from guidelines.report.formats import html
    from guidelines.report.formats.html_pictures import picture
    from guidelines.report.pictures.limits import limited
    from guidelines.report.pictures.page import PictureError
    from guidelines.report.pictures.single import singles

    if answer.series is None:
        return html.render(answer.document, {})
    series, left_out = limited(answer.series())
    try:
        drawn = singles(series)
    except PictureError as error:
        return html.render(answer.document, _missing(answer.document, str(error)))
    pictures = {name: picture(panels) for name, panels in drawn.items()}
    notes = (*answer.document.notes, *filter(None, [left_out]))
    return html.render(replace(answer.document, notes=notes), pictures)


def _missing(document: "Document", reason: str) -> dict[str, str]:
    """A line in place of the picture of each guideline."""
    names = {section.picture for section in document.sections} - {""}
    return dict.fromkeys(names, f"<figcaption>no picture: {escape(reason)}</figcaption>")


def _latex(answer: Answer, width: int) -> str:
    from guidelines.report.formats import latex

    return latex.render(answer.document)


def _latex_alone(answer: Answer, width: int) -> str:
    from guidelines.report.formats import latex

    return latex.render_alone(answer.document)


FORMATS: Mapping[str, Format] = {
    "text": Format(endings=(".txt",), render=_text),
    "markdown": Format(endings=(".md",), render=_markdown),
    "csv": Format(endings=(".csv",), render=_csv),
    "json": Format(endings=(".json",), render=_json),
    "html": Format(endings=(".html", ".htm"), render=_html),
    "latex": Format(endings=(".tex",), render=_latex, render_alone=_latex_alone),
}
