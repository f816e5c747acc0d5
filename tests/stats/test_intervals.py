import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidelines.stats.intervals import (
    Estimate,
    autocorrelation_time,
    kendall_tau,
    median,
    paired_ratio,
    rounds_needed,
)

positive = st.floats(1e-6, 1e3)


def autoregressive(rng, rounds, correlation):
    noise = rng.standard_normal(rounds)
    for k in range(1, rounds):
        noise[k] = correlation * noise[k - 1] + math.sqrt(1 - correlation**2) * noise[k]
    return noise


@pytest.mark.parametrize("rounds", [60, 300])
def test_intervals_cover_the_true_median_also_where_stays_in_memory_differ(rounds):
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(300):
        stays = np.repeat(rng.standard_normal(rounds // 10), 10)
        found = median(list(np.exp(0.005 * stays + 0.01 * rng.standard_normal(rounds))), 0.95)
        covered += found.low <= 1 <= found.high
    assert covered / 300 >= 0.88


@pytest.mark.parametrize(("correlation", "rounds"), [(0.0, 20), (0.0, 200), (0.5, 100), (0.8, 400)])
def test_intervals_cover_the_true_median_also_where_rounds_are_not_independent(correlation, rounds):
    rng = np.random.default_rng(7)
    covered = 0
    for _ in range(300):
        found = median(list(np.exp(0.1 * autoregressive(rng, rounds, correlation))), 0.95)
        covered += found.low <= 1 <= found.high
    assert covered / 300 >= 0.9


def test_intervals_of_independent_rounds_are_not_wasteful():
    rng = np.random.default_rng(7)
    found = [median(list(1 + 0.1 * rng.standard_normal(400)), 0.95).half_width for _ in range(100)]
    ideal = 1.96 * 0.1 * math.sqrt(math.pi / 2 / 400)
    assert np.mean(found) < 1.4 * ideal


@given(st.lists(positive, min_size=30, max_size=60), st.floats(0.5, 2.0))
def test_a_slowdown_common_to_a_round_cancels(times, factor):
    rng = np.random.default_rng(0)
    shared = rng.uniform(1, 100, len(times))
    found = paired_ratio(list(factor * np.array(times) * shared), list(np.array(times) * shared), 0.9)
    assert found.estimate == pytest.approx(factor)
    assert found.half_width == pytest.approx(0, abs=1e-9)


@given(st.lists(positive, min_size=12, max_size=60))
def test_the_interval_holds_the_median(samples):
    found = median(samples, 0.9)
    if found.low is not None:
        assert min(samples) <= found.low <= found.estimate <= found.high <= max(samples)


def test_too_few_rounds_give_no_interval():
    found = median([1.0, 1.1, 0.9, 1.2, 0.8], 0.99)
    assert (found.estimate, found.low, found.high, found.half_width) == (1.0, None, None, None)


@pytest.mark.parametrize("confidence", [0.9, 0.99, 0.9967])
def test_the_rounds_needed_give_an_interval_of_at_least_that_confidence(confidence):
    rounds = rounds_needed(confidence)
    series = [1.0 + 0.01 * (-1) ** k * k for k in range(rounds)]
    assert median(series, confidence).low is not None
    assert median(series[:-1], confidence).low is None
    assert 1 - 2 * 0.5**rounds >= confidence


def test_autocorrelation_time_is_one_for_independent_signs_and_large_for_runs():
    rng = np.random.default_rng(3)
    assert autocorrelation_time(np.sign(rng.standard_normal(4000))) < 1.3
    assert autocorrelation_time(np.repeat(np.sign(rng.standard_normal(400)), 10)) > 5
    assert autocorrelation_time(np.ones(50)) == 1
    assert autocorrelation_time(np.array([1.0])) == 1


def test_samples_that_cannot_be_paired_are_refused():
    with pytest.raises(ValueError, match="3 samples cannot be paired with 2"):
        paired_ratio([1.0, 1.0, 1.0], [1.0, 1.0], 0.9)
    with pytest.raises(ValueError, match="no samples"):
        median([], 0.9)
    with pytest.raises(ValueError, match=r"confidence must lie between 0 and 1, got 1\.0"):
        median([1.0], 1.0)


def test_inverse_and_scaled_keep_the_interval_in_order():
    found = Estimate(2.0, 1.6, 2.5, 0.99, 40)
    assert found.inverse() == Estimate(0.5, 0.4, 0.625, 0.99, 40)
    assert found.scaled(2) == Estimate(4.0, 3.2, 5.0, 0.99, 40)
    assert Estimate(2.0, None, None, 0.99, 3).inverse() == Estimate(0.5, None, None, 0.99, 3)


def test_a_saved_interval_widens_as_a_normal_one():
    normal = NormalDist()
    wide = Estimate(1.0, math.exp(-0.02), math.exp(0.02), 0.95, 40).at(0.99)
    scale = normal.inv_cdf(0.995) / normal.inv_cdf(0.975)
    assert wide.high == pytest.approx(math.exp(0.02 * scale))
    assert wide.low == pytest.approx(math.exp(-0.02 * scale))
    assert Estimate(1.0, None, None, 0.95, 3).at(0.99).low is None


def test_kendalls_tau_counts_agreeing_and_tied_pairs():
    assert kendall_tau([1, 2, 3, 4], [1, 2, 3, 4]) == 1
    assert kendall_tau([1, 2, 3, 4], [4, 3, 2, 1]) == -1
    assert kendall_tau([1, 2, 3], [1, 3, 2]) == pytest.approx(1 / 3)
    assert kendall_tau([1, 2, 3], [1, 1, 2]) == pytest.approx(2 / math.sqrt(6))
    assert kendall_tau([1, 2, 3], [1, 1, 1]) is None
