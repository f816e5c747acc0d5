from dataclasses import replace

import pytest

from guidelines.stats.intervals import paired_ratio
from guidelines.stats.passes import OfPass, over_passes


def test_a_file_without_samples_is_noted(entry, results):
    bare = results(entry("g=1", 1.0, samples_s=()), entry("g=8", 2.0, samples_s=()))
    assert bare.notes == ("a.json holds no samples: intervals are as saved, or scaled from those",)


def test_passes_give_the_same_intervals_without_samples(entry_of_passes, results):
    baseline, variant = entry_of_passes("g=1", [1.0] * 3), entry_of_passes("g=8", [1.9, 2.0, 2.1])
    bare = results(*(replace(each, samples_s=()) for each in (baseline, variant)))
    assert bare.notes == ()
    assert bare.measured[1].slowdown(0.95).half_width > 0.1


@pytest.fixture
def of_passes(entry_of_passes, results):
    """The variant of a sweep that passes measured with slow-downs of their own."""

    def of_passes(*slowdowns, **changes):
        baseline = entry_of_passes("g=1", [1.0] * len(slowdowns), **changes)
        return results(baseline, entry_of_passes("g=8", slowdowns, **changes)).measured[1]

    return of_passes


def test_an_interval_comes_from_the_spread_between_passes(of_passes):
    together, alone = of_passes(1.9, 2.0, 2.1), of_passes(2.0)
    assert together.slowdown(0.95).estimate == pytest.approx(2.0, rel=0.01)
    assert together.slowdown(0.95).half_width > 5 * alone.slowdown(0.95).half_width
    assert together.slowdown(0.95).rounds == 120


def test_slowdowns_of_passes_are_computed_anew_from_the_samples_of_each(entry, of_passes):
    own = []
    for slowdown in (1.9, 2.1):
        series_s = [entry(name, s).samples_s for name, s in (("g=8", slowdown), ("g=1", 1.0))]
        own.append(OfPass.of(paired_ratio(*series_s, 0.99)))
    assert of_passes(1.9, 2.1).slowdown(0.9) == over_passes(own, 80)(0.9)


def test_without_samples_the_saved_slowdowns_of_passes_serve(of_passes):
    saved = [OfPass(1.9), OfPass(2.0), OfPass(2.1)]
    bare = of_passes(1.9, 2.0, 2.1, samples_s=())
    assert bare.slowdown(0.9) == over_passes(saved, 120)(0.9)
    assert bare.seconds_per_call(0.9) == over_passes([OfPass(0.01 * each.estimate) for each in saved], 120)(
        0.9
    )


def test_one_pass_is_one_process_and_several_are_not(of_passes):
    assert (of_passes(2.0).passes, of_passes(2.0).is_one_process) == (1, True)
    assert (of_passes(2.0, 2.1).passes, of_passes(2.0, 2.1).is_one_process) == (2, False)


@pytest.mark.parametrize(
    ("passes", "disturbed", "expected"),
    [
        (1, [], False),
        (1, [1], True),
        (2, [2], True),
        (4, [1], True),
        (5, [], False),
        (5, [3], False),
        (5, [3, 4], True),
        (10, [1, 9], False),
        (10, [1, 2, 9], True),
    ],
)
def test_more_than_one_disturbed_pass_in_five_disturbs_a_sweep(of_passes, passes, disturbed, expected):
    assert of_passes(*[2.0] * passes, disturbed=disturbed).is_disturbed is expected


def test_a_disturbed_pass_of_several_is_named_with_its_number(of_passes):
    assert of_passes(2.0, 2.0, 2.0, disturbed=[1, 3]).disturbed == ("pass 1: a hog", "pass 3: a hog")
    assert of_passes(2.0, disturbed=[1]).disturbed == ("a hog",)
