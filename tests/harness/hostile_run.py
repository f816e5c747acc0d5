"""Run pytest on the hostile experiments in a folder of its own, and read what it leaves there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from guidelines.results.files import load
from guidelines.results.model import Run

HOSTILE = Path(__file__).parent / "hostile"
ROOT = HOSTILE.parent.parent.parent
QUICK = ("--benchmark-only", "--benchmark-max-time=0.05", "--benchmark-min-rounds=12", "--device=cpu")
PLUGINS = ("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist")
MOST_S = 300


@dataclass(frozen=True)
class Result:
    """One run: its exit status, what it printed, and what its saved file and its journal hold."""

    status: int
    printed: str
    folder: Path

    @property
    def saved(self) -> Run:
        """The run of the saved file. Raises ResultsError if it cannot be read."""
        return load(self.folder / "run.json", 10**9)

    def failed(self) -> dict[str, str]:
        """The reasons of the saved failures by "sweep variant"."""
        return {f"{f.place.sweep} {f.place.variant}": f.reason for f in self.saved.failures}

    def measured(self) -> set[str]:
        """The saved entries as "sweep variant"."""
        return {f"{entry.place.sweep} {entry.place.variant}" for entry in self.saved.entries}

    def line(self, *words: str) -> str:
        """The first printed line that holds all words, "" if none does."""
        return next((line.strip() for line in self.printed.splitlines() if all(w in line for w in words)), "")


def run(folder: Path, test: str, variables: Mapping[str, str], options: tuple[str, ...]) -> Result:
    """Run one test of the hostile experiments in a folder of its own."""
    shutil.copy(HOSTILE / "hostile_networks.py", folder)
    shutil.copy(HOSTILE / "hostile_runs.py", folder / "conftest.py")
    (folder / "pytest.ini").write_text("[pytest]\n")
    command = (sys.executable, "-m", "pytest", f"hostile_networks.py::{test}", *QUICK, *PLUGINS, *options)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200", **variables}
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=MOST_S,
    )
    return Result(ended.returncode, ended.stdout, folder)


def report(folder: Path, *paths: str) -> str:
    command = (sys.executable, "-m", "guidelines", "report", *paths)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True).stdout
