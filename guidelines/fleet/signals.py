"""End a fleet at SIGTERM as at Ctrl-C, and not while ray starts or ends a cluster: no process may be left."""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], Any]
HELD_BACK = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Termination:
    """Tells if SIGTERM came: ray may raise a KeyboardInterrupt of its own in place of another exception."""

    came: bool = False


@contextmanager
def terminable() -> Iterator[Termination]:
    """SIGTERM raises KeyboardInterrupt in the block, unless it is ignored."""
    termination = Termination()

    def terminate(number: int, frame: FrameType | None) -> None:
        termination.came = True
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGTERM)
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGTERM, terminate)
    try:
        yield termination
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def held_back() -> Iterator[None]:
    """Ctrl-C and SIGTERM do what they did before, but at the end of the block; a second one does it at once.

    No handler of Python or C++ that is set in the block stays: ray's exit halfway, or print a trace.
    """
    before = {number: signal.getsignal(number) for number in HELD_BACK}
    handlers: dict[int, Handler] = {number: each for number, each in before.items() if callable(each)}
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        if len(came) > 1:
            handlers[number](number, frame)

    for number in handlers:
        signal.signal(number, note)
    set_handler, signal.signal = signal.signal, _left_as_it_is  # type: ignore[assignment]
    try:
        yield
    finally:
        signal.signal = set_handler
        _set(before)
        if came:
            handlers[came[0]](came[0], None)


def _set(handlers: Mapping[signal.Signals, Any]) -> None:
    """Set handlers of signals, but for None: those were set by C++."""
    for number, handler in handlers.items():
        if handler is not None:
            signal.signal(number, handler)


def _left_as_it_is(number: int, handler: object) -> object:
    return signal.getsignal(number)
