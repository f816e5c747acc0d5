"""The process that measures a pass: it reads what to do from its input and writes results to its output.

The program that starts it is `processes`. Both sides exchange pickles, which end by themselves.
"""

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from guidelines.measure.case import Origin
from guidelines.measure.dropped import Dropped, Explain
from guidelines.measure.outcome import Outcome
from guidelines.measure.task import OriginError, Task, ceilings, found, measure
from guidelines.measure.turn import Turn
from guidelines.results.ceilings import Ceilings


@dataclass(frozen=True)
class Job:
    """The tasks of a process, each with the origin of its sweep, and what to run before the first one.

    The file `turn` is told whose turn it is, see `turn.Turn`.
    """

    tasks: tuple[tuple[Task, Origin], ...]
    explain: Explain
    turn: Path
    prepare: tuple[Callable[[], object], ...] = ()


@dataclass(frozen=True)
class Ended:
    """The outcome of the next task, or the reason why its sweep was not found."""

    outcome: Outcome | Dropped


@dataclass(frozen=True)
class RunEnds:
    """An error that a network raised to end the whole run, such as KeyboardInterrupt."""

    error: BaseException


Message = Ended | RunEnds | Ceilings


def main() -> None:
    """Measure the tasks of the job that stands on the input; the process ends when its parent does."""
    source, channel = _source(), _channel()
    job: Job = pickle.load(source)
    threading.Thread(target=_end_with_parent, args=(source,), daemon=True).start()
    try:
        _measure_all(job, channel)
    except BaseException as error:
        if job.explain(error):
            raise  # a fault of this program
        _send(channel, RunEnds(error))


def _measure_all(job: Job, channel: IO[bytes]) -> None:
    turn, unprepared = Turn(job.turn), _unprepared(job)
    for task, origin in job.tasks:
        turn.set_other()
        for measured in ceilings(task):
            _send(channel, measured)
        turn.set("", ())
        outcome = unprepared or _outcome(task, origin, job.explain, turn)
        _send(channel, Ended(outcome))


def _unprepared(job: Job) -> Dropped | None:
    """Reason why nothing can be measured: something that has to run before the first task failed."""
    for act in job.prepare:
        try:
            act()
        except BaseException as error:  # whatever a user's conftest.py raises
            return _undefined(error, job.explain)
    return None


def _outcome(task: Task, origin: Origin, explain: Explain, turn: Turn) -> Outcome | Dropped:
    try:
        sweep = found(task, origin)
    except OriginError as error:
        return Dropped(str(error))
    except BaseException as error:  # whatever a user's module raises while it is imported
        return _undefined(error, explain)
    return measure(task, sweep, explain, lambda variant: turn.set(variant, task.variants))


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
    """End this process, and what networks have started, at the end of the input.

    The parent keeps the input open as long as it lives.
    """
    while os.read(source.fileno(), 1):
        pass
    if os.name == "posix" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
