"""Contents of a run's journal, and the run that they amount to.

A journal is a file of JSON lines. Its first line is the header; each further line holds the result of one
variant in one pass, or an event of the run. A measurement of a sweep counts if all its lines are there; if a
pass of a sweep was measured several times, the last complete measurement counts. Since version 3 each line
has a checksum. A broken line ends the journal: what comes before it counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from guidelines.results.ceilings import Ceilings
from guidelines.results.extent import Extent
from guidelines.results.joining import joined
from guidelines.results.model import Entry, Failure, Machine, Run
from guidelines.results.saved_file import checked_run
from guidelines.results.schema import ResultsError

VERSION = 3
# Lines have checksums since this version.
SEALED_SINCE = 3
# The first bytes of every journal, which tell it from other files whatever its name is.
OPENING = b'{"guidelines_journal":'

Result = Entry | Failure


@dataclass(frozen=True)
class Header:
    """Everything that must match before a run can be resumed; `sweeps` are the planned variants by sweep.

    `order` is above that of each journal that was in the same folder before; 0 for older journals.
    `sources` are digests of the files that define the tests. `is_too_short_for_ceilings` is False, too, for
    journals from before ceilings.
    """

    machine: Machine
    settings: Mapping[str, str]
    sweeps: Mapping[str, Sequence[str]]
    batches: Mapping[str, int] = field(default_factory=dict)
    order: int = 0
    sources: Mapping[str, str] = field(default_factory=dict)
    is_too_short_for_ceilings: bool = False

    @property
    def passes(self) -> int | None:
        """The planned passes of each sweep, None for a journal that does not say."""
        planned = self.settings.get("passes", "")
        return int(planned) if planned.isdecimal() and len(planned) < 10 else None


@dataclass(frozen=True)
class Contents:
    """A journal as far as it was written: the last complete measurement of each pass of a sweep, and events.

    `withdrawn` are variants whose test failed after they were timed. `is_torn` is true if the last line is
    incomplete. `broken` names the first broken line and what was left out with it, "" if there is none.
    `size_bytes` is the size of what counts, of the `read_bytes` of the file. `checksum` is that of the last
    line that counts, None if lines have none.
    """

    header: Header
    measurements: Mapping[str, Mapping[int, Sequence[Result]]]
    withdrawn: Sequence[Failure]
    skipped: Sequence[str]
    is_finished: bool
    is_torn: bool
    size_bytes: int
    read_bytes: int
    last_measurement: int
    broken: str = ""
    checksum: int | None = None
    ceilings: Sequence[Ceilings] = ()

    @property
    def damage(self) -> tuple[str, ...]:
        """Notes on lines that do not count."""
        torn = "its last line is torn and was ignored"
        return tuple(filter(None, (self.broken, torn if self.is_torn else "")))


def to_run(contents: Contents) -> Run:
    """The run that a journal amounts to, with notes on what is missing.

    Raises ResultsError if no sweep was finished, or if its results do not fit together.
    """
    results = _in_planned_order(contents)
    if not results:
        raise ResultsError("; ".join(("is the journal of a run that finished no sweep", *contents.damage)))
    withdrawn = {failure.place: failure for failure in contents.withdrawn}
    entries = [each for each in results if isinstance(each, Entry) and each.place not in withdrawn]
    failures = [each for each in results if isinstance(each, Failure)]
    run = checked_run(entries, [*failures, *withdrawn.values()])
    return replace(
        run,
        machine=contents.header.machine,
        notes=_notes(contents),
        ceilings=tuple(contents.ceilings),
        is_too_short_for_ceilings=contents.header.is_too_short_for_ceilings,
    )


def _in_planned_order(contents: Contents) -> list[Result]:
    """Results of all sweeps: first the planned ones in their order, then any others."""
    results: list[Result] = []
    for sweep_id in dict.fromkeys((*contents.header.sweeps, *contents.measurements)):
        results += joined(contents.measurements.get(sweep_id, {}))
    return results


def _notes(contents: Contents) -> tuple[str, ...]:
    notes = [f"skipped: {skipped}" for skipped in contents.skipped]
    if not contents.is_finished:
        extent = Extent(
            sweeps=len(contents.measurements),
            planned_sweeps=len(contents.header.sweeps),
            passes=sum(len(each) for each in contents.measurements.values()),
            planned_passes=contents.header.passes or 1,
        )
        notes.append(f"is the journal of an unfinished run: {extent} are there")
    return (*notes, *contents.damage)
