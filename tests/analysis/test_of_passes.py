import random
from dataclasses import replace
from math import exp, log

import pytest

from guidelines.analysis.of_passes import controls_over_passes, slowdowns_over_passes
from guidelines.results.joining import linked
from guidelines.stats.pooling import students_t

SWEEPS = 12


@pytest.fixture
def entries(entry_of_passes):
    """Two sweeps and more of one condition, each with a baseline and a variant of scattered passes."""

    def entries(sweeps, scatter=0.02, passes=5, seed=1):
        luck = random.Random(seed)
        made = []
        for number in range(sweeps):
            slowdowns = [2.0 * exp(luck.gauss(0, scatter)) for _ in range(passes)]
            made.append(entry_of_passes("g=1", [1.0] * passes, sweep=f"x{number}"))
            made.append(entry_of_passes("g=8", slowdowns, sweep=f"x{number}", spread=0.001))
        return linked(made, []).entries

    return entries


def half_width(entries, confidence):
    widths = []
    for quantity in slowdowns_over_passes(entries).values():
        estimate = quantity(confidence)
        widths.append(log(estimate.high / estimate.low) / 2)
    return sorted(widths)[len(widths) // 2]


def test_baselines_have_no_slowdown_over_passes(entries):
    keys = slowdowns_over_passes(entries(2))
    assert [key.variant for key in keys] == ["g=8", "g=8"]


def test_the_more_sweeps_share_the_spread_the_less_a_high_confidence_costs(entries):
    confidence = 1 - 0.05 / 39
    few, many = (half_width(entries(n), confidence) / half_width(entries(n), 0.95) for n in (1, SWEEPS))
    assert few == pytest.approx(students_t(confidence, 4) / students_t(0.95, 4))
    assert many == pytest.approx(students_t(confidence, 4 * SWEEPS) / students_t(0.95, 4 * SWEEPS))
    assert many < few / 1.5


def widening(quantity):
    wide, narrow = quantity(0.999), quantity(0.95)
    return log(wide.high / wide.low) / log(narrow.high / narrow.low)


def test_a_sweep_that_scatters_far_more_than_the_others_is_judged_by_its_own_passes(entries, entry_of_passes):
    quiet = entries(SWEEPS, scatter=0.005)
    restless = entry_of_passes("g=8", [1.6, 2.4, 2.0, 1.7, 2.2], sweep="restless", spread=0.001)
    baseline = entry_of_passes("g=1", [1.0] * 5, sweep="restless")
    slowdowns = slowdowns_over_passes(linked([*quiet, baseline, restless], []).entries)
    far, near = slowdowns[restless.place.key], slowdowns[quiet[1].place.key]
    assert widening(far) == pytest.approx(students_t(0.999, 4) / students_t(0.95, 4))
    assert widening(near) < widening(far)


def test_samples_and_saved_medians_give_the_same(entries):
    with_samples = entries(3)
    without = [replace(entry, samples_s=(), baseline_samples_s=()) for entry in with_samples]
    from_samples, from_medians = map(slowdowns_over_passes, (with_samples, without))
    assert from_samples.keys() == from_medians.keys()
    for key, quantity in from_samples.items():
        assert quantity(0.95).estimate == pytest.approx(from_medians[key](0.95).estimate, rel=1e-3)


def test_each_sweep_has_one_control_whatever_its_variants(entries):
    assert len(controls_over_passes(entries(3))) == 3


def test_a_single_pass_is_left_to_its_own_interval(entry):
    assert slowdowns_over_passes([entry("g=8", 2.0)]) == {}
    assert controls_over_passes([entry("g=8", 2.0)]) == {}
