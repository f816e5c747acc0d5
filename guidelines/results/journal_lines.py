"""Lines of a journal as bytes: JSON objects, each with a checksum of itself and all lines before it."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from guidelines.results.checked import printable
from guidelines.results.schema import ResultsError

# The last member of a line, which holds the checksum of everything before it.
MARK = b', "crc32": "'


def encoded(content: Mapping[str, Any]) -> bytes:
    """A line without a checksum, as journals of versions 1 and 2 have them."""
    return json.dumps(content, allow_nan=False).encode() + b"\n"


def sealed(content: Mapping[str, Any], before: int) -> tuple[bytes, int]:
    """A line and its checksum, which goes on from that of the lines before it (0 for the first)."""
    body = json.dumps(content, allow_nan=False).encode()[:-1]
    checksum = zlib.crc32(body, before)
    return b'%s%s%08x"}\n' % (body, MARK, checksum), checksum


def has_checksum(line: bytes) -> bool:
    """True if a line holds a checksum, right or wrong."""
    return MARK in line


def verified(line: bytes, before: int) -> int:
    """The checksum of a line. Raises ResultsError if the line does not match it or follows on other lines."""
    body, _, end = line.rpartition(MARK)
    checksum = zlib.crc32(body, before)
    if end != b'%08x"}' % checksum:
        raise ResultsError("its checksum does not match")
    return checksum


def decoded(line: bytes) -> Mapping[str, Any]:
    """The content of a line. Raises ResultsError if it is no JSON object."""
    try:
        content = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ResultsError(printable(str(error))) from error
    if not isinstance(content, dict):
        raise ResultsError("it is not a line of a journal")
    return content
