"""Reading of a run's journal: bytes become its contents, and every error names its line."""

import json
from collections.abc import Mapping
from typing import Any

from guidelines.results.checked import count, printable, text
from guidelines.results.journal_contents import VERSION, Contents, Header, Result
from guidelines.results.model import Entry, Failure, Machine
from guidelines.results.saved_file import check_rounds
from guidelines.results.schema import ResultsError, parse_entry, parse_failure


def parse(content: bytes) -> Contents:
    """Contents of a journal; an incomplete last line is ignored.

    Raises ResultsError if there is no header, and for any other line that is broken.
    """
    *complete_lines, rest = content.split(b"\n")
    lines = [_line(number, line) for number, line in enumerate(complete_lines, 1)]
    if not lines:
        raise ResultsError("is a journal without a complete line: nothing was measured")
    header = _header(lines[0])
    reader = _Reader()
    for number, line in enumerate(lines[1:], 2):
        reader.read(number, line)
    return Contents(
        header=header,
        measurements=reader.complete,
        withdrawn=reader.withdrawn,
        skipped=reader.skipped,
        is_finished=reader.is_finished,
        is_torn=bool(rest),
        size_bytes=len(content) - len(rest),
        last_measurement=reader.last_measurement,
    )


class _Reader:
    """Contents of the lines that were read so far."""

    def __init__(self) -> None:
        self.complete: dict[str, dict[int, list[Result]]] = {}
        self.withdrawn: list[Failure] = []
        self.skipped: list[str] = []
        self.is_finished = False
        self._measurements: dict[tuple[str, int], list[Result]] = {}

    @property
    def last_measurement(self) -> int:
        """The largest number of a measurement, 0 if there is none."""
        return max((number for _, number in self._measurements), default=0)

    def read(self, line_number: int, line: Mapping[str, Any]) -> None:
        """Add what one line says. Raises ResultsError for a line that no journal has."""
        self.is_finished = line.get("finished") is True
        if "resumed" in line:  # all tests run again
            self.withdrawn.clear()
            self.skipped.clear()
        elif "withdrawn" in line:
            self.withdrawn.append(parse_failure(line["withdrawn"]))
        elif "taken_back" in line:
            place = parse_failure(line["taken_back"]).place
            self.withdrawn[:] = [failure for failure in self.withdrawn if failure.place != place]
        elif "skipped" in line:
            self.skipped.append(text(line["skipped"]))
        elif not self.is_finished:
            self._read_result(line_number, line)

    def _read_result(self, line_number: int, line: Mapping[str, Any]) -> None:
        sweep_id, measurement, size = line.get("sweep"), line.get("measurement"), line.get("of")
        number = line.get("pass", 1)  # a journal of version 1 has one
        if not isinstance(sweep_id, str) or type(number) is not int:
            raise ResultsError(f"line {line_number} is not a line of a journal")
        if type(measurement) is not int or type(size) is not int:
            raise ResultsError(f"line {line_number} is not a line of a journal")
        result = _result(line_number, line)
        if isinstance(result, Entry):
            _check_pass(result, line_number, number)
        results = self._measurements.setdefault((sweep_id, measurement), [])
        results.append(result)
        if len(results) == size:
            self.complete.setdefault(sweep_id, {})[number] = list(results)


def _result(line_number: int, line: Mapping[str, Any]) -> Result:
    failed = line.get("failed")
    try:
        return parse_entry(line.get("benchmark")) if failed is None else parse_failure(failed)
    except ResultsError as error:
        raise ResultsError(f"line {line_number}: {error}") from error


def _check_pass(entry: Entry, line_number: int, number: int) -> None:
    """Raise ResultsError if an entry is not the one pass that its line says, with all its samples."""
    if [each.number for each in entry.passes] != [number]:
        raise ResultsError(f"line {line_number} holds another pass than {number}")
    if not entry.samples_s:
        raise ResultsError(f"line {line_number}: {entry.place.name} lacks samples (stats.data)")
    try:
        check_rounds(entry)
    except ResultsError as error:
        raise ResultsError(f"line {line_number}: {error}") from error


def _header(line: Mapping[str, Any]) -> Header:
    version = line.get("guidelines_journal")
    if type(version) is not int or version > VERSION:
        raise ResultsError(
            f"is a journal of version {text(version)}; this version of guidelines reads {VERSION}"
        )
    try:
        return Header(
            machine=Machine(**{name: text(value) for name, value in line["machine"].items()}),
            settings={text(name): text(value) for name, value in line["settings"].items()},
            sweeps={text(name): tuple(map(text, variants)) for name, variants in line["sweeps"].items()},
            batches={text(name): count(batch, "batches") for name, batch in line["batches"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ResultsError(f"is a journal whose first line is broken: {printable(str(error))}") from error


def _line(line_number: int, line: bytes) -> Mapping[str, Any]:
    try:
        content = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ResultsError(f"line {line_number} is broken: {printable(str(error))}") from error
    if not isinstance(content, dict):
        raise ResultsError(f"line {line_number} is not a line of a journal")
    return content
