"""Read many files: each is reduced by itself, on all usable processors if there are enough files."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from functools import partial
from itertools import islice
from multiprocessing import Lock, active_children
from pathlib import Path
from typing import NamedTuple, TypeVar

from guidelines.analysis.audit.of_run import audit_result
from guidelines.analysis.audit.result import AuditResult
from guidelines.analysis.measured import MachineResults, results_of
from guidelines.results.files import find, load
from guidelines.results.model import Run
from guidelines.results.schema import ResultsError

# Fewer files are read before other processes have started.
FEWEST_FOR_PROCESSES = 32
FILES_A_TASK = 8
# Windows starts no more.
MOST_PROCESSES = 61
# More than a pool of processes takes for itself, and for each of them.
DESCRIPTORS, DESCRIPTORS_A_PROCESS = 16, 4

Result = TypeVar("Result")


class Reading(NamedTuple):
    """The runs in each path, in the order of the paths; the files that were read, and those left out.

    `skipped` has a line for each file that was left out, which names it and says why. `audits_by_path` are
    the audits in each path, which are no runs.
    """

    runs_by_path: list[list[MachineResults]]
    files: tuple[Path, ...]
    skipped: tuple[str, ...] = ()
    audits_by_path: Sequence[list[AuditResult]] = ()

    @property
    def audits(self) -> list[AuditResult]:
        """The audits in all paths."""
        every: list[AuditResult] = []
        for audits in self.audits_by_path:
            every += audits
        return every


def read(paths: Sequence[Path], max_bytes: int, skip_broken: bool = False) -> Reading:
    """Read the runs in each path, a file or a folder; samples are dropped after each file.

    Raises ResultsError for the first file that cannot be read; with `skip_broken`, only if none can.
    """
    by_path = [find([path]) for path in paths]
    files: list[Path] = []
    for of_path in by_path:
        files += of_path
    one = partial(_results_or_error if skip_broken else _results, max_bytes=max_bytes)
    results = iter(_all(files, one))
    runs_by_path: list[list[MachineResults]] = []
    audits_by_path: list[list[AuditResult]] = []
    skipped: list[str] = []
    for of_path in by_path:
        of_it = list(islice(results, len(of_path)))
        runs_by_path.append([each for each in of_it if isinstance(each, MachineResults)])
        audits_by_path.append([each for each in of_it if isinstance(each, AuditResult)])
        skipped += [str(each) for each in of_it if isinstance(each, ResultsError)]
    if skipped and not any(runs_by_path) and not any(audits_by_path):
        which = f"all {len(skipped)} files are" if len(skipped) > 1 else "the only file is"
        raise ResultsError(f"{which} broken, {skipped[0]}")
    return Reading(runs_by_path, tuple(files), tuple(skipped), audits_by_path)


def _all(files: Sequence[Path], one: Callable[[Path], Result]) -> list[Result]:
    """The results of all files, from several processes if there are many files and processes can start."""
    processes = min(_usable_processors(), MOST_PROCESSES)
    if len(files) < FEWEST_FOR_PROCESSES or not _can_start(processes):
        return list(map(one, files))
    before = set(active_children())
    try:
        with ProcessPoolExecutor(processes) as pool:
            return list(pool.map(one, files, chunksize=FILES_A_TASK))
    except BrokenProcessPool as error:
        raise ResultsError(f"{len(files)} files: a process that read them died, out of memory?") from error
    except OSError:  # no more processes: those that have started would wait for ever
        for child in set(active_children()) - before:
            child.terminate()
        return list(map(one, files))


def _usable_processors() -> int:
    """Number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _can_start(processes: int) -> bool:
    """True if this process may have the semaphores and descriptors that other processes need."""
    try:
        Lock()
        with ExitStack() as opened:
            for _ in range(DESCRIPTORS + processes * DESCRIPTORS_A_PROCESS):
                opened.enter_context(Path(os.devnull).open())
    except (OSError, ImportError):
        return False
    return True


def _results_or_error(path: Path, max_bytes: int) -> MachineResults | AuditResult | ResultsError:
    try:
        return _results(path, max_bytes)
    except ResultsError as error:
        return ResultsError(str(error))  # without its cause, which other processes cannot send


def _results(path: Path, max_bytes: int) -> MachineResults | AuditResult:
    run = load(path, max_bytes)
    if run.audit:
        return _audit(run)
    results = results_of(run)
    for measured in results.measured:
        measured.slowdown(measured.confidence)  # sorts the samples, in this process
    return results


def _audit(run: Run) -> AuditResult:
    try:
        return audit_result(run)
    except ValueError as error:
        raise ResultsError(f"{run.source}: {error}") from error
