"""End the program at Ctrl-C in one line, and with the status that shells give it.

The exception that Python raises at Ctrl-C is lost, or aborts the program, if it comes in an import, in a
callback or in C++ code. Its own end aborts, too, if a thread writes at that time.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

LINE, TERMINATED_LINE = "guidelines: interrupted", "guidelines: terminated"
INTERRUPTED, TERMINATED = 130, 143


def take_over() -> None:
    """Let `at_once` choose what Ctrl-C does in this program, unless it is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _raise)


@contextmanager
def at_once() -> Iterator[None]:
    """Ctrl-C ends the program in the context, if that has taken over: nothing there needs to be tidied up."""
    if signal.getsignal(signal.SIGINT) is not _raise:
        yield
        return
    signal.signal(signal.SIGINT, _say_and_end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, _raise)


def end(status: int) -> NoReturn:
    """End the program after a signal, without what an interpreter does at its end."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or nobody reads it any more
            stream.flush()
    os._exit(status)


def _raise(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _say_and_end(number: int, frame: FrameType | None) -> NoReturn:
    with suppress(OSError):
        os.write(2, f"{LINE}\n".encode())  # a stream of Python may be at work
    os._exit(INTERRUPTED)
