"""Colour words on a terminal that shows colours and does not refuse them."""

import os
from collections.abc import Mapping
from typing import TextIO

from guidelines.report.document import Tone

CODES: Mapping[Tone, int] = {"good": 32, "bad": 31, "part": 33, "open": 33, "aside": 39}


def has_colour(stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> bool:
    """True for a terminal, unless NO_COLOR is set or TERM is dumb. Source: no-color.org."""
    if stream is None or not stream.isatty():
        return False
    return not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"


def coloured(text: str, tone: Tone) -> str:
    """A text in the colour of its tone: green, red or yellow."""
    return f"\x1b[{CODES[tone]}m{text}\x1b[0m"
