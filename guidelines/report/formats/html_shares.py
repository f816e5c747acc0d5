"""Write a bar of shares as HTML: parts side by side, told apart by colour, pattern and name."""

from collections.abc import Iterator
from html import escape

from guidelines.report.shares import ShareBar, SharePart

# A name needs this share of the whole for each of its letters to be shown in the bar.
LEAST_PER_LETTER = 0.015


def share_bar(bar: ShareBar) -> Iterator[str]:
    """A bar under its title, with a key of all its parts below."""
    yield '<section class="shares">'
    yield f"<h2>{escape(bar.title)}: {escape(bar.whole)}</h2>"
    yield '<div class="whole" aria-hidden="true">'
    yield from (_drawn(part, bar.length) for part in bar.drawn)
    yield "</div>"
    yield '<ul class="key">'
    yield from map(_listed, bar.parts)
    yield "</ul>"
    yield f"<p>{escape(bar.legend)}</p>"
    yield "</section>"


def _drawn(part: SharePart, length: float) -> str:
    """A part as wide as its share, with a strip as wide as what is saved."""
    width = f"width:{100 * part.share / length:.4g}%"
    strip = f'<u style="width:{100 * part.saved / part.share:.4g}%"></u>' if part.saved else ""
    title = escape(f"{part.name} {part.text}")
    has_room = part.share / length >= LEAST_PER_LETTER * len(part.name)
    name = f"<b>{escape(part.name)}</b>" if has_room else ""
    return f'<i class="{part.kind}" style="{width}" title="{title}">{name}{strip}</i>'


def _listed(part: SharePart) -> str:
    """A part with its figures: "G1 28 % unequal widths, keeping it saves 3 [-10, 12] %"."""
    saved = f", keeping it saves {escape(part.saved_text)}" if part.saved_text else ""
    name = f"<b>{escape(part.name)} {escape(part.text)}</b>"
    return f'<li><i class="{part.kind}"></i>{name} {escape(part.meaning)}{saved}</li>'
