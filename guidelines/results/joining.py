"""Join what several passes measured of a sweep, and entries with their baseline's samples."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from statistics import median
from typing import NamedTuple

from guidelines.results.disturbance import State
from guidelines.results.model import Entry, Failure, Pass, Run, StopReason
from guidelines.results.odd_passes import odd_passes, odd_states
from guidelines.stats.passes import over_passes

Result = Entry | Failure


class _Name(NamedTuple):
    """The name of a variant in its sweep; the control bears one of its own."""

    variant: str
    is_control: bool


def joined(passes: Mapping[int, Sequence[Result]], stopped: StopReason | None = None) -> list[Result]:
    """The results of a sweep from those of its passes, by their numbers.

    A variant that was measured in some passes has an entry that names the reasons why others are missing;
    one that was measured in none is a failure. `stopped` is the reason for which no further pass was begun.
    """
    by_name: dict[_Name, dict[int, Result]] = {}
    for number, results_of_pass in _marked(passes).items():
        for result in results_of_pass:
            by_name.setdefault(_name(result), {})[number] = result
    results: list[Result] = []
    lost_controls: tuple[str, ...] = ()
    for name, of_variant in by_name.items():
        if name.is_control and len(of_variant) < len(passes):
            lost_controls = _lost(of_variant)  # the control went well in other passes
        else:
            results.append(_joined(of_variant, stopped))
    return [_without_controls(each, lost_controls) for each in results]


def disturbed_passes(passes: Mapping[int, Sequence[Result]]) -> dict[int, tuple[str, ...]]:
    """The reasons why passes of a sweep are disturbed, by their numbers; () for a quiet one.

    A pass is disturbed by what happened in it, or because the machine was in another state than in the
    others.
    """
    reasons: dict[int, tuple[str, ...]] = dict.fromkeys(sorted(passes), ())
    baselines_s: dict[int, float] = {}
    states: dict[int, State] = {}
    for number, results in passes.items():
        for result in results:
            if isinstance(result, Entry):
                reasons[number] = result.passes[0].circumstances.disturbed
                if state := result.passes[0].circumstances.state:
                    states[number] = state
                baselines_s[number] = result.passes[0].seconds_per_call / result.passes[0].slowdown.estimate
    for number, reason in (*odd_passes(baselines_s).items(), *odd_states(states).items()):
        reasons[number] += (reason,)
    return reasons


def _marked(passes: Mapping[int, Sequence[Result]]) -> dict[int, list[Result]]:
    """Passes in order, with the reasons why they are disturbed in every entry."""
    marked: dict[int, list[Result]] = {}
    for number, reasons in disturbed_passes(passes).items():
        marked[number] = [_with_reasons(result, reasons) for result in passes[number]]
    return marked


def _with_reasons(result: Result, reasons: tuple[str, ...]) -> Result:
    if isinstance(result, Failure):
        return result
    (only,) = result.passes
    circumstances = replace(only.circumstances, disturbed=reasons)
    return replace(result, passes=(replace(only, circumstances=circumstances),))


def _without_controls(result: Result, lost_controls: tuple[str, ...]) -> Result:
    """A baseline's entry, with the reasons why passes of the control are missing; others as they are."""
    if isinstance(result, Entry) and result.is_baseline:
        return replace(result, lost=result.lost + lost_controls)
    return result


def _lost(by_pass: Mapping[int, Result]) -> tuple[str, ...]:
    """The reasons why passes are missing: "pass 2: the process was killed", "the control of pass 2: ..."."""
    reasons = []
    for number, result in by_pass.items():
        if isinstance(result, Failure):
            missing = f"the control of pass {number}" if result.is_control else f"pass {number}"
            reasons.append(f"{missing}: {result.reason}")
    return tuple(reasons)


def _name(result: Result) -> _Name:
    return _Name(result.place.variant, isinstance(result, Failure) and result.is_control)


def _joined(by_pass: Mapping[int, Result], stopped: StopReason | None) -> Result:
    entries = [each for each in by_pass.values() if isinstance(each, Entry)]
    if not entries:
        return next(iter(by_pass.values()))
    return replace(_joined_entry(entries, stopped), lost=_lost(by_pass))


def _joined_entry(entries: Sequence[Entry], stopped: StopReason | None) -> Entry:
    """One entry of all passes of a variant. With a single pass it is that pass's own."""
    first = entries[0]
    stopped = stopped or first.stopped
    if len(entries) == 1:
        return replace(first, stopped=stopped)
    passes: list[Pass] = []
    for entry in entries:
        passes += entry.passes
    confidence, rounds = first.slowdown.confidence, sum(each.rounds for each in passes)
    samples_s = _one_after_the_other(entry.samples_s for entry in entries)
    controls = [each.control for each in passes if each.control is not None]
    return replace(
        first,
        slowdown=over_passes([each.slowdown for each in passes], rounds)(confidence),
        control=over_passes(controls, rounds)(confidence) if controls else None,
        stopped=stopped,
        median_s=median(samples_s or [each.seconds_per_call for each in passes]),
        passes=tuple(passes),
        samples_s=samples_s,
        baseline_samples_s=_one_after_the_other(entry.baseline_samples_s for entry in entries),
        control_samples_s=_one_after_the_other(entry.control_samples_s for entry in entries),
    )


def _one_after_the_other(series_s: Iterable[tuple[float, ...]]) -> tuple[float, ...]:
    return tuple(chain.from_iterable(series_s))


def linked(entries: Sequence[Entry], failures: Sequence[Failure]) -> Run:
    """A run from entries and failures, with the baseline's samples copied to each entry that lacks them."""
    baselines = {entry.place.sweep_key: entry for entry in entries if entry.is_baseline}
    completed = []
    for entry in entries:
        baseline = baselines.get(entry.place.sweep_key)
        baseline_s = entry.baseline_samples_s or (_of_same_passes(baseline, entry) if baseline else ())
        completed.append(replace(entry, baseline_samples_s=baseline_s))
    return Run(entries=tuple(completed), failures=tuple(failures))


def _of_same_passes(baseline: Entry, entry: Entry) -> tuple[float, ...]:
    """The baseline's samples of the passes that measured an entry, too."""
    if not baseline.samples_s:
        return ()
    numbers = {each.number for each in entry.passes}
    samples_s: tuple[float, ...] = ()
    for of_pass, series_s in zip(baseline.passes, baseline.by_pass(baseline.samples_s), strict=True):
        if of_pass.number in numbers:
            samples_s += series_s
    return samples_s
