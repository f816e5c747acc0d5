"""Fresh processes that measure the tasks of a pass; one that dies fails what it was measuring, no more."""

import json
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
from guidelines.measure.worker import Building, Job, Message

# A fresh interpreter finds modules where this one does, whatever it was started with.
# Ctrl-C reaches all processes of a terminal; the parent ends this one.
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
# Processes that a network has started may hold the error output open.
READ_TIMEOUT_S = 0.5
SIGNALS = {number.value: number.name for number in signal.Signals}
HINTS = {"SIGKILL": " (out of memory?)"}
# The reason of every failure that a process left behind begins so.
DIED = "the process that measured it"
TaskOfCase = tuple[Task, Case]


@dataclass(frozen=True)
class Died:
    """How a process ended before its task did, and the id of the variant that it was building, or ""."""

    reason: str
    variant: str


def measure_in_processes(
    tasks: deque[TaskOfCase],
    explain: Explain,
    prepare: tuple[Callable[[], object], ...] = (),
    say: Callable[[str], object] = sys.stderr.write,
) -> Iterator[tuple[Task, Outcome | Dropped | Died | None]]:
    """Measure tasks in a fresh process, and in another one after each death; ended tasks leave the queue.

    Yields every task twice: with None when it begins, then with its outcome, or with the reason why it has
    none. Tasks that are added meanwhile are measured by a further process. What the processes print is given
    to `say`. On leaving, also by Ctrl-C, no process is left.
    """
    while tasks:
        job = Job(tuple(map(_of_origin, tasks)), explain, prepare)
        with _process(pickle.dumps(job), say) as process:
            yield from _until_death(process, tasks)


def _of_origin(task_of_case: TaskOfCase) -> tuple[Task, Origin]:
    task, case = task_of_case
    if case.origin is None:
        raise ValueError(f"{task.sweep_id}: nothing says where another process would find its sweeps")
    return task, case.origin


def _until_death(
    process: "_Process", tasks: deque[TaskOfCase]
) -> Iterator[tuple[Task, Outcome | Dropped | Died | None]]:
    """Results of a process, task by task, until all are done or it dies."""
    for _ in range(len(tasks)):
        task, _case = tasks[0]
        yield task, None
        variant = ""
        while isinstance(message := process.message(), Building):
            variant = message.variant
        tasks.popleft()
        if message is None:
            yield task, Died(f"{DIED} {process.end()}", variant)
            return
        yield task, message.outcome


class _Process:
    """A worker and the reader of what it prints."""

    def __init__(self) -> None:
        self.popen = subprocess.Popen(
            [sys.executable, *_interpreter_flags(), "-P", "-c", PROGRAM, json.dumps(sys.path, default=str)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._printed: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def printed(self) -> str:
        """What it has printed so far."""
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
        """How it ended: "was ended by SIGKILL", "ended with status 3", with the last line that it printed."""
        status = self.wait()
        if status < 0:
            name = SIGNALS.get(-status, f"signal {-status}")
            return f"was ended by {name}{HINTS.get(name, '')}"
        lines = self.printed.strip().splitlines()
        last = f": {lines[-1]}" if status and lines else ""
        return f"ended with status {status}{last}"

    def wait(self) -> int:
        status = self.popen.wait()
        self._reader.join(timeout=READ_TIMEOUT_S)
        return status

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
        process.popen.kill()  # no harm to one that has ended
        process.wait()
        process.close()
        say(process.printed)


def _interpreter_flags() -> list[str]:
    """Options such as -X and -O of this interpreter, as multiprocessing passes them on."""
    flags: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    return flags
