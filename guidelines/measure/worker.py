"""The process that measures a pass: it reads what to do from its input and writes results to its output.

The program that starts it is `processes`. Both sides exchange pickles, which end by themselves.
"""

import os
import pickle
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import IO

from guidelines.measure.case import Origin
from guidelines.measure.dropped import Dropped, Explain
from guidelines.measure.outcome import Outcome
from guidelines.measure.task import OriginError, Task, found, measure


@dataclass(frozen=True)
class Job:
    """The tasks of a process, each with the origin of its sweep, and what to run before the first one."""

    tasks: tuple[tuple[Task, Origin], ...]
    explain: Explain
    prepare: tuple[Callable[[], object], ...] = ()


@dataclass(frozen=True)
class Building:
    """A variant that the process builds, by its id; "" if it builds none any more."""

    variant: str


@dataclass(frozen=True)
class Ended:
    """The outcome of the next task, or the reason why its sweep was not found."""

    outcome: Outcome | Dropped


Message = Building | Ended


def main() -> None:
    """Measure the tasks of the job that stands on the input; the process ends when its parent does."""
    source, channel = _source(), _channel()
    job: Job = pickle.load(source)
    threading.Thread(target=_end_with_parent, args=(source,), daemon=True).start()
    unprepared = _unprepared(job)
    for task, origin in job.tasks:
        outcome = unprepared or _outcome(
            task, origin, job.explain, lambda variant: _send(channel, Building(variant))
        )
        _send(channel, Ended(outcome))


def _unprepared(job: Job) -> Dropped | None:
    """Reason why nothing can be measured: something that has to run before the first task failed."""
    for act in job.prepare:
        try:
            act()
        except BaseException as error:  # whatever a user's conftest.py raises
            return _undefined(error, job.explain)
    return None


def _outcome(
    task: Task, origin: Origin, explain: Explain, building: Callable[[str], object]
) -> Outcome | Dropped:
    try:
        sweep = found(task, origin)
    except OriginError as error:
        return Dropped(str(error))
    except BaseException as error:  # whatever a user's module raises while it is imported
        return _undefined(error, explain)
    return measure(task, sweep, explain, building)


def _undefined(error: BaseException, explain: Explain) -> Dropped:
    """The reason why sweeps are not defined in this process, though they are in its parent."""
    dropped = explain(error)
    if dropped is None:
        raise error
    reason = f"cannot be defined in a process of its own: {dropped.reason}; use --passes 1"
    return replace(dropped, reason=reason)


def _source() -> IO[bytes]:
    """The input of the process for its job alone: whatever else is read is at its end."""
    source = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return source


def _channel() -> IO[bytes]:
    """The output of the process for results alone: whatever else is printed goes to the error output.

    There it is written line by line, so that nothing is lost when the process is killed.
    """
    channel = os.fdopen(os.dup(1), "wb")
    # A forked child would keep it open beyond the death of this process.
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=lambda: os.close(channel.fileno()))
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return channel


def _send(channel: IO[bytes], message: Message) -> None:
    pickle.dump(message, channel)
    channel.flush()


def _end_with_parent(source: IO[bytes]) -> None:
    """Wait for the end of the input, which the parent keeps open as long as it lives."""
    while os.read(source.fileno(), 1):
        pass
    os._exit(1)
