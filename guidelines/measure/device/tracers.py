"""Takes tracers and profilers of Python code away: they would be timed with every function of a network."""

import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any


@contextmanager
def without_tracers() -> Iterator[None]:
    """No tracer or profiler runs in this thread or in threads that start meanwhile; afterwards all are back.

    Covers sys.settrace and sys.setprofile, those of `threading` for new threads, and the tools of
    sys.monitoring (Python 3.12), which coverage, debuggers and profilers use.
    """
    with ExitStack() as back:
        for read, write in (
            (sys.gettrace, sys.settrace),
            (sys.getprofile, sys.setprofile),
            (threading.gettrace, threading.settrace),
            (threading.getprofile, threading.setprofile),
        ):
            _take(read, write, back)
        _silence(getattr(sys, "monitoring", None), back)
        yield


def _take(read: Any, write: Any, back: ExitStack) -> None:
    function = read()
    if function is not None:
        write(None)
        back.callback(write, function)


def _silence(monitoring: Any, back: ExitStack) -> None:
    """Take the events of all tools away, and their callbacks, which code that ran before would still call."""
    if monitoring is None:
        return
    for tool in range(6):  # ids that tools can have
        if monitoring.get_tool(tool) is None:
            continue
        events = monitoring.get_events(tool)
        monitoring.set_events(tool, 0)
        back.callback(monitoring.set_events, tool, events)
        for event in _events(monitoring):
            callback = monitoring.register_callback(tool, event, None)
            back.callback(monitoring.register_callback, tool, event, callback)


def _events(monitoring: Any) -> list[int]:
    """Every single event that has callbacks."""
    events = [value for name, value in vars(monitoring.events).items() if not name.startswith("_")]
    return [event for event in events if event and not event & (event - 1)]
