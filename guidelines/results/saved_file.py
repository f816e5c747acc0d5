"""The content of a saved file becomes a run: entries of pytest-benchmark's JSON, failures and the machine."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from guidelines.results import checked as values
from guidelines.results.model import Entry, Failure, Run, linked
from guidelines.results.schema import (
    KEY,
    ResultsError,
    extra_info_of,
    name_of,
    parse_entry,
    parse_failure,
    parse_machine,
)


def parse(data: Any) -> Run:
    """Results from a saved file's content, its texts made printable. Raises ResultsError with the reason."""
    benchmarks = data.get("benchmarks") if isinstance(data, dict) else None
    if not isinstance(benchmarks, list):
        raise ResultsError("is not a pytest-benchmark file: it has no list 'benchmarks'")
    foreign = [name_of(each) for each in benchmarks if not isinstance(extra_info_of(each).get(KEY), dict)]
    if foreign:
        raise ResultsError(
            f"{len(foreign)} of {len(benchmarks)} benchmarks are not of this suite, "
            f"'{foreign[0]}' first: they lack extra_info.{KEY}"
        )
    ours = data.get(KEY, {})
    failed = ours.get("failed", []) if isinstance(ours, dict) else None
    if not isinstance(failed, list):
        raise ResultsError(f"its key '{KEY}' holds no list 'failed'")
    entries = [parse_entry(benchmark) for benchmark in benchmarks]
    run = checked_run(entries, [parse_failure(failure) for failure in failed])
    return replace(run, machine=parse_machine(values.mapping(data.get("machine_info"))))


def checked_run(entries: Sequence[Entry], failures: Sequence[Failure]) -> Run:
    """Entries and failures as one run. Raises ResultsError if there are none, or if they do not fit."""
    run = linked(entries, failures)
    if not run.entries and not run.failures:
        raise ResultsError("holds no results")
    _check_entries_fit(run)
    return run


def _check_entries_fit(run: Run) -> None:
    """Raises ResultsError for a variant that is there twice or whose samples do not fit the others'."""
    seen = set()
    saved_samples = any(entry.samples_s for entry in run.entries)
    for entry in run.entries:
        place = entry.place
        if place.key in seen:
            raise ResultsError(f"{place.name}: stands there twice")
        seen.add(place.key)
        if saved_samples and not entry.samples_s:
            raise ResultsError(f"{place.name}: lacks the samples that other entries have (stats.data)")
        rounds = {len(samples) for samples in (entry.samples_s, entry.baseline_samples_s) if samples}
        if len(rounds) > 1:
            raise ResultsError(f"{place.name}: its rounds are not its baseline's")
