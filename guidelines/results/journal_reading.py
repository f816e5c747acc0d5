"""Reading of a run's journal: bytes become its contents, and every error names its line."""

from collections.abc import Mapping
from typing import Any

from guidelines.results.ceilings import Ceilings, CeilingsKey
from guidelines.results.checked import count, printable, text, texts
from guidelines.results.journal_contents import SEALED_SINCE, VERSION, Contents, Header, Result
from guidelines.results.journal_lines import decoded, has_checksum, verified
from guidelines.results.model import Entry, Failure, Machine
from guidelines.results.saved_file import check_rounds
from guidelines.results.schema import ResultsError, parse_ceilings, parse_entry, parse_failure

BROKEN_HEADER = "is a journal whose first line is broken"


def parse(content: bytes) -> Contents:
    """Contents of a journal up to its first broken line; an incomplete last line is ignored.

    Raises ResultsError if there is no header, or if it is broken.
    """
    *lines, rest = content.split(b"\n")
    if not lines:
        raise ResultsError("is a journal without a complete line: nothing was measured")
    header, checksum = parse_header(lines[0])
    reader = _Reader(header, checksum)
    size_bytes, broken = len(lines[0]) + 1, ""
    for number, line in enumerate(lines[1:], 2):
        try:
            reader.read(line)
        except ResultsError as error:
            broken = _left_out(number, str(error), after=len(lines) - number + bool(rest))
            break
        size_bytes += len(line) + 1
    return Contents(
        header=header,
        measurements=reader.complete,
        withdrawn=reader.withdrawn,
        skipped=reader.skipped,
        is_finished=reader.is_finished and not broken,
        is_torn=bool(rest) and not broken,
        size_bytes=size_bytes,
        read_bytes=len(content),
        last_measurement=reader.last_measurement,
        broken=broken,
        checksum=reader.checksum,
        ceilings=tuple(reader.ceilings.values()),
    )


def _left_out(number: int, reason: str, after: int) -> str:
    others = "" if not after else f", and so were the {after} lines after it"
    if after == 1:
        others = ", and so was the line after it"
    return f"line {number} is broken: {printable(reason)}; it was left out{others}"


class _Reader:
    """Contents of the lines that were read so far; `checksum` is that of the last one, None without any."""

    def __init__(self, header: Header, checksum: int | None) -> None:
        self.complete: dict[str, dict[int, list[Result]]] = {}
        self.withdrawn: list[Failure] = []
        self.skipped: list[str] = []
        self.ceilings: dict[tuple[CeilingsKey, int], Ceilings] = {}
        self.is_finished = False
        self.checksum = checksum
        self._planned_passes = header.passes
        self._measurements: dict[tuple[str, int], list[Result]] = {}

    @property
    def last_measurement(self) -> int:
        """The largest number of a measurement, 0 if there is none."""
        return max((number for _, number in self._measurements), default=0)

    def read(self, line: bytes) -> None:
        """Add what one line says. Raises ResultsError for a line that is broken."""
        checksum = None if self.checksum is None else verified(line, self.checksum)
        self._read(decoded(line))
        self.checksum = checksum

    def _read(self, line: Mapping[str, Any]) -> None:
        self.is_finished = line.get("finished") is True
        if "resumed" in line:  # all tests run again
            self.withdrawn.clear()
            self.skipped.clear()
            for sweep_id in texts(line, "anew"):
                self.complete.pop(sweep_id, None)
        elif "withdrawn" in line:
            self.withdrawn.append(parse_failure(line["withdrawn"]))
        elif "taken_back" in line:
            place = parse_failure(line["taken_back"]).place
            self.withdrawn[:] = [failure for failure in self.withdrawn if failure.place != place]
        elif "ceilings" in line:
            ceilings = parse_ceilings(line["ceilings"])
            self.ceilings[ceilings.key, ceilings.number] = ceilings
        elif "skipped" in line:
            self.skipped.append(text(line["skipped"]))
        elif not self.is_finished:
            self._read_result(line)

    def _read_result(self, line: Mapping[str, Any]) -> None:
        saved_id: Any = line.get("sweep")
        measurement: Any = line.get("measurement")
        size: Any = line.get("of")
        number: Any = line.get("pass", 1)  # a journal of version 1 has one
        if not isinstance(saved_id, str) or not _are_counts(number, measurement, size):
            raise ResultsError("it is not a line of a journal")
        sweep_id = text(saved_id)  # as in the header
        self._check_number(sweep_id, number)
        result = _result(line)
        if isinstance(result, Entry):
            _check_pass(result, number)
        results = self._measurements.setdefault((sweep_id, measurement), [])
        if len(results) == size or _name(result) in map(_name, results):
            raise ResultsError(f"it holds {result.place.name} once more")
        results.append(result)
        if len(results) == size:
            self.complete.setdefault(sweep_id, {})[number] = list(results)

    def _check_number(self, sweep_id: str, number: int) -> None:
        """Raise ResultsError for a pass that no run of the planned passes has.

        A sweep may have more passes than were planned, but none before the one before it.
        """
        next_one = len(self.complete.get(sweep_id, {})) + 1
        if self._planned_passes is not None and number > max(self._planned_passes, next_one):
            raise ResultsError(f"it holds pass {number} of a run of {self._planned_passes} passes")


def _are_counts(*values: Any) -> bool:
    return all(type(value) is int and value > 0 for value in values)


def _name(result: Result) -> tuple[str, bool]:
    """The name of a variant in its sweep; the control bears one of its own."""
    return result.place.variant, isinstance(result, Failure) and result.is_control


def _result(line: Mapping[str, Any]) -> Result:
    failed = line.get("failed")
    return parse_entry(line.get("benchmark")) if failed is None else parse_failure(failed)


def _check_pass(entry: Entry, number: int) -> None:
    """Raise ResultsError if an entry is not the one pass that its line says, with all its samples."""
    if [each.number for each in entry.passes] != [number]:
        raise ResultsError(f"it holds another pass than {number}")
    if not entry.samples_s:
        raise ResultsError(f"{entry.place.name} lacks samples (stats.data)")
    check_rounds(entry)


def parse_header(line: bytes) -> tuple[Header, int | None]:
    """The header and its checksum, None for a version without checksums. Raises ResultsError."""
    try:
        content = decoded(line)
    except ResultsError as error:
        raise ResultsError(f"{BROKEN_HEADER}: {error}") from error
    version = content.get("guidelines_journal")
    if type(version) is not int or version > VERSION:
        raise ResultsError(
            f"is a journal of version {text(version)}; this version of guidelines reads {VERSION}"
        )
    try:
        checksum = verified(line, 0) if version >= SEALED_SINCE or has_checksum(line) else None
        return _parsed_header(content), checksum
    except ResultsError as error:
        raise ResultsError(f"{BROKEN_HEADER}: {error}") from error


def _parsed_header(line: Mapping[str, Any]) -> Header:
    try:
        return Header(
            machine=Machine(**{name: text(value) for name, value in line["machine"].items()}),
            settings={text(name): text(value) for name, value in line["settings"].items()},
            sweeps={text(name): tuple(map(text, variants)) for name, variants in line["sweeps"].items()},
            batches={text(name): count(batch, "batches") for name, batch in line["batches"].items()},
            order=line["order"] if _are_counts(line.get("order")) else 0,
            sources={text(path): text(digest) for path, digest in line.get("sources", {}).items()},
            is_too_short_for_ceilings=line.get("is_too_short_for_ceilings") is True,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ResultsError(printable(str(error))) from error
