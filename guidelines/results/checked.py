"""Checks of values from a file: numbers must be plausible, texts are made printable."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from guidelines.stats.intervals import Estimate

# Outside this range no time, count or ratio is plausible, and arithmetic on it would overflow.
SMALLEST, LARGEST = 1e-15, 1e18
# Outside this range no confidence is plausible, and quantiles overflow.
LOWEST_CONFIDENCE, HIGHEST_CONFIDENCE = 0.5, 0.999999
MAY_BE_ZERO = ("seed", "row", "placed_at", "parameters", "conv_memory_access")


def printable(text: str) -> str:
    r"""Text without characters that control a terminal or reorder a line: ESC becomes "\x1b"."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def text(value: Any) -> str:
    """Any value as printable text, "" for None."""
    return "" if value is None else printable(str(value))


def texts(saved: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """A list of texts, () if the key is missing. Raises ValueError for anything but a list."""
    value = saved.get(name, [])
    if not isinstance(value, list):
        raise ValueError(f"{name} must be a list of texts, got {value!r:.40}")
    return tuple(map(text, value))


def mapping(value: Any) -> Mapping[str, Any]:
    """A mapping unchanged, {} for anything else."""
    return value if isinstance(value, dict) else {}


def positive(value: Any, name: str) -> float:
    """A number above zero. Raises ValueError with the name for anything else."""
    if not _is_number(value) or not SMALLEST <= value <= LARGEST:
        raise ValueError(f"{name} must be a positive number, got {value!r}")
    return float(value)


def amount(value: Any, name: str) -> float:
    """A number that may be zero. Raises ValueError with the name for anything else."""
    if not _is_number(value) or not 0 <= value <= LARGEST:
        raise ValueError(f"{name} must be a number from 0, got {value!r}")
    return value  # type: ignore[no-any-return]  # it is a number


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def count(value: Any, name: str) -> int:
    """A whole number above zero, or zero for the names in MAY_BE_ZERO. Raises ValueError with the name."""
    if type(value) is not int or not 0 <= value <= LARGEST or (value == 0 and name not in MAY_BE_ZERO):
        raise ValueError(f"{name} must be a whole number above 0, got {value!r}")
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
        raise ValueError(f"{name} must be an estimate in its interval, got {saved!r}")
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
        raise ValueError(f"{prefix}{name} must be a list of samples, got {values!r:.40}")
    # One comparison of arrays is much faster than a check of each of many samples.
    if set(map(type, values)) <= {int, float}:
        seconds = np.array(values, dtype=np.float64)
        if ((seconds >= SMALLEST) & (seconds <= LARGEST)).all():
            return tuple(values)
    return tuple(positive(sample, f"{prefix}{name}[{k}]") for k, sample in enumerate(values))
