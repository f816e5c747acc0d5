"""Set the panels of a guideline side by side, or below each other on a phone, above one legend."""

from collections.abc import Iterator
from html import escape

from guidelines.report.pictures.legend import PAPERS, Look
from guidelines.report.pictures.single import Singles

# Markers about the middle of a field of 24 x 12, by matplotlib's names.
MARKERS = {
    "o": '<circle cx="12" cy="6" r="3.5"/>',
    "s": '<path d="M8.7 2.7h6.6v6.6h-6.6z"/>',
    "^": '<path d="M12 2l4 7.5h-8z"/>',
    "v": '<path d="M12 10l4-7.5h-8z"/>',
    "D": '<path d="M12 1.5l4.5 4.5l-4.5 4.5l-4.5-4.5z"/>',
    "P": '<path d="M10.5 2h3v2.5h2.5v3h-2.5v2.5h-3v-2.5h-2.5v-3h2.5z"/>',
    "x": '<path d="M9 3l6 6M15 3l-6 6"/>',
    ".": '<circle cx="12" cy="6" r="2"/>',
}


def picture(drawn: Singles) -> str:
    """The panels with their titles, and the legend."""
    return "".join(_parts(drawn))


def _parts(drawn: Singles) -> Iterator[str]:
    yield '<div class="panels">'
    for panel in drawn.panels:
        yield f'<div class="panel"><figcaption>{escape(panel.title)}</figcaption>{panel.svg}</div>'
    yield '</div><ul class="legend">'
    for label, look in drawn.legend:
        yield _entry(label, look)
    yield "</ul>"


def _entry(label: str, look: Look) -> str:
    color, marker = look
    dashes = ""
    if look == PAPERS:
        color, dashes = "currentColor", ' stroke-dasharray="4 2"'
    line = f'<path d="M0 6h24"{dashes}/>'
    marks = f'<g stroke="{color}" fill="{color}" stroke-width="1.5">{line}{MARKERS[marker]}</g>'
    return f'<li><svg class="mark" viewBox="0 0 24 12" aria-hidden="true">{marks}</svg> {escape(label)}</li>'
