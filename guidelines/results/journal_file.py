"""The file of a journal: put lines on disk, lock it, notice what others did to it."""

import os
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import IO

try:
    import fcntl
except ImportError:  # Windows, where two runs that write one journal go unnoticed
    fcntl = None  # type: ignore[assignment]


def write(file: IO[bytes], lines: bytes) -> None:
    """Put lines on disk before going on. Raises OSError."""
    file.write(lines)
    file.flush()
    os.fsync(file.fileno())


def harm(path: Path, file: IO[bytes], size_bytes: int) -> str:
    """Harm that somebody else did to an open file: "was deleted", or "" for nothing."""
    try:
        there = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return "was deleted"
    except OSError as error:
        return f"cannot be reached ({error.strerror})"
    ours = os.fstat(file.fileno())
    if (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
        return "was replaced"
    return "was changed" if S_ISREG(ours.st_mode) and ours.st_size != size_bytes else ""


def anew(path: Path, content: bytes) -> tuple[Path, IO[bytes]]:
    """A new file with a content at a path, or beside it if there is one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    free, number = path, 1
    while free.exists() or free.is_symlink():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    file = free.open("xb")
    try:
        write(file, content)
    except OSError:
        free.unlink(missing_ok=True)
        raise
    return free, file


def sync_folder(folder: Path) -> None:
    """Put the name of a new file on disk, too, if the system and the file system have a call for it."""
    if os.name == "posix":
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def lock(file: IO[bytes]) -> str:
    """Lock a file; gives the reason if its file system has no locks.

    Raises BlockingIOError if another process has locked the file.
    """
    if fcntl is None:
        return ""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError as error:
        return error.strerror or str(error)
    return ""
