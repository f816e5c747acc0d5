"""Give a setting of the process, such as torch's number of threads, another value for a while."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def set_to(value: Any, read: Callable[[], Any], write: Callable[[Any], object]) -> Iterator[None]:
    """Write a value; what was read before is written back on leaving, also after an error."""
    before = read()
    write(value)
    try:
        yield
    finally:
        write(before)
