"""Fresh processes that measure the tasks of a pass; one that dies fails what it was measuring, no more."""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from guidelines.measure.case import Case, Origin
from guidelines.measure.dropped import Dropped, Explain
from guidelines.measure.outcome import Outcome
from guidelines.measure.task import Task
from guidelines.measure.turn import Turn, new_turn
from guidelines.measure.turn_limit import TurnLimit
from guidelines.measure.worker import Job, Message, RunEnds
from guidelines.results.ceilings import Ceilings

# A fresh interpreter finds modules where this one does, whatever it was started with.
# Ctrl-C is for the parent, which ends this process.
# What the program itself imports comes first from where it usually is: a file beside a test may have the name
# of a module of the standard library.
PROGRAM = """
import json, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
path = json.loads(sys.argv[1])
sys.path += path
from guidelines.measure.worker import main
sys.path[:] = path
main()
"""
# A process that a network has started may have left the group of this one, and hold the error output open.
READ_TIMEOUT_S = 0.5
SIGNALS = {number.value: number.name for number in signal.Signals}
HINTS = {"SIGKILL": " (out of memory?)"}
# The reason of every failure that a process left behind begins so.
DIED = "the process that measured it"
# Far more than compiling a large network takes on a slow machine.
TURN_LIMIT_S = 600.0
TaskOfCase = tuple[Task, Case]


@dataclass(frozen=True)
class Died:
    """End of a process before its task ended, in words, and the id of the variant whose turn it was or ""."""

    reason: str
    variant: str


Result = Outcome | Dropped | Died | Ceilings


def measure_in_processes(
    tasks: deque[TaskOfCase],
    explain: Explain,
    prepare: tuple[Callable[[], object], ...] = (),
    say: Callable[[str], object] = sys.stderr.write,
    turn_limit_s: float = TURN_LIMIT_S,
) -> Iterator[tuple[Task, Result | None]]:
    """Measure tasks in a fresh process, and in another one after each death; ended tasks leave the queue.

    Yields every task twice: with None when it begins, then with its outcome, or with the reason why it has
    none. Between the two come the ceilings that it asks for. Tasks that are added meanwhile are measured by a
    further process. What the processes print is given to `say`. A process is ended if a turn of a network
    takes longer than `turn_limit_s`. On leaving, also by Ctrl-C, no process is left, and none that a network
    has started.
    Raises what a network raises to end the run: errors that `explain` leaves alone.
    """
    while tasks:
        origins = tuple(map(_of_origin, tasks))
        with new_turn() as turn:
            job = Job(origins, explain, turn.path, prepare)
            with (
                _process(pickle.dumps(job), say) as process,
                TurnLimit(turn, turn_limit_s, end=process.kill) as limit,
            ):
                yield from _until_death(process, tasks, turn, limit)


def _of_origin(task_of_case: TaskOfCase) -> tuple[Task, Origin]:
    task, case = task_of_case
    if case.origin is None:
        raise ValueError(f"{task.sweep_id}: nothing says where another process would find its sweeps")
    return task, case.origin


def _until_death(
    process: "_Process", tasks: deque[TaskOfCase], turn: Turn, limit: TurnLimit
) -> Iterator[tuple[Task, Result | None]]:
    """Results of a process, task by task, until all are done or it dies."""
    for _ in range(len(tasks)):
        task, _case = tasks[0]
        yield task, None
        message = process.message()
        while isinstance(message, Ceilings):
            yield task, message
            message = process.message()
        if isinstance(message, RunEnds):
            raise message.error
        tasks.popleft()
        if message is None:
            how = process.end()
            if limit.is_over:
                how = f"was ended, as it hung for {limit.limit_s:g} s (see --turn-limit)"
            yield task, Died(f"{DIED} {how}", turn.of(task.variants))
            return
        yield task, message.outcome


class _Process:
    """A worker, in a group of processes of its own, and the reader of what it prints."""

    def __init__(self) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, *_interpreter_flags(), "-P", "-c", PROGRAM, json.dumps(sys.path, default=str)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0 if os.name == "posix" else None,
        )
        self._printed: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def printed(self) -> str:
        """Text that it has printed so far."""
        return b"".join(self._printed).decode(errors="replace")

    @property
    def stdout(self) -> IO[bytes]:
        assert self.popen.stdout is not None
        return self.popen.stdout

    def send(self, job: bytes) -> None:
        """Tell the process what to do. Its input stays open: the end of it says that this process ended."""
        assert self.popen.stdin is not None
        with suppress(BrokenPipeError):  # if it died at once, its status and what it printed say why
            self.popen.stdin.write(job)
            self.popen.stdin.flush()

    def message(self) -> Message | None:
        """The next message; None if the process died, maybe in the middle of one."""
        try:
            message: Message = pickle.load(self.stdout)
        except (EOFError, pickle.UnpicklingError):
            return None
        return message

    def end(self) -> str:
        """Clause on its end: "was ended by SIGKILL", or "ended with status 3" and its last line of output."""
        status = self.wait()
        if status < 0:
            name = SIGNALS.get(-status, f"signal {-status}")
            return f"was ended by {name}{HINTS.get(name, '')}"
        lines = self.printed.strip().splitlines()
        last = f": {lines[-1]}" if status and lines else ""
        return f"ended with status {status}{last}"

    def wait(self) -> int:
        """The status of the process, once it has ended; whatever it has started is ended, too."""
        status = self.popen.wait()
        self.kill()
        self._reader.join(timeout=READ_TIMEOUT_S)
        return status

    def kill(self) -> None:
        """End the process and what it has started; no harm if there is nothing left of it."""
        if os.name != "posix":
            self.popen.kill()
            return
        with suppress(ProcessLookupError, PermissionError):  # macOS forbids to signal a group that has ended
            os.killpg(self.popen.pid, signal.SIGKILL)

    def close(self) -> None:
        """Close its input and output; the reader closes the error output when it ends."""
        for stream in (self.popen.stdin, self.popen.stdout):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()

    def _read(self) -> None:
        assert self.popen.stderr is not None
        with self.popen.stderr as printed:
            for line in printed:
                self._printed.append(line)  # what is known must not wait for the end


@contextmanager
def _process(job: bytes, say: Callable[[str], object]) -> Iterator[_Process]:
    process = _Process()
    try:
        process.send(job)
        yield process
    finally:
        process.kill()
        process.wait()
        process.close()
        say(process.printed)


def _interpreter_flags() -> list[str]:
    """Options such as -X and -O of this interpreter, as multiprocessing passes them on."""
    flags: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    return flags
