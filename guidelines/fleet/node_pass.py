"""One pass of a run, on the node that this runs on: a group of processes, which ends with its parent."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import guidelines

# What a pass printed last, for a node that fails.
MOST_LINES, MOST_BYTES = 8, 4096
# Beginnings of the lines in which pytest and the suite name an error.
ERRORS = ("ERROR: ", "guidelines: ", "E  ")
# Set by ray for each of its tasks, and read by torch: a run sets its threads itself.
OF_RAY = "OMP_NUM_THREADS"


@dataclass(frozen=True)
class PassTask:
    """A pass to measure: its number in the run of `passes`, and the journal of the ones before, b"" for none.

    `machine` is the name of the device in files.
    """

    arguments: tuple[str, ...]
    number: int
    passes: int
    machine: str
    journal: bytes
    timeout_s: int


@dataclass(frozen=True)
class PassResult:
    """The journal and the saved file after a pass, or the `reason` why there are none and what it printed."""

    journal: bytes = b""
    saved: bytes = b""
    reason: str = ""
    printed: str = ""


def measure(task: PassTask) -> PassResult:
    """Measure a pass; whatever goes wrong with it is a result, too."""
    with tempfile.TemporaryDirectory(prefix="guidelines-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        journal, saved, output = folder / "run.jsonl", folder / "run.json", folder / "output"
        try:
            if task.journal:
                journal.write_bytes(task.journal)
            is_over = _run(_command(task, journal, saved), output, task.timeout_s)
            printed = _last_lines(output)
            if not is_over:
                reason = f"pass {task.number} took longer than --timeout {task.timeout_s} s: give it more"
                return PassResult(reason=reason, printed=printed)
            if not saved.exists():
                return PassResult(reason=reason_in(printed), printed=printed)
            return PassResult(journal.read_bytes(), saved.read_bytes())
        except OSError as error:
            return PassResult(reason=f"cannot write a pass: {error.strerror}: {error.filename}")


def _command(task: PassTask, journal: Path, saved: Path) -> list[str]:
    outputs = [f"--machine={task.machine}", f"--journal={journal}", f"--benchmark-json={saved}"]
    which = [f"--passes={task.passes}", f"--until-pass={task.number}"]
    resume = ["--resume"] if task.journal else []
    run = [sys.executable, "-m", "guidelines.fleet.with_parent", "run"]
    return [*run, *task.arguments, "--benchmark-only", "-q", *which, *outputs, *resume]


def _run(command: Sequence[str], output: Path, timeout_s: float) -> bool:
    """Run a command, which ends when this process does; False if it was killed for its time."""
    path = [str(Path(guidelines.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    environ = {name: value for name, value in os.environ.items() if name != OF_RAY}
    with output.open("wb") as file:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # it is closed when this process ends, however it does
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**environ, "PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"},
        )
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return False
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if process.stdin:
                process.stdin.close()
    return True


def _last_lines(output: Path) -> str:
    with output.open("rb") as file:
        file.seek(max(0, output.stat().st_size - MOST_BYTES))
        text = file.read().decode("utf-8", "replace")
    return "\n".join(text.strip().splitlines()[-MOST_LINES:])


def reason_in(printed: str) -> str:
    """The line that names an error among those that a pass printed last, else the last of them."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    for line in reversed(lines):
        for beginning in ERRORS:
            if line.startswith(beginning):
                return line.removeprefix(beginning).strip()
    return lines[-1] if lines else "its process ended without a word"
