"""The journal of a run: a line of JSON for each result, on disk as soon as it is known.

Its first line says what the run is, the others hold what a sweep's measurement gave, a variant a line. A
measurement that was cut short counts as none; of several of one sweep, the last complete one counts.
"""

import errno
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from guidelines.results.checked import count, printable, text
from guidelines.results.model import Entry, Failure, Machine, Run
from guidelines.results.saved_file import checked_run
from guidelines.results.schema import ResultsError, parse_entry, parse_failure, to_benchmark, to_failed

try:
    import fcntl
except ImportError:  # Windows: two runs in one journal are not noticed there
    fcntl = None  # type: ignore[assignment]

VERSION = 1
# What a journal begins with, so that it is told from other files whatever its name.
OPENING = b'{"guidelines_journal":'


@dataclass(frozen=True)
class Header:
    """What has to be the same for a run to be gone on with, and which variants of which sweeps it plans."""

    machine: Machine
    settings: Mapping[str, str]
    sweeps: Mapping[str, Sequence[str]]
    batches: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Contents:
    """A journal as far as it was written: complete measurements by sweep, and what is wrong with it.

    `withdrawn` are the variants whose test failed after they had been timed, `size_bytes` is where a torn
    last line begins.
    """

    header: Header
    measurements: Mapping[str, Sequence[Entry | Failure]]
    withdrawn: Sequence[Failure]
    skipped: Sequence[str]
    is_finished: bool
    is_torn: bool
    size_bytes: int
    last_measurement: int


class Journal:
    """Appends to a journal; where that fails, says so once in `fault` and writes no more."""

    def __init__(self, path: Path, file: IO[bytes], measurements: int = 0) -> None:
        self.path = path
        self.fault = ""
        self.is_finished = False
        self._file = file
        self._measurements = measurements

    def add(self, sweep_id: str, results: Sequence[Entry | Failure]) -> None:
        """Write what one measurement of a sweep gave, a line a variant."""
        self._measurements += 1
        measured = {"sweep": sweep_id, "measurement": self._measurements, "of": len(results)}
        self._append(*(measured | _result(result) for result in results))

    def withdraw(self, failure: Failure) -> None:
        """Note that a variant's test failed after it had been timed."""
        self._append({"withdrawn": to_failed(failure)})

    def skip(self, test: str, reason: str) -> None:
        """Note a test that was skipped."""
        self._append({"skipped": f"{test}: {reason}"})

    def resume(self) -> None:
        """Note that the run goes on: all its tests run again, on what is measured already."""
        self._append({"resumed": True})

    def finish(self) -> None:
        """Note that nothing is missing."""
        self._append({"finished": True})
        self.is_finished = not self.fault

    def close(self) -> None:
        """Let others have the file. What a full disk did not take is tried once more, and may fail again."""
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
    """Begin a journal. Raises OSError, FileExistsError where the path is taken."""
    file = path.open("xb")
    _lock(file)
    _write(file, {"guidelines_journal": VERSION, **asdict(header)})
    _sync_folder(path.parent)
    return Journal(path, file)


def reopen(path: Path, contents: Contents) -> Journal:
    """Go on with a journal; a torn last line is cut off.

    Raises OSError, BlockingIOError where another run is writing it.
    """
    file = path.open("r+b")
    _lock(file)
    if file.read().rfind(b"\n") + 1 != contents.size_bytes:
        raise BlockingIOError(errno.EAGAIN, "another run has gone on with it since it was read")
    file.truncate(contents.size_bytes)
    file.seek(contents.size_bytes)
    journal = Journal(path, file, contents.last_measurement)
    journal.resume()
    return journal


