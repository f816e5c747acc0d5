"""Read many files: each is reduced by itself, on all processors if there are enough files."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from guidelines.analysis.measured import MachineResults, results_of
from guidelines.results.files import find, load
from guidelines.results.schema import ResultsError

# Fewer files are read before other processes have started.
FEWEST_FOR_PROCESSES = 32
FILES_A_TASK = 8


def read(paths: Sequence[Path], max_bytes: int) -> list[list[MachineResults]]:
    """The runs in each path, a file or a folder, in their order; samples are dropped after each file.

    Raises ResultsError for the first file that cannot be read.
    """
    files = [find([path]) for path in paths]
    everything: list[Path] = []
    for of_path in files:
        everything += of_path
    results = _all(everything, partial(_results, max_bytes=max_bytes))
    runs = []
    start = 0
    for of_path in files:
        runs.append(results[start : start + len(of_path)])
        start += len(of_path)
    return runs


def _all(files: Sequence[Path], one: Callable[[Path], MachineResults]) -> list[MachineResults]:
    if len(files) < FEWEST_FOR_PROCESSES:
        return list(map(one, files))
    try:
        with ProcessPoolExecutor(os.cpu_count()) as processes:
            return list(processes.map(one, files, chunksize=FILES_A_TASK))
    except BrokenProcessPool as error:
        raise ResultsError(f"{len(files)} files: a process that read them died, out of memory?") from error


def _results(path: Path, max_bytes: int) -> MachineResults:
    results = results_of(load(path, max_bytes))
    for measured in results.measured:
        measured.slowdown(measured.confidence)  # sorts the samples, in this process
    return results
