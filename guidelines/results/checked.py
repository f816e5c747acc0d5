"""Checks of values from a file: numbers must be plausible, texts are bounded and made printable."""

import unicodedata
from collections.abc import Mapping
from hashlib import sha256
from reprlib import Repr
from typing import Any

import numpy as np

from guidelines.stats.intervals import Estimate

# Outside this range no time, count or ratio is plausible, and arithmetic on it would overflow.
SMALLEST, LARGEST = 1e-15, 1e18
# Outside this range no confidence is plausible, and quantiles overflow.
LOWEST_CONFIDENCE, HIGHEST_CONFIDENCE = 0.5, 0.999999
MAY_BE_ZERO = (
    *("seed", "row", "placed_at", "parameters", "conv_memory_access"),
    *("operators.multiply_adds", "operators.memory_access"),
    *("operators.in_place", "operators.written"),
)
# Characters in the longest text that is kept, and hexadecimal digits that tell apart what was cut.
LONGEST, DIGEST = 1000, 12
# Letters and signs that show nothing: fillers, joiners, variation selectors, the empty Braille pattern.
INVISIBLE = frozenset(
    map(
        chr,
        (
            *(0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
            *range(0x180B, 0x1810),
            *range(0xFE00, 0xFE10),
            *range(0xE0100, 0xE01F0),
        ),
    )
)
# Classes of characters that are written from right to left, which reorders the numbers beside them.
RIGHT_TO_LEFT = ("R", "AL", "AN")
# More marks than any script sets on one letter would cover the lines around it.
MOST_MARKS = 3
_REPR = Repr()
_REPR.maxlevel, _REPR.maxdict, _REPR.maxstring, _REPR.maxother, _REPR.maxlong = 3, 8, 60, 60, 60


def printable(text: str) -> str:
    r"""Text in which every character shows and none moves others: ESC becomes "\x1b".

    Control characters, invisible ones, letters of scripts that are written from right to left, and marks
    without a letter below them are escaped. A text of more than LONGEST characters is cut; it ends with "…"
    and a digest of the whole, so that two long texts that begin alike are still two.
    """
    shown = escaped(text[: LONGEST + 1])
    if len(text) <= LONGEST and len(shown) <= LONGEST:
        return shown
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST]
    return f"{shown[: LONGEST - DIGEST - 1]}…{digest}"


def escaped(text: str) -> str:
    """Text as `printable` shows it, however long."""
    if text.isascii() and text.isprintable():
        return text
    shown = []
    marks = MOST_MARKS  # a mark at the beginning has no letter below it
    for character in text:
        is_mark = unicodedata.category(character) in ("Mn", "Me")
        marks = marks + 1 if is_mark else 0
        if marks > MOST_MARKS or not _shows(character):
            shown.append(character.encode("unicode_escape").decode())
            marks = MOST_MARKS
        else:
            shown.append(character)
            marks = MOST_MARKS if character == " " else marks
    return "".join(shown)


def _shows(character: str) -> bool:
    """True for a character that has a shape of its own and stands where it was written."""
    if not character.isprintable() or character in INVISIBLE:
        return False
    return unicodedata.bidirectional(character) not in RIGHT_TO_LEFT


def shown(value: Any) -> str:
    """A value of any size and depth as a short text for a message."""
    return _REPR.repr(value)


def text(value: Any) -> str:
    """Any value as printable text, "" for None."""
    if isinstance(value, list | dict):  # as deep as the file allows
        return printable(shown(value))
    return "" if value is None else printable(str(value))


def texts(saved: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts, () if the key is missing. Raises ValueError for anything but a list."""
    value = saved.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list of texts, got {shown(value)}")
    return tuple(map(text, value))


def mapping(value: Any) -> Mapping[str, Any]:
    """A mapping unchanged, {} for anything else."""
    return value if isinstance(value, dict) else {}


def positive(value: Any, name: str) -> float:
    """A number above zero. Raises ValueError with the name for anything else."""
    if not _is_number(value) or not SMALLEST <= value <= LARGEST:
        raise ValueError(f"{name} must be a positive number, got {shown(value)}")
    return float(value)


def amount(value: Any, name: str) -> float:
    """A number that may be zero. Raises ValueError with the name for anything else."""
    if not _is_number(value) or not 0 <= value <= LARGEST:
        raise ValueError(f"{name} must be a number from 0, got {shown(value)}")
    return value  # type: ignore[no-any-return]  # it is a number


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def count(value: Any, name: str) -> int:
    """A whole number above zero, or zero for the names in MAY_BE_ZERO. Raises ValueError with the name."""
    if type(value) is not int or not 0 <= value <= LARGEST or (value == 0 and name not in MAY_BE_ZERO):
        raise ValueError(f"{name} must be a whole number above 0, got {shown(value)}")
    return value


def optional_count(saved: Mapping[str, Any], name: str) -> int | None:
    """A whole number as in `count`, None if the key is missing. Raises ValueError for anything else."""
    return None if saved.get(name) is None else count(saved[name], name)


def widths(saved: Any) -> tuple[int, ...]:
    """Widths of a network in channels. Raises ValueError for any but whole numbers above zero."""
    return tuple(count(width, "widths") for width in saved)


def estimate(saved: Mapping[str, Any], name: str) -> Estimate:
    """An estimate in its interval. Raises ValueError if it lies outside, or if a number is not plausible."""
    checked = Estimate(
        estimate=positive(saved["estimate"], f"{name}.estimate"),
        low=_end(saved, name, "low"),
        high=_end(saved, name, "high"),
        confidence=positive(saved["confidence"], f"{name}.confidence"),
        rounds=count(saved["rounds"], f"{name}.rounds"),
    )
    if not (checked.low or 0) <= checked.estimate <= (checked.high or LARGEST):
        raise ValueError(f"{name} must be an estimate in its interval, got {shown(saved)}")
    if not LOWEST_CONFIDENCE <= checked.confidence <= HIGHEST_CONFIDENCE:
        limits = f"from {LOWEST_CONFIDENCE} to {HIGHEST_CONFIDENCE}"
        raise ValueError(f"{name}.confidence must be a number {limits}, got {checked.confidence!r}")
    return checked


def _end(saved: Mapping[str, Any], name: str, end: str) -> float | None:
    return None if saved[end] is None else positive(saved[end], f"{name}.{end}")


def samples(saved: Mapping[str, Any], name: str, prefix: str = "") -> tuple[float, ...]:
    """Samples in seconds, () if the key is missing: pytest-benchmark can save without them.

    `prefix` stands before the name in messages. Raises ValueError for all but a list of positive numbers.
    """
    if name not in saved:
        return ()
    values = saved[name]
    if not isinstance(values, list) or not values:
        raise ValueError(f"{prefix}{name} must be a list of samples, got {shown(values)}")
    # One comparison of arrays is much faster than a check of each of many samples.
    if set(map(type, values)) <= {int, float}:
        seconds = np.array(values, dtype=np.float64)
        if ((seconds >= SMALLEST) & (seconds <= LARGEST)).all():
            return tuple(values)
    return tuple(positive(sample, f"{prefix}{name}[{k}]") for k, sample in enumerate(values))
