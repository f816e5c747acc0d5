"""Reads files that describe the system, such as those in /proc and /sys; any of them may be missing."""

import re
from pathlib import Path


def text(path: Path) -> str:
    """A file's content, "" if it cannot be read."""
    try:
        return path.read_text("utf-8", errors="surrogateescape")  # names of control groups may be any bytes
    except OSError:
        return ""


def number(path: Path, pattern: str) -> int | None:
    """The number that the group of a pattern matches in a file, None if nothing matches."""
    match = re.search(pattern, text(path), re.MULTILINE)
    return int(match[1]) if match else None
