"""Paths become runs: folders are searched, files are read within a size, every fault names its file."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from guidelines.results import Run
from guidelines.saved import ResultsError, parse
from guidelines.values import printable

CHUNK_BYTES = 2**20


def find(paths: Iterable[Path]) -> list[Path]:
    """The files among paths, and below the folders among them every .json file, in their order.

    Raises ResultsError for a folder that holds none.
    """
    found: list[Path] = []
    for path in paths:
        try:
            inside = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        except OSError as error:
            raise ResultsError(f"{printable(str(path))}: cannot be read: {error.strerror}") from error
        if not inside:
            raise ResultsError(f"{printable(str(path))}: the folder holds no .json file")
        found += inside
    return found


def load(path: Path, max_bytes: int) -> Run:
    """Read and check one saved file. Raises ResultsError naming the file and the reason, such as its size."""
    source = printable(str(path))
    try:
        return replace(parse(_json(path, max_bytes)), source=source)
    except ResultsError as error:
        raise ResultsError(f"{source}: {error}") from error


def _json(path: Path, max_bytes: int) -> object:
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            chunks = iter(lambda: file.read(CHUNK_BYTES), b"")
            content = b"" if size > max_bytes else _joined(chunks, max_bytes)
    except OSError as error:
        raise ResultsError(f"cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ResultsError(f"cannot be read: {error}") from error
    if size > max_bytes or len(content) > max_bytes:
        raise ResultsError(f"has {max(size, len(content))} bytes, more than --max-bytes {max_bytes} allows")
    if not content.strip():
        raise ResultsError("is empty")
    try:
        return json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ResultsError("is not UTF-8 text") from error
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"is not valid JSON: {error}") from error
    except MemoryError as error:
        raise ResultsError(f"has {len(content)} bytes, which do not fit into memory as JSON") from error


def _joined(chunks: Iterable[bytes], max_bytes: int) -> bytes:
    """Chunks until there are too many bytes: a pipe or device does not tell its size."""
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > max_bytes:
            break
    return bytes(content)
