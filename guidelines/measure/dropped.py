"""A network that leaves its sweep: it failed, or it said that it cannot be measured here.

A network says so by raising SkippedNetworkError: in its constructor, or in its forward pass. Tables show it
as skipped, with its message as the reason. Any other error is a failure, and the other networks go on; the
end of the program is none, that is KeyboardInterrupt (and see `alarms`).
A test framework has its own exceptions for this; `pytest.skip` raises one. This package does not know them:
a caller that does passes a function of the type Explain, which leaves all other errors to `explained`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from guidelines.results.reason import one_line


class SkippedNetworkError(Exception):
    """Raised by a network that cannot be measured here; its message is the reason."""


@dataclass(frozen=True)
class Dropped:
    """Reason, in one line, why a network left its sweep."""

    reason: str
    is_skip: bool = False


# Gives the reason to drop a network that raised an error, None for an error that must end the run.
Explain = Callable[[BaseException], Dropped | None]


def explained(error: BaseException) -> Dropped | None:
    """Reason to drop a network that raised an error; None for Ctrl-C.

    SystemExit, asyncio.CancelledError and the like are failures: only a network can have raised them here.
    """
    if isinstance(error, SkippedNetworkError):
        return skipped(error)
    if holds(error, KeyboardInterrupt):
        return None
    return Dropped(one_line(error))


def holds(error: BaseException, kind: type[BaseException]) -> bool:
    """True if an error is of a kind, or is a group with such an error in it."""
    if isinstance(error, BaseExceptionGroup):
        return error.subgroup(kind) is not None
    return isinstance(error, kind)


def skipped(error: BaseException) -> Dropped:
    """A skip, with the first line of the error's message as its reason: "skipped: no such type"."""
    _, _, message = one_line(error).partition(": ")
    return Dropped(f"skipped: {message or 'no reason given'}", is_skip=True)
