"""Many files at once: each is read and reduced by itself, on all processors where it pays."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path

from guidelines.files import find, load
from guidelines.merge import Results, reduced
from guidelines.saved import ResultsError

# Fewer files are read sooner than other processes start.
FEWEST_FOR_PROCESSES = 32
FILES_A_TASK = 8


def read(paths: Sequence[Path], max_bytes: int) -> list[list[Results]]:
    """The runs behind each path, folders searched, in their order; samples do not outlive their file.

    Raises ResultsError for the first file that cannot be read.
    """
    files = [find([path]) for path in paths]
    found = iter(
        _all([file for of_path in files for file in of_path], partial(_results, max_bytes=max_bytes))
    )
    return [[next(found) for _ in of_path] for of_path in files]


def _all(files: Sequence[Path], one: Callable[[Path], Results]) -> list[Results]:
    if len(files) < FEWEST_FOR_PROCESSES:
        return list(map(one, files))
    try:
        with ProcessPoolExecutor(os.cpu_count()) as processes:
            return list(processes.map(one, files, chunksize=FILES_A_TASK))
    except BrokenProcessPool as error:
        raise ResultsError(f"{len(files)} files: a process that read them died, out of memory?") from error


def _results(path: Path, max_bytes: int) -> Results:
    results = reduced(load(path, max_bytes))
    for measured in results.measured:
        measured.slowdown(measured.confidence)  # so that the sorting is done in this process
    return results
