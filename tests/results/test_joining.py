from dataclasses import replace

import pytest
from journals import failed

from guidelines.results.joining import disturbed_passes, joined, linked
from guidelines.results.model import CONTROL_NAME, Circumstances, Failure
from guidelines.stats.intervals import Estimate
from guidelines.stats.passes import OfPass, over_passes


@pytest.fixture
def of_pass(entry):
    """What a pass knows of a variant: its slow-down, in a baseline's time."""

    def of_pass(number, variant="g=8", slowdown=2.0, baseline_s=0.01, **changes):
        one = entry(variant, slowdown, rounds=6 + number, **changes)
        (own,) = one.passes
        own = replace(
            own,
            number=number,
            slowdown=OfPass(slowdown, 0.0 if variant == "g=1" else 0.001),
            control=OfPass(1 + number / 1000, 0.001),
            seconds_per_call=baseline_s * slowdown,
        )
        return replace(one, passes=(own,))

    return of_pass


@pytest.fixture
def pass_of(of_pass):
    """What a pass knows of a sweep of two variants."""

    def pass_of(number, slowdown=2.0, **changes):
        return [of_pass(number, "g=1", 1.0, **changes), of_pass(number, "g=8", slowdown, **changes)]

    return pass_of


def lost(entry, reason="the process that measured it was ended by SIGKILL (out of memory?)", **changes):
    return failed(entry, reason, **changes)


def lost_control(entry, reason="MemoryError"):
    place = replace(entry.place, variant=CONTROL_NAME, row=3)
    return replace(failed(entry, reason, is_control=True), place=place)


def test_one_pass_alone_is_its_own_entry(pass_of):
    assert joined({1: pass_of(1)}) == pass_of(1)
    precise = joined({1: pass_of(1)}, stopped="precision")
    assert [each.stopped for each in precise] == ["precision"] * 2


def test_passes_without_samples_have_a_median_of_medians(pass_of):
    passes = {number: [replace(each, samples_s=()) for each in pass_of(number)] for number in (1, 2)}
    baseline, variant = joined(passes)
    assert (baseline.median_s, variant.median_s, variant.samples_s) == (0.01, 0.02, ())


def test_no_passes_have_no_results():
    assert joined({}) == []


def test_passes_become_one_entry_with_the_samples_of_all(pass_of):
    passes = {number: pass_of(number, 1.9 + number / 20) for number in (2, 1, 3)}
    baseline, variant = joined(passes)
    assert [each.number for each in variant.passes] == [1, 2, 3]
    assert [each.rounds for each in variant.passes] == [7, 8, 9]
    assert variant.samples_s == sum((passes[number][1].samples_s for number in (1, 2, 3)), ())
    assert variant.by_pass(variant.samples_s) == [passes[number][1].samples_s for number in (1, 2, 3)]
    slowdowns = [OfPass(slowdown, 0.001) for slowdown in (1.95, 2.0, 2.05)]
    assert variant.slowdown == over_passes(slowdowns, 24)(0.99)
    controls = [OfPass(1 + number / 1000, 0.001) for number in (1, 2, 3)]
    assert baseline.control == variant.control == over_passes(controls, 24)(0.99)
    assert baseline.slowdown == Estimate(1.0, 1.0, 1.0, 0.99, 24)
    assert (baseline.lost, variant.lost) == ((), ())
    assert sorted(variant.samples_s)[11] <= variant.median_s <= sorted(variant.samples_s)[12]


def test_the_reason_why_no_further_pass_was_begun_is_that_of_the_sweep(pass_of):
    passes = {number: pass_of(number) for number in (1, 2)}
    assert {each.stopped for each in joined(passes)} == {"time"}
    assert {each.stopped for each in joined(passes, "precision")} == {"precision"}


def test_a_variant_that_is_lost_in_one_pass_says_why(pass_of, of_pass):
    baseline, variant = pass_of(2)
    passes = {1: pass_of(1), 2: [baseline, lost(variant)], 3: pass_of(3)}
    baseline, variant = joined(passes)
    assert [each.number for each in baseline.passes] == [1, 2, 3]
    assert [each.number for each in variant.passes] == [1, 3]
    assert baseline.lost == ()
    assert variant.lost == ("pass 2: the process that measured it was ended by SIGKILL (out of memory?)",)
    assert variant.slowdown.rounds == 16


