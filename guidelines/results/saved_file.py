"""Reading of a saved file, which is pytest-benchmark's JSON: its content becomes a run."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from guidelines.results import audit, checked
from guidelines.results.agreement import check_agreement
from guidelines.results.audit import Audit
from guidelines.results.ceilings import Ceilings, CeilingsKey
from guidelines.results.extent import note_on_partial
from guidelines.results.joining import linked
from guidelines.results.machine import parse_machine
from guidelines.results.model import Entry, Failure, Place, Run, SweepKey
from guidelines.results.schema import (
    KEY,
    ResultsError,
    extra_info_of,
    name_of,
    parse_ceilings,
    parse_entry,
    parse_failure,
    read_saved,
)
from guidelines.stats.intervals import Estimate, paired_ratio

CEILINGS = "ceilings"


def parse(data: Any) -> Run:
    """A run from the content of a saved file, with printable texts. Raises ResultsError with the reason."""
    benchmarks = data.get("benchmarks") if isinstance(data, dict) else None
    if isinstance(data, dict) and {"schema", "kind", "records"} <= data.keys():
        command = checked.printable(str(data["kind"]))
        raise ResultsError(f"is what `guidelines {command}` wrote: give the runs themselves")
    if not isinstance(benchmarks, list):
        raise ResultsError("is not a pytest-benchmark file: it has no list 'benchmarks'")
    foreign = [name_of(each) for each in benchmarks if not isinstance(extra_info_of(each).get(KEY), dict)]
    if foreign:
        raise ResultsError(
            f"{len(foreign)} of {len(benchmarks)} benchmarks are not of this suite, "
            f"'{foreign[0]}' first: they lack extra_info.{KEY}"
        )
    entries = [parse_entry(benchmark) for benchmark in benchmarks]
    failures = [parse_failure(saved) for saved in _list_of(data, "failed")]
    run = checked_run(entries, failures)
    pairs = zip(entries, benchmarks, strict=True)
    before_3 = {entry.place for entry, saved in pairs if _is_before_3(saved)}
    check_agreement(run, before_3)
    return replace(
        run,
        entries=_with_controls_of_samples(run.entries, before_3),
        machine=parse_machine(checked.mapping(data.get("machine_info"))),
        notes=note_on_partial(checked.mapping(data.get(KEY))),
        ceilings=_ceilings(data),
        is_too_short_for_ceilings=_lacks_time_for_ceilings(data),
        audit=_audit(checked.mapping(data.get(KEY))),
    )


def _audit(ours: Mapping[str, Any]) -> Audit | None:
    """The audit of a file; None if its run is none."""
    return read_saved(audit.parsed, ours["audit"], "the audit") if "audit" in ours else None


def _is_before_3(benchmark: Any) -> bool:
    schema: int = extra_info_of(benchmark)[KEY]["schema"]
    return schema < 3


def _with_controls_of_samples(entries: Sequence[Entry], before_3: Collection[Place]) -> tuple[Entry, ...]:
    """Entries from before schema 3 with the control that its samples give, if all of these are there."""
    controls: dict[SweepKey, Estimate] = {}
    for entry in entries:
        control_s, baseline_s = entry.control_samples_s, entry.baseline_samples_s
        is_whole = len(control_s) == len(baseline_s) == entry.slowdown.rounds
        if is_whole and entry.place in before_3:
            controls[entry.place.sweep_key] = paired_ratio(control_s, baseline_s, entry.slowdown.confidence)
    return tuple(
        replace(entry, control=controls.get(entry.place.sweep_key, entry.control)) for entry in entries
    )


def _ceilings(data: Mapping[str, Any]) -> tuple[Ceilings, ...]:
    """The ceilings of a file. Raises ResultsError if a pass has two for the same condition."""
    each_once: dict[tuple[CeilingsKey, int], Ceilings] = {}
    for ceilings in map(parse_ceilings, _list_of(data, CEILINGS)):
        if (ceilings.key, ceilings.number) in each_once:
            condition = ", ".join(map(str, ceilings.key))
            raise ResultsError(f"ceilings of pass {ceilings.number} ({condition}): occur twice")
        each_once[ceilings.key, ceilings.number] = ceilings
    return tuple(each_once.values())


def _lacks_time_for_ceilings(data: Mapping[str, Any]) -> bool:
    """True if a run was to measure ceilings, as files of older forms were not, but holds none."""
    return CEILINGS in checked.mapping(data.get(KEY)) and not _list_of(data, CEILINGS)


def _list_of(data: Mapping[str, Any], name: str) -> list[Any]:
    """A list of ours in a file, still in its saved form; [] if there is none."""
    ours = data.get(KEY, {})
    values = ours.get(name, []) if isinstance(ours, dict) else None
    if not isinstance(values, list):
        raise ResultsError(f"its key '{KEY}' holds no list '{name}'")
    return values


def checked_run(entries: Sequence[Entry], failures: Sequence[Failure]) -> Run:
    """A run from entries and failures. Raises ResultsError if there are none or they do not fit together."""
    run = linked(entries, failures)
    if not run.entries and not run.failures:
        raise ResultsError("holds no results")
    _check_entries_fit(run)
    return run


def _check_entries_fit(run: Run) -> None:
    """Raise ResultsError for a variant that occurs twice, or whose samples do not match the others."""
    seen = set()
    saved_samples = any(entry.samples_s for entry in run.entries)
    for entry in run.entries:
        place = entry.place
        if place.key in seen:
            raise ResultsError(f"{place.name}: occurs twice")
        seen.add(place.key)
        if saved_samples and not entry.samples_s:
            raise ResultsError(f"{place.name}: lacks samples (stats.data), which other entries have")
        check_rounds(entry)
        if entry.baseline_samples_s and len(entry.baseline_samples_s) != _rounds(entry):
            raise ResultsError(f"{place.name}: its number of rounds differs from its baseline's")


def check_rounds(entry: Entry) -> None:
    """Raise ResultsError if an entry holds samples, but not as many as its passes have rounds."""
    rounds = _rounds(entry)
    if entry.samples_s and len(entry.samples_s) != rounds:
        name = entry.place.name
        raise ResultsError(f"{name}: its passes have {rounds} rounds, its samples {len(entry.samples_s)}")


def _rounds(entry: Entry) -> int:
    return sum(each.rounds for each in entry.passes)
