"""Lay out plain text in columns of a terminal: a wide character takes two, a mark on a letter none.

Tabulate writes our Markdown, but not these tables: it makes columns two wider than their headings, takes the
space before a name, and knows wide characters only with another library.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from textwrap import wrap

from guidelines.report.document import NO_BREAK

GAP = "  "
# Vowels and final consonants of Korean that join the letter before them.
JOINING = range(0x1160, 0x1200)


def columns_of(text: str) -> int:
    """Number of columns that a line takes in a terminal."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def widest(text: str) -> int:
    """Number of columns of the widest line."""
    return max(map(columns_of, text.splitlines()), default=0)


def wrapped(line: str, width: int, indent: str = "", on_hyphens: bool = False) -> list[str]:
    """A line broken between words, but not at NO_BREAK; continuations are indented."""
    if line.isascii():
        return wrap(line, width, subsequent_indent=indent, break_on_hyphens=on_hyphens)
    return [part.replace(NO_BREAK, " ") for part in _wrapped(line, width, indent)]


def table(heads: Sequence[Sequence[str]], rows: Sequence[Sequence[str]], sides: Sequence[str]) -> str:
    """Rows below their headings, aligned at the sides "left" or "right"; a cell may have several lines."""
    cells = list(map(_split, (*heads, *rows)))
    widths = [0] * len(sides)
    for row in cells:
        widths = [max(width, *map(columns_of, lines)) for width, lines in zip(widths, row, strict=True)]
    lines: list[str] = []
    for number, row in enumerate(cells):
        if number == len(heads):
            lines.append(GAP.join("-" * width for width in widths))
        lines += _lines(row, widths, sides)
    return "\n".join(lines)


def _split(row: Sequence[str]) -> list[list[str]]:
    """The lines of each cell."""
    return [cell.split("\n") for cell in row]


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me") or ord(character) in JOINING:
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _lines(row: Sequence[Sequence[str]], widths: Sequence[int], sides: Sequence[str]) -> Iterator[str]:
    """The lines of one row, as many as its highest cell has."""
    for number in range(max(map(len, row))):
        padded = []
        for lines, width, side in zip(row, widths, sides, strict=True):
            line = lines[number] if number < len(lines) else ""
            space = " " * (width - columns_of(line))
            padded.append(space + line if side == "right" else line + space)
        yield GAP.join(padded).rstrip()


def _wrapped(line: str, width: int, indent: str) -> Iterator[str]:
    """A line broken between words, or within one that is wider than a line."""
    current, is_empty = "", True
    for word in line.split(" "):
        if not is_empty and columns_of(f"{current} {word}") > width:
            yield current
            current, is_empty = indent, True
        current += word if is_empty else f" {word}"
        is_empty = False
        fitting = max(_fitting(current, width), len(indent) + 1)
        while len(current) > fitting:
            yield current[:fitting]
            current = indent + current[fitting:]
            fitting = max(_fitting(current, width), len(indent) + 1)
    if not is_empty:
        yield current


def _fitting(text: str, width: int) -> int:
    """The number of characters that fit a width."""
    taken = 0
    for k, character in enumerate(text):
        taken += _columns(character)
        if taken > width:
            return k
    return len(text)
