"""What a system says in its files, such as /proc and /sys; not every system has them or shows them."""

import re
from pathlib import Path


def text(path: Path) -> str:
    """A file's content, "" where there is none."""
    try:
        return path.read_text()
    except OSError:
        return ""


def number(path: Path, pattern: str) -> int | None:
    """The number that a pattern's group finds in a file, None where there is none."""
    found = re.search(pattern, text(path), re.MULTILINE)
    return int(found[1]) if found else None
