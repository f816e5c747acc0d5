"""Writing of a file as a whole: whoever reads it sees the old content or the new, never a part."""

import os
import shutil
import sys
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TextIO

# Letters of a file's name in the name of the file beside it, which must not become too long.
MOST_LETTERS = 40
_numbers = count()


class Replacement:
    """A new file beside the one that it is to replace, `beside` its `target`; a link is followed."""

    def __init__(self, path: Path) -> None:
        self.target = Path(os.path.realpath(path))
        name = f".{self.target.name[:MOST_LETTERS]}.{os.getpid()}-{next(_numbers)}.part"
        self.beside = self.target.with_name(name)

    def put(self) -> bool:
        """Put what was written in the place of the target, with its mode; False if nothing was written.

        It is on disk before. Raises OSError.
        """
        if not self.beside.exists():
            return False
        with self.beside.open("r+b") as file:
            os.fsync(file.fileno())
        if self.target.exists():
            shutil.copymode(self.target, self.beside)
            with suppress(OSError):
                owner = self.target.stat()
                os.chown(self.beside, owner.st_uid, owner.st_gid)
        self.beside.replace(self.target)
        return True

    def discard(self) -> None:
        """Delete what was written and not put in its place."""
        with suppress(OSError, ValueError):
            self.beside.unlink(missing_ok=True)


def can_be_replaced(path: Path) -> bool:
    """True unless a path is a pipe, a device, or the file that this process prints to."""
    try:
        there = path.stat()
    except OSError:
        return True
    streams = (sys.__stdout__, sys.__stderr__)
    return path.is_file() and not any(_is_open_as(stream, there) for stream in streams)


def _is_open_as(stream: TextIO | None, there: os.stat_result) -> bool:
    try:
        return stream is not None and os.path.samestat(os.fstat(stream.fileno()), there)
    except (OSError, ValueError):
        return False


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside the path, then give it the path's name; its mode stays, a link is followed.

    What cannot be replaced is written to as it is. Raises OSError, or ValueError for an impossible path.
    """
    new = Replacement(path)
    if not can_be_replaced(new.target):
        new.target.write_bytes(content)
        return
    if new.target.exists() and not os.access(new.target, os.W_OK):
        raise PermissionError(13, "Permission denied")
    try:
        with new.beside.open("xb") as file:
            file.write(content)
        new.put()
    finally:
        new.discard()
