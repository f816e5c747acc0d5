"""Writing of a run's journal: every result is on disk as soon as it is known."""

import errno
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from guidelines.results.journal_contents import VERSION, Contents, Header, Result
from guidelines.results.model import Entry, Failure
from guidelines.results.schema import to_benchmark, to_failed

try:
    import fcntl
except ImportError:  # Windows, where two runs that write one journal go unnoticed
    fcntl = None  # type: ignore[assignment]


class Journal:
    """A journal that is being written; after an error, `fault` is its message and nothing more is written."""

    def __init__(self, path: Path, file: IO[bytes], measurements: int = 0) -> None:
        self.path = path
        self.fault = ""
        self.is_finished = False
        self._file = file
        self._measurements = measurements

    def add(self, sweep_id: str, number: int, results: Sequence[Result]) -> None:
        """Write the results of a sweep in the pass with a number, one line for each variant."""
        self._measurements += 1
        measurement = {
            "sweep": sweep_id,
            "pass": number,
            "measurement": self._measurements,
            "of": len(results),
        }
        self._append(*(measurement | _saved(result) for result in results))

    def withdraw(self, failure: Failure) -> None:
        """Note that a variant's test failed after it was timed."""
        self._append({"withdrawn": to_failed(failure)})

    def take_back(self, withdrawn: Failure) -> None:
        """Note that a variant's test is tried again: its entry counts, unless it is withdrawn once more."""
        self._append({"taken_back": to_failed(withdrawn)})

    def skip(self, test: str, reason: str) -> None:
        """Note a test that was skipped."""
        self._append({"skipped": f"{test}: {reason}"})

    def resume(self) -> None:
        """Note that the run was resumed: all its tests run again, without measuring finished sweeps anew."""
        self._append({"resumed": True})

    def finish(self) -> None:
        """Note that the run is complete."""
        self._append({"finished": True})
        self.is_finished = not self.fault

    def close(self) -> None:
        """Close and unlock the file. Closing tries once more to write what a full disk did not take."""
        try:
            self._file.close()
        except OSError as error:
            self.fault = self.fault or error.strerror or str(error)

    def _append(self, *lines: Mapping[str, Any]) -> None:
        if self.fault:
            return
        try:
            _write(self._file, *lines)
        except OSError as error:
            self.fault = error.strerror or str(error)


def create(path: Path, header: Header) -> Journal:
    """Begin a journal. Raises OSError, FileExistsError if there is a file at the path."""
    file = path.open("xb")
    _lock(file)
    _write(file, {"guidelines_journal": VERSION, **asdict(header)})
    _sync_folder(path.parent)
    return Journal(path, file)


def reopen(path: Path, contents: Contents) -> Journal:
    """Resume a journal after cutting off an incomplete last line.

    Raises OSError, BlockingIOError if another run is writing it or has written to it since it was read.
    """
    file = path.open("r+b")
    _lock(file)
    if file.read().rfind(b"\n") + 1 != contents.size_bytes:
        raise BlockingIOError(errno.EAGAIN, "another run has written to it since it was read")
    file.truncate(contents.size_bytes)
    file.seek(contents.size_bytes)
    journal = Journal(path, file, contents.last_measurement)
    journal.resume()
    return journal


def _saved(result: Result) -> dict[str, Any]:
    return {"benchmark": to_benchmark(result)} if isinstance(result, Entry) else {"failed": to_failed(result)}


def _write(file: IO[bytes], *lines: Mapping[str, Any]) -> None:
    file.write(b"".join(json.dumps(line, allow_nan=False).encode() + b"\n" for line in lines))
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Put the name of a new file on disk, too; Windows has no call for it."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _lock(file: IO[bytes]) -> None:
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
