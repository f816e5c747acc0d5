"""Times of a variant in each pass, which runs of other machines have at about the same hour."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from guidelines.results.model import Entry


@dataclass(frozen=True, slots=True)
class PassTime:
    """The time of a call and the slow-down of a variant in a pass; `run` counts merged runs from 0."""

    number: int
    seconds_per_call: float
    slowdown: float
    run: int = 0


def pass_times(entry: Entry) -> tuple[PassTime, ...]:
    """The times of an entry in each of its passes."""
    return tuple(
        PassTime(number=each.number, seconds_per_call=each.seconds_per_call, slowdown=each.slowdown.estimate)
        for each in entry.passes
    )


def of_merged_runs(of_runs: Iterable[Sequence[PassTime]]) -> tuple[PassTime, ...]:
    """The times of several runs, in which passes of the same number are different ones."""
    merged: list[PassTime] = []
    for run, times in enumerate(of_runs):
        merged += [replace(each, run=run) for each in times]
    return tuple(merged)
