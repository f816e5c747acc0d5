"""Writing of a file as a whole: whoever reads it sees the old content or the new, never a part."""

import os
from pathlib import Path

# Letters of a file's name in the name of the file beside it, which must not become too long.
MOST_LETTERS = 40


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside the path, then give it the path's name; its mode stays, a link is followed.

    Pipes and devices are written to as they are. Raises OSError, or ValueError for an impossible path.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        target.write_bytes(content)
        return
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "Permission denied")
    beside = target.with_name(f".{target.name[:MOST_LETTERS]}.{os.getpid()}")
    try:
        _write_new(beside, content)
        if target.exists():
            beside.chmod(target.stat().st_mode)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _write_new(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
