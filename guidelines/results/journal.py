"""Writing of a run's journal: every result is on disk as soon as it is known."""

import errno
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any
from weakref import WeakSet

from guidelines.results import journal_file
from guidelines.results.ceilings import Ceilings, to_saved
from guidelines.results.journal_contents import VERSION, Contents, Header, Result
from guidelines.results.journal_lines import encoded, sealed
from guidelines.results.model import Entry, Failure
from guidelines.results.schema import to_benchmark, to_failed
from guidelines.results.writing import write_whole

# Journals that this process may be writing.
_open: "WeakSet[Journal]" = WeakSet()


class Journal:
    """A journal that is being written.

    After an error, `fault` is its message, and nothing more is written. A journal that was deleted or changed
    by somebody else is written anew, at its path if that is free; `notes` say so.

    `content` is what the file holds so far, `checksum` that of its lines, None if they have none.
    """

    def __init__(
        self,
        path: Path,
        file: IO[bytes],
        *,
        measurements: int = 0,
        content: bytes = b"",
        checksum: int | None = 0,
    ) -> None:
        self.path = path
        self.fault = ""
        self.notes: list[str] = []
        self.is_finished = False
        self._file = file
        self._measurements = self._kept = measurements
        self._content = bytearray(content)
        self._checksum = checksum
        _open.add(self)

    @property
    def lost(self) -> int:
        """Number of measurements of sweeps that are not in the file."""
        return self._measurements - self._kept

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
        if not self.fault:
            self._kept = self._measurements

    def note_ceilings(self, ceilings: Ceilings) -> None:
        """Write the ceilings of a device, as one pass measured them."""
        self._append({"ceilings": to_saved(ceilings)})

    def withdraw(self, failure: Failure) -> None:
        """Note that a variant's test failed after it was timed."""
        self._append({"withdrawn": to_failed(failure)})

    def take_back(self, withdrawn: Failure) -> None:
        """Note that a variant's test is tried again: its entry counts, unless it is withdrawn once more."""
        self._append({"taken_back": to_failed(withdrawn)})

    def skip(self, test: str, reason: str) -> None:
        """Note a test that was skipped."""
        self._append({"skipped": f"{test}: {reason}"})

    def resume(self, anew: Sequence[str] = ()) -> None:
        """Note that the run was resumed: all its tests run again, but finished sweeps are not measured again.

        What the journal holds of the sweeps `anew` counts no longer.
        """
        self._append({"resumed": True, "anew": list(anew)} if anew else {"resumed": True})

    def finish(self) -> None:
        """Note that the run is complete."""
        self._append({"finished": True})
        self.is_finished = not self.fault

    def close(self) -> None:
        """Close and unlock the file. Closing tries once more to write what a full disk did not take."""
        self._append()
        _open.discard(self)
        try:
            self._file.close()
        except OSError as error:
            self.fault = self.fault or error.strerror or str(error)

    def _append(self, *lines: Mapping[str, Any]) -> None:
        if self.fault or self not in _open:
            return
        try:
            self._stay()
            new = b"".join(map(self._line, lines))
            if new:
                journal_file.write(self._file, new)
            self._content += new
        except OSError as error:
            self.fault = error.strerror or str(error)

    def _line(self, content: Mapping[str, Any]) -> bytes:
        if self._checksum is None:
            return encoded(content)
        line, self._checksum = sealed(content, self._checksum)
        return line

    def _stay(self) -> None:
        """Write everything anew if the file is no longer at its path, or not as it was left."""
        harm = journal_file.harm(self.path, self._file, len(self._content))
        if not harm:
            return
        try:
            path, file = journal_file.anew(self.path, bytes(self._content))
        except OSError as error:
            self._kept = 0
            raise OSError(error.errno, f"it {harm}, and no other can be begun: {error.strerror}") from error
        with suppress(OSError):
            self._file.close()
        self.notes.append(f"{self.path} {harm} during the run; everything is in {path}")
        self.path, self._file = path, file
        self._lock()

    def _lock(self) -> None:
        """Lock the file. Raises BlockingIOError if another process has locked it."""
        if reason := journal_file.lock(self._file):
            self.notes.append(f"{self.path} cannot be locked ({reason}): resume no run that still goes on")


def create(path: Path, header: Header) -> Journal:
    """Begin a journal. Raises OSError, FileExistsError if there is a file at the path."""
    journal = Journal(path, path.open("xb"))
    try:
        journal._lock()
        head = journal._line({"guidelines_journal": VERSION, **asdict(header)})
        journal_file.write(journal._file, head)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    journal._content += head
    journal_file.sync_folder(path.parent)
    return journal


def reopen(path: Path, contents: Contents, anew: Sequence[str] = ()) -> Journal:
    """Resume a journal after cutting off all from the first broken or incomplete line on.

    The sweeps `anew` are measured again. A damaged journal is kept beside the one that is cut.
    Raises OSError, BlockingIOError if another run is writing it or has written to it since it was read.
    """
    file = path.open("r+b")
    journal = Journal(path, file, measurements=contents.last_measurement, checksum=contents.checksum)
    journal._lock()
    content = file.read()
    if len(content) != contents.read_bytes:
        raise BlockingIOError(errno.EAGAIN, "another run has written to it since it was read")
    if contents.broken:
        _keep_damaged(path, content)
    file.truncate(contents.size_bytes)
    file.seek(contents.size_bytes)
    journal._content += content[: contents.size_bytes]
    journal.resume(anew)
    return journal


def _keep_damaged(path: Path, content: bytes) -> None:
    """Keep a damaged journal beside the one that is cut: lines after the broken one may still be of use."""
    beside = path.with_name(f"{path.name}.damaged")
    if not beside.exists():
        write_whole(beside, content)


def _saved(result: Result) -> dict[str, Any]:
    return {"benchmark": to_benchmark(result)} if isinstance(result, Entry) else {"failed": to_failed(result)}


def _leave_to_parent() -> None:
    """Let go of journals in a process that was forked just now, or it would keep their locks."""
    for journal in _open:
        journal.fault = journal.fault or "a forked process leaves it to its parent"
        with suppress(OSError, ValueError), Path(os.devnull).open("wb") as nothing:
            os.dup2(nothing.fileno(), journal._file.fileno(), inheritable=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)
