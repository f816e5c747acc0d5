"""Start a run in a folder of its own, kill it, resume it, and read its journal."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from guidelines.results.files import load_journal
from guidelines.results.journal_contents import Contents
from guidelines.results.model import Entry, Failure

ROOT = Path(__file__).parent.parent.parent
# Two sweeps of G2, of four variants each.
RUN = ("experiments/test_g2_group_count.py", "-k", "x1 or x2", "--device=cpu", "--batch-size=1")
QUICK = ("--benchmark-only", "--benchmark-max-time=0.05", "-p", "no:cacheprovider", "--benchmark-quiet")
PASSES = 2
Measurements = Mapping[str, Mapping[int, Sequence[Entry | Failure]]]


def kill(folder: Path, after_s: float) -> tuple[float | None, int]:
    """Start or resume a run and kill it.

    None, or the time after which it ended by itself, and the number of passes of sweeps that it had reported
    as ended, by beginning the next pass.
    """
    if is_finished(folder):
        return 0.0, 0
    start = time.perf_counter()
    process = resume(folder)
    ended_after_s = None
    try:
        process.wait(timeout=after_s)
        ended_after_s = time.perf_counter() - start
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    output = (folder / "out.txt").read_text()
    begun = re.findall(r"^ +pass \d+ of \d+: (\d+) sweeps?", output, re.MULTILINE)
    if ended_after_s is None:
        begun = begun[:-1]
    return ended_after_s, sum(map(int, begun))


def contents(folder: Path) -> Contents | None:
    """The journal of a run; None if it has no whole line yet."""
    path = folder / "run.jsonl"
    return load_journal(path) if path.exists() and b"\n" in path.read_bytes() else None


def measurements(folder: Path) -> Measurements:
    known = contents(folder)
    return known.measurements if known else {}


def is_finished(folder: Path) -> bool:
    known = contents(folder)
    return known is not None and known.is_finished


def resume(folder: Path) -> subprocess.Popen[bytes]:
    """Go on with a run, or begin it; one that was killed in its first line leaves a journal of nothing."""
    if contents(folder):
        return command(folder, "--resume")
    (folder / "run.jsonl").unlink(missing_ok=True)
    return command(folder)


def command(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    outputs = (
        f"--passes={PASSES}",
        f"--journal={folder / 'run.jsonl'}",
        f"--benchmark-json={folder / 'run.json'}",
    )
    with (folder / "out.txt").open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "pytest", *RUN, *QUICK, *outputs, *options],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
