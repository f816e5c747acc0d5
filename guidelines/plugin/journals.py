"""The journals of a folder in the order in which their runs began, whatever the clock said."""

import sys
from pathlib import Path

from guidelines.results.journal_contents import OPENING
from guidelines.results.journal_reading import parse_header
from guidelines.results.schema import ResultsError

# Longer first lines are of no journal.
LONGEST_HEADER_BYTES = 2**24
# Order of a journal whose first line is broken: it is not passed over in silence.
UNKNOWN = sys.maxsize


def in_order(folder: Path) -> list[Path]:
    """The journals of a folder, the one that was begun last first; other files come last, by their names.

    Folders, pipes, files that cannot be read, and journals that were killed in their first line are left out.
    """
    orders = _orders(folder)
    return sorted(orders, key=lambda path: (orders[path], path.name), reverse=True)


def next_order(folder: Path) -> int:
    """A number above the orders of all journals of a folder.

    Times are no such numbers: local time goes back in autumn, and with the time zone; clocks are set back.
    """
    return 1 + max((order for order in _orders(folder).values() if order != UNKNOWN), default=0)


def _orders(folder: Path) -> dict[Path, int]:
    orders = {}
    for path in folder.glob("*.jsonl"):
        order = _order(path)
        if order is not None:
            orders[path] = order
    return orders


def _order(path: Path) -> int | None:
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            start = file.read(len(OPENING))
            line = start + file.readline(LONGEST_HEADER_BYTES) if start == OPENING else b""
    except OSError:
        return None
    if not line.endswith(b"\n"):
        return None if OPENING.startswith(start) else 0
    try:
        header, _ = parse_header(line.rstrip(b"\n"))
    except ResultsError:
        return UNKNOWN
    return header.order
