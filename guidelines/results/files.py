"""Reading of files and folders: paths become runs, and every error names its file."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from guidelines.results import journal_reading
from guidelines.results.checked import printable
from guidelines.results.journal_contents import OPENING, Contents, to_run
from guidelines.results.model import Run
from guidelines.results.saved_file import parse
from guidelines.results.schema import ResultsError

CHUNK_BYTES = 2**20
# Editors of Windows begin a UTF-8 file with these bytes.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def find(paths: Iterable[Path]) -> list[Path]:
    """The files that paths name, in order; a folder is replaced by all .json files in and below it.

    A folder without .json files is replaced by its journals (.jsonl). Raises ResultsError for a folder that
    holds neither.
    """
    files: list[Path] = []
    for path in paths:
        try:
            inside = _inside(path) if path.is_dir() else [path]
        except (OSError, ValueError) as error:
            raise ResultsError(f"{printable(str(path))}: cannot be read: {_reason(error)}") from error
        if not inside:
            raise ResultsError(f"{printable(str(path))}: the folder holds no .json or .jsonl file")
        files += inside
    return files


def _inside(folder: Path) -> list[Path]:
    """Saved files below a folder, or its journals if there are none: the same run is often in both."""
    below = list(_below(folder))
    saved = sorted(path for path in below if path.name.endswith(".json"))
    return saved or sorted(path for path in below if path.name.endswith(".jsonl"))


def _below(folder: Path) -> Iterator[Path]:
    """The files below a folder, and links to nothing: these are named as broken. Raises OSError.

    Pipes, sockets and devices are left out: they hold no run, and opening one may take for ever.
    """
    for inside, _, names in os.walk(folder, onerror=_raise):
        for name in names:
            path = Path(inside, name)
            if path.is_file() or not path.exists():
                yield path


def _raise(error: OSError) -> None:
    raise error


def load(path: Path, max_bytes: int) -> Run:
    """Read and check one saved file or journal. Raises ResultsError with the file and the reason."""
    source = printable(str(path))
    try:
        content = _content(path, max_bytes).removeprefix(BYTE_ORDER_MARK)
        run = to_run(journal_reading.parse(content)) if is_journal(content) else parse(_json(content))
        notes = tuple(f"{source}: {note}" for note in run.notes)
        return replace(run, source=source, notes=notes)
    except ResultsError as error:
        raise ResultsError(f"{source}: {printable(str(error))}") from error


def load_journal(path: Path) -> Contents:
    """Read and check one journal. Raises ResultsError with the file and the reason."""
    try:
        content = _content(path, sys.maxsize)
        if not is_journal(content):
            raise ResultsError("is not a journal of this suite")
        return journal_reading.parse(content)
    except ResultsError as error:
        raise ResultsError(f"{printable(str(path))}: {printable(str(error))}") from error


def is_journal(content: bytes) -> bool:
    """True if a file's content begins like a journal."""
    return content.startswith(OPENING)


def _content(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            chunks = iter(lambda: file.read(CHUNK_BYTES), b"")
            content = b"" if size > max_bytes else _joined(chunks, max_bytes)
    except (OSError, ValueError) as error:
        raise ResultsError(f"cannot be read: {_reason(error)}") from error
    if size > max_bytes or len(content) > max_bytes:
        raise ResultsError(f"has {max(size, len(content))} bytes, more than --max-bytes {max_bytes} allows")
    if not content.strip():
        raise ResultsError("is empty")
    return content


def _json(content: bytes) -> object:
    try:
        return json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ResultsError("is not UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"is not valid JSON: {error}") from error
    except MemoryError as error:
        raise ResultsError(f"has {len(content)} bytes, which do not fit into memory as JSON") from error


def _joined(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    """Chunks joined up to the first beyond max_bytes: a pipe or a device does not tell its size."""
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > max_bytes:
            break
    return bytes(content)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