def test_an_entry_that_lacks_a_pass_is_paired_with_the_baseline_of_its_own_passes(pass_of):
    baseline, variant = pass_of(2)
    passes = {1: pass_of(1), 2: [baseline, lost(variant)], 3: pass_of(3)}
    (_, variant) = linked(joined(passes), []).entries
    assert variant.baseline_samples_s == passes[1][0].samples_s + passes[3][0].samples_s
    assert [len(each) for each in variant.by_pass(variant.baseline_samples_s)] == [7, 9]


def test_a_variant_that_only_one_pass_measured_has_that_ones_interval(pass_of):
    baseline, variant = pass_of(2)
    (_, alone) = joined({1: [pass_of(1)[0], lost(variant, "MemoryError")], 2: [baseline, variant]})
    assert alone == replace(variant, lost=("pass 1: MemoryError",))


def test_a_variant_that_failed_in_every_pass_is_a_failure_with_the_first_reason(pass_of):
    passes = {}
    for number, reason in ((1, "MemoryError"), (2, "KeyError")):
        baseline, variant = pass_of(number)
        passes[number] = [baseline, lost(variant, reason)]
    baseline, failure = joined(passes)
    assert [each.number for each in baseline.passes] == [1, 2]
    assert isinstance(failure, Failure)
    assert failure.reason == "MemoryError"


def test_a_sweep_that_failed_as_a_whole_has_no_entries(pass_of):
    passes = {number: [lost(each) for each in pass_of(number)] for number in (1, 2)}
    assert joined(passes) == [lost(each) for each in pass_of(1)]


def test_a_control_that_is_lost_in_one_pass_is_said_of_the_baseline(pass_of):
    second = [replace(each, passes=(replace(each.passes[0], control=None),)) for each in pass_of(2)]
    passes = {1: pass_of(1), 2: [*second, lost_control(second[0])], 3: pass_of(3)}
    baseline, variant = joined(passes)
    assert (baseline.lost, variant.lost) == (("the control of pass 2: MemoryError",), ())
    assert [len(each.passes) for each in (baseline, variant)] == [3, 3]
    known = [OfPass(1.001, 0.001), OfPass(1.003, 0.001)]
    assert variant.control == over_passes(known, 24)(0.99)


def test_a_control_that_failed_in_every_pass_is_a_failure(pass_of):
    passes = {}
    for number in (1, 2):
        without = [replace(each, passes=(replace(each.passes[0], control=None),)) for each in pass_of(number)]
        passes[number] = [*without, lost_control(without[0])]
    baseline, variant, control = joined(passes)
    assert (baseline.control, variant.control, baseline.lost) == (None, None, ())
    assert control == passes[1][2]


def test_a_pass_in_another_state_is_named_in_every_entry(pass_of):
    passes = {number: pass_of(number, baseline_s=0.013 if number == 2 else 0.01) for number in (1, 2, 3)}
    reason = "the baseline took 1.30 times its usual time"
    assert disturbed_passes(passes) == {1: (), 2: (reason,), 3: ()}
    for joint in joined(passes):
        assert [each.circumstances.disturbed for each in joint.passes] == [(), (reason,), ()]


def test_what_a_pass_saw_itself_comes_before_its_being_odd(pass_of):
    hog = {"circumstances": Circumstances(disturbed=("a hog",))}
    passes = {1: pass_of(1, baseline_s=0.02, **hog), 2: pass_of(2), 3: pass_of(3)}
    assert disturbed_passes(passes)[1] == ("a hog", "the baseline took 2.00 times its usual time")


def test_a_pass_that_failed_disturbs_nothing(pass_of):
    passes = {1: pass_of(1), 2: [lost(each) for each in pass_of(2)], 3: pass_of(3)}
    assert disturbed_passes(passes) == {1: (), 2: (), 3: ()}
