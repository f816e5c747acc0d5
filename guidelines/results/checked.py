"""Values from a file, checked: numbers that mean something, texts that cannot steer a terminal."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from guidelines.stats.intervals import Estimate

# Beyond these no time, count or ratio means anything, and arithmetic on it would overflow.
SMALLEST, LARGEST = 1e-15, 1e18
# Beyond these no interval is meant, and quantiles overflow.
LOWEST_CONFIDENCE, HIGHEST_CONFIDENCE = 0.5, 0.999999
MAY_BE_ZERO = ("seed", "row", "placed_at", "parameters", "conv_memory_access")


def printable(text: str) -> str:
    r"""Text that cannot steer a terminal or reorder a line: "\x1b[31m" becomes "\\x1b[31m"."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def text(value: Any) -> str:
    """Anything as printable text, "" for nothing."""
    return "" if value is None else printable(str(value))


def texts(saved: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts, empty where the key is missing. Raises ValueError for anything but a list."""
    found = saved.get(name, [])
    if not isinstance(found, list):
        raise ValueError(f"{name} must be a list of texts, got {found!r:.40}")
    return tuple(map(text, found))


def mapping(value: Any) -> Mapping[str, Any]:
    """A mapping as it is, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def positive(value: Any, name: str) -> float:
    """A number above zero. Raises ValueError naming what is not."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not SMALLEST <= value <= LARGEST:
        raise ValueError(f"{name} must be a positive number, got {value!r}")
    return float(value)


def amount(value: Any, name: str) -> float:
    """A number that may be zero. Raises ValueError naming what is neither."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value <= LARGEST:
        raise ValueError(f"{name} must be a number from 0, got {value!r}")
    return value  # type: ignore[no-any-return]  # it is a number


def count(value: Any, name: str) -> int:
    """A whole number above zero, or from zero for MAY_BE_ZERO. Raises ValueError naming what is not."""
    if type(value) is not int or not 0 <= value <= LARGEST or (value == 0 and name not in MAY_BE_ZERO):
        raise ValueError(f"{name} must be a whole number above 0, got {value!r}")
    return value


def optional_count(saved: Mapping[str, Any], name: str) -> int | None:
    """A whole number as `count` takes it, None if the key is missing. Raises ValueError for anything else."""
    return None if saved.get(name) is None else count(saved[name], name)


def widths(saved: Any) -> tuple[int, ...]:
    """Widths of a network in channels. Raises ValueError for a width that is no whole number above zero."""
    return tuple(count(width, "widths") for width in saved)


def estimate(saved: Mapping[str, Any], name: str) -> Estimate:
    """An estimate within its interval. Raises ValueError for one outside, or at a confidence of no use."""
    low, high = (
        None if saved[end] is None else positive(saved[end], f"{name}.{end}") for end in ("low", "high")
    )
    middle = positive(saved["estimate"], f"{name}.estimate")
    confidence = positive(saved["confidence"], f"{name}.confidence")
    if not LOWEST_CONFIDENCE <= confidence <= HIGHEST_CONFIDENCE or not (low or 0) <= middle <= (
        high or LARGEST
    ):
        raise ValueError(f"{name} is no estimate within an interval: {saved!r}")
    return Estimate(middle, low, high, confidence, count(saved["rounds"], f"{name}.rounds"))


def samples(saved: Mapping[str, Any], name: str, where: str = "") -> tuple[float, ...]:
    """Samples in seconds; none where the key is missing: pytest-benchmark can save without them.

    Raises ValueError for anything but a list of positive numbers.
    """
    if name not in saved:
        return ()
    found = saved[name]
    if not isinstance(found, list) or not found:
        raise ValueError(f"{where}{name} must be a list of samples, got {found!r:.40}")
    if set(map(type, found)) <= {int, float}:
        seconds = np.array(found, dtype=np.float64)
        if ((seconds >= SMALLEST) & (seconds <= LARGEST)).all():
            return tuple(found)
    return tuple(positive(sample, f"{where}{name}[{k}]") for k, sample in enumerate(found))
