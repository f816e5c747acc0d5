"""Errors that a signal handler raised: they interrupt a network, and are no fault of it.

A timeout plugin ends a test this way: its alarm raises an error in whatever the test was doing.
"""

import signal
from collections.abc import Iterator
from functools import partial
from types import CodeType, TracebackType
from typing import Any

from torch import nn

from guidelines.measure.device.declared import check_work
from guidelines.measure.dropped import Dropped, Explain
from guidelines.spec.condition import Condition, Device
from guidelines.spec.sweep import Variant
from guidelines.spec.work import Conv, Stack

TINY_IMAGE = Condition(Device("cpu"), "", image_size=1)


def unless_alarm(explain: Explain) -> Explain:
    """Explain errors as `explain` does, but leave those that a signal handler raised to the test that runs.

    This is for networks that are measured in the process of the test.
    """

    def explained(error: BaseException) -> Dropped | None:
        return None if is_alarm(error) else explain(error)

    return explained


def is_alarm(error: BaseException) -> bool:
    """True if an error, or one that led to it, passed through a handler that is installed for a signal."""
    handlers = set(filter(None, map(_code, map(signal.getsignal, signal.valid_signals()))))
    return any(not handlers.isdisjoint(_codes(each.__traceback__)) for each in _behind(error))


def _code(handler: object) -> CodeType | None:
    """The code that runs first when a handler is called, None for one that is not written in Python."""
    while isinstance(handler, partial):
        handler = handler.func
    function: Any = getattr(handler, "__func__", handler)
    if callable(function) and not hasattr(function, "__code__"):
        function = type(function).__call__
    code = getattr(function, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _codes(traceback: TracebackType | None) -> Iterator[CodeType]:
    while traceback:
        yield traceback.tb_frame.f_code
        traceback = traceback.tb_next


def _behind(error: BaseException) -> Iterator[BaseException]:
    """An error, its causes, those during whose handling it was raised, and the members of groups."""
    known: set[int] = set()
    left: list[BaseException | None] = [error]
    while left:
        each = left.pop()
        if each is None or id(each) in known:
            continue
        known.add(id(each))
        yield each
        left += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            left += each.exceptions


def import_early() -> None:
    """Count the work of a tiny network: torch then imports hundreds of modules that it needs for this.

    An alarm in the midst of such an import would leave half a module behind, which no network could use.
    """
    build = partial(nn.Conv2d, 1, 1, 1, bias=False)
    check_work(Variant("tiny", "tiny", (1,), Stack((Conv(1, 1),)), build=build), TINY_IMAGE)