def parse(content: bytes) -> Contents:
    """A journal's content. Raises ResultsError for what is none, and for a broken line but the last."""
    *whole, rest = content.split(b"\n")
    lines = [_line(number, line) for number, line in enumerate(whole, 1)]
    if not lines:
        raise ResultsError("is a journal without a whole line: nothing was measured")
    header = _header(lines[0])
    measured: dict[str, dict[int, list[Entry | Failure]]] = {}
    complete: dict[str, Sequence[Entry | Failure]] = {}
    withdrawn: list[Failure] = []
    skipped: list[str] = []
    is_finished = False
    for number, line in enumerate(lines[1:], 2):
        is_finished = line.get("finished") is True
        if "resumed" in line:
            withdrawn.clear()
            skipped.clear()
        elif "withdrawn" in line:
            withdrawn.append(parse_failure(line["withdrawn"]))
        elif "skipped" in line:
            skipped.append(text(line["skipped"]))
        elif not is_finished:
            sweep_id, results = _measured(number, line, measured)
            if len(results) == line["of"]:
                complete[sweep_id] = list(results)
    return Contents(
        header,
        complete,
        withdrawn,
        skipped,
        is_finished,
        is_torn=bool(rest),
        size_bytes=len(content) - len(rest),
        last_measurement=max((number for found in measured.values() for number in found), default=0),
    )


def to_run(contents: Contents) -> Run:
    """A journal as the run that it is so far, with notes on what is missing."""
    order = dict.fromkeys((*contents.header.sweeps, *contents.measurements))
    everything = [result for sweep_id in order for result in contents.measurements.get(sweep_id, ())]
    failed = {failure.place: failure for failure in contents.withdrawn}
    entries = [r for r in everything if isinstance(r, Entry) and r.place not in failed]
    failures = [r for r in everything if isinstance(r, Failure)] + list(failed.values())
    if not everything:
        raise ResultsError("is the journal of a run that finished no sweep")
    run = checked_run(entries, failures)
    notes = [f"skipped: {skipped}" for skipped in contents.skipped]
    if not contents.is_finished:
        there, planned = len(contents.measurements), len(contents.header.sweeps)
        notes.append(f"is the journal of an unfinished run: {there} of {planned} sweeps are there")
    if contents.is_torn:
        notes.append("its last line is torn and was ignored")
    return replace(run, machine=contents.header.machine, notes=tuple(notes))


def _measured(
    number: int, line: Mapping[str, Any], measured: dict[str, dict[int, list[Entry | Failure]]]
) -> tuple[str, list[Entry | Failure]]:
    """The sweep of a line and what its measurement gave so far."""
    sweep_id, measurement, of = line.get("sweep"), line.get("measurement"), line.get("of")
    if not isinstance(sweep_id, str) or type(measurement) is not int or type(of) is not int:
        raise ResultsError(f"line {number} is none of a journal's")
    results = measured.setdefault(sweep_id, {}).setdefault(measurement, [])
    try:
        failed = line.get("failed")
        results.append(parse_entry(line.get("benchmark")) if failed is None else parse_failure(failed))
    except ResultsError as error:
        raise ResultsError(f"line {number}: {error}") from error
    return sweep_id, results


def _header(line: Mapping[str, Any]) -> Header:
    version = line.get("guidelines_journal")
    if type(version) is not int or version > VERSION:
        raise ResultsError(
            f"is a journal of version {text(version)}; this version of guidelines reads {VERSION}"
        )
    try:
        machine = Machine(**{name: text(value) for name, value in line["machine"].items()})
        settings = {text(name): text(value) for name, value in line["settings"].items()}
        sweeps = {text(name): tuple(map(text, variants)) for name, variants in line["sweeps"].items()}
        batches = {text(name): count(batch, "batches") for name, batch in line["batches"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ResultsError(f"is a journal whose first line is broken: {printable(str(error))}") from error
    return Header(machine, settings, sweeps, batches)


def _line(number: int, line: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"line {number} is broken: {printable(str(error))}") from error
    if not isinstance(found, dict):
        raise ResultsError(f"line {number} is none of a journal's")
    return found


def _result(result: Entry | Failure) -> dict[str, Any]:
    return {"benchmark": to_benchmark(result)} if isinstance(result, Entry) else {"failed": to_failed(result)}


def _write(file: IO[bytes], *lines: Mapping[str, Any]) -> None:
    file.write(b"".join(json.dumps(line, allow_nan=False).encode() + b"\n" for line in lines))
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Put the name of a new file on disk as well; Windows has no way to."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _lock(file: IO[bytes]) -> None:
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
