"""A clock for pytest-benchmark that replays recorded durations, so that its statistics are of our samples."""

from collections.abc import Sequence
from typing import Any


class _Tape:
    def __init__(self) -> None:
        self.durations_s: Sequence[float] = ()
        self.position = 0
        self.now_s = 0.0


_tape = _Tape()


def recorded_clock() -> float:
    """Seconds since the start of the replayed sample; the timer given to pytest-benchmark."""
    return _tape.now_s


def replay(benchmark: Any, durations_s: Sequence[float]) -> None:
    """Make durations the rounds of a pytest-benchmark entry whose timer is `recorded_clock`."""
    _tape.durations_s = durations_s
    _tape.position = 0
    try:
        benchmark.pedantic(_advance, setup=_rewind, rounds=len(durations_s), iterations=1)
    except BaseException:  # Ctrl-C: half of an entry must not be saved as a good one
        benchmark.has_error = True
        raise


def _rewind() -> None:
    _tape.now_s = 0.0


def _advance() -> None:
    _tape.now_s = _tape.durations_s[_tape.position]
    _tape.position += 1
