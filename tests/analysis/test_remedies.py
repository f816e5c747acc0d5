from dataclasses import replace

import pytest

from guidelines.analysis.remedies import (
    ONE_PROCESS,
    QUIETER,
    Effort,
    beyond_margin,
    for_an_interval,
    too_much_noise,
)
from guidelines.analysis.verdict import evidence_by_sweep, verdicts
from guidelines.stats.intervals import Estimate


def effect(estimate, half_width, rounds=100):
    return Estimate(estimate, estimate - half_width, estimate + half_width, 0.95, rounds)


@pytest.mark.parametrize("runs", [1, 3])
def test_runs_of_one_process_need_rounds(runs):
    remedy = beyond_margin(effect(1.06, 0.1), 0.01, Effort(passes=runs, runs=runs))
    assert remedy.sentence == (
        "the interval spans the margin of 1 %; about 400 rounds would decide it (--benchmark-min-rounds 400)"
    )
    assert remedy.needed == "interval spans the margin of 1 %: try --benchmark-min-rounds 400"
    few = for_an_interval("g=8", 5, 0.95, Effort(passes=runs, runs=runs))
    assert few.sentence == "5 rounds are too few for an interval; --benchmark-min-rounds 12 would give one"


@pytest.mark.parametrize(
    ("half_width", "effort", "passes", "max_time_s"),
    [
        (
            0.1,
            Effort(5),
            13,
            "5.2",
        ),  # t of 12 and 4 degrees of freedom: 2.179 / sqrt(13) < 2.776 / sqrt(5) / 2
        (0.06, Effort(5), 10, "4"),
        (0.1, Effort(2), 4, "4"),  # t of 1 degree of freedom is 12.7
        (0.5, Effort(2), 8, "8"),
        (0.1, Effort(10, runs=2), 33, "14"),
    ],
)
def test_passes_narrow_an_interval_also_by_their_degrees_of_freedom(half_width, effort, passes, max_time_s):
    assert beyond_margin(effect(1.06, half_width), 0.01, effort).sentence == (
        f"the interval spans the margin of 1 %; about {passes} passes of this length would decide it "
        f"(--passes {passes} --benchmark-max-time {max_time_s})"
    )


@pytest.mark.parametrize("estimate", [1.01, 1.0101, 1.02])
def test_no_number_of_passes_is_proposed_that_nobody_waits_for(estimate):
    remedy = beyond_margin(effect(estimate, 0.1), 0.01, Effort(5))
    assert remedy.sentence == "the effect is within noise of the margin of 1 %"


def test_passes_that_give_no_interval_are_too_few_or_of_no_use():
    few = for_an_interval("g=8", 30, 0.95, Effort(2))
    assert few.sentence == "2 passes are too few for an interval; --passes 5 would give one"
    none = for_an_interval("the control", 30, 0.95, Effort(5))
    assert none.sentence == "the passes of the control give no interval"


def test_the_time_of_the_run_grows_with_its_passes():
    remedy = beyond_margin(effect(1.06, 0.06), 0.01, Effort(5, max_time_s=2.0))
    assert remedy.sentence == (
        "the interval spans the margin of 1 %; "
        "about 10 passes of this length would decide it (--passes 10 --benchmark-max-time 4)"
    )
    assert remedy.needed == "interval spans the margin of 1 %: try --passes 10 --benchmark-max-time 4"


def test_a_margin_of_noise_needs_a_quieter_machine():
    assert beyond_margin(effect(1.1, 0.1), 0.1, Effort(5)).needed == f"noise floor 10 %, {QUIETER}"
    assert beyond_margin(effect(1.01, 0.1), 0.01, Effort(5)).needed == "too near the margin of 1 %"


@pytest.mark.parametrize(("passes", "runs"), [(2, 1), (4, 2)])
def test_two_passes_cannot_tell_a_large_noise_floor(passes, runs):
    remedy = too_much_noise(370.0, Effort(passes, runs))
    assert remedy.sentence == "2 passes cannot tell the noise floor; --passes 5 would"
    assert remedy.needed == "2 passes cannot tell the noise floor: try --passes 5"


@pytest.mark.parametrize(("passes", "runs"), [(1, 1), (2, 2), (5, 1), (6, 2)])
def test_more_passes_and_the_rounds_of_one_process_can_tell_it(passes, runs):
    remedy = too_much_noise(0.26, Effort(passes, runs))
    assert remedy.sentence == "the noise floor is above 25 %: it decides nothing"
    assert remedy.needed == f"noise floor above 25 %, {QUIETER}"
    assert too_much_noise(0.25, Effort(passes, runs)) is None


def test_many_rounds_without_an_interval_drift():
    remedy = for_an_interval("the control", 122, 0.95, ONE_PROCESS)
    assert remedy.sentence == (
        "the 122 rounds of the control drift too far for an interval; --passes 5 would give one"
    )
    assert remedy.needed == "drift: try --passes 5"


@pytest.fixture
def verdict_of(entry_of_passes, results):
    """The verdict of a sweep that passes measured with slow-downs of their own."""

    def verdict_of(*slowdowns, **changes):
        baseline = entry_of_passes("g=1", [1.0] * len(slowdowns), **changes)
        found = results(baseline, entry_of_passes("g=8", slowdowns, **changes))
        (evidence,) = evidence_by_sweep(found.measured).values()
        return verdicts([evidence], 0.99)[0]

    return verdict_of


def test_a_verdict_proposes_passes_for_a_run_in_passes(verdict_of):
    assert verdict_of(1.2, 1.21, 1.19, 1.2, 1.2).outcome == "holds"
    wide = verdict_of(0.97, 1.05, 1.06, 1.07, 1.15)
    assert wide.outcome == "undecided"
    assert "; about 17 passes of this length would decide it (--passes 17 --" in wide.remedy.sentence


def test_a_control_that_only_one_of_two_passes_knows_gives_no_interval(entry_of_passes, results):
    entries = [entry_of_passes("g=1", [1.0, 1.0]), entry_of_passes("g=8", [2.0, 2.01])]
    bare = [Estimate(1.0, None, None, 0.99, 80)] * 2
    found = results(*(_with_control(each, control) for each, control in zip(entries, bare, strict=True)))
    (evidence,) = evidence_by_sweep(found.measured).values()
    assert verdicts([evidence], 0.99)[0].remedy.sentence == (
        "2 passes are too few for an interval; --passes 5 would give one"
    )


def _with_control(entry, control):
    first, second = entry.passes
    return replace(entry, control=control, passes=(first, replace(second, control=None)))
