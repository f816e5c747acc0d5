import math
from statistics import NormalDist

import numpy as np
import pytest

from guidelines.stats.intervals import Estimate, Exactly, Roughly
from guidelines.stats.pooling import geometric_mean, pooled, quotient, students_t


def quantity(log_value, error):
    """A quantity whose logarithm is normal with a known standard error."""

    def at(confidence):
        side = NormalDist().inv_cdf(0.5 + confidence / 2) * error
        low, middle, high = (math.exp(log_value + sign * side) for sign in (-1, 0, 1))
        return Estimate(middle, low, high, confidence, 100)

    return at


def family(rows, errors):
    """The quantities of each row of logarithms, by the row's number; a row has one error."""
    quantities = {}
    for number, (row, error) in enumerate(zip(rows, errors, strict=True)):
        quantities[number] = [quantity(value, error) for value in row]
    return quantities


def covers_one(estimate):
    return estimate.low <= 1 <= estimate.high


def alone(*of_runs):
    """One quantity over its runs."""
    return pooled({"alone": of_runs}, independent=1)


@pytest.mark.parametrize(
    ("confidence", "degrees", "expected"),
    [
        (0.95, 1, 12.7062),
        (0.95, 2, 4.3027),
        (0.95, 3, 3.1824),
        (0.99, 10, 3.1693),
        (0.999, 24, 3.7454),
        (0.95, 10**6, 1.9600),
        (0.999999, 1, 636619.77),
    ],
)
def test_students_t_is_that_of_the_tables(confidence, degrees, expected):
    assert students_t(confidence, degrees) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("runs", [2, 3, 5])
@pytest.mark.parametrize("between", [0.0, 0.01, 0.03])
def test_pooled_intervals_cover_the_truth_however_far_the_runs_lie_apart(runs, between):
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(40):
        within = np.exp(rng.normal(math.log(0.012), 0.5, 24))
        spread = np.hypot(within, between)[:, None]
        values = spread * rng.standard_normal((24, runs))
        quantities = pooled(family(values, within), independent=8).quantities.values()
        covered += [covers_one(of_runs(0.95)) for of_runs in quantities]
    assert 0.93 <= np.mean(covered) <= 0.995


def test_what_slows_whole_runs_is_covered_where_only_runs_are_independent():
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(100):
        values = 0.01 * rng.standard_normal((24, 3)) + 0.05 * rng.standard_normal(3)
        quantities = pooled(family(values, [0.01] * 24), independent=1).quantities.values()
        covered += [covers_one(of_runs(0.95)) for of_runs in quantities]
    assert np.mean(covered) >= 0.93


def test_a_restless_quantity_is_judged_by_its_own_runs():
    rng = np.random.default_rng(5)
    covered = []
    for _ in range(300):
        values = 0.01 * rng.standard_normal((24, 3))
        values[0] *= 10
        restless = pooled(family(values, [0.01] * 24), independent=8).quantities[0](0.95)
        covered.append(covers_one(restless))
    assert np.mean(covered) >= 0.88


def test_the_scatter_is_one_where_runs_repeat_as_well_as_they_claim():
    rng = np.random.default_rng(5)
    honest = family(0.01 * rng.standard_normal((300, 3)), [0.01] * 300)
    boastful = family(0.04 * rng.standard_normal((300, 3)), [0.01] * 300)
    assert pooled(honest, 100).scatter == pytest.approx(1, abs=0.1)
    assert pooled(boastful, 100).scatter == pytest.approx(4, abs=0.4)


def test_more_runs_narrow_the_interval_and_every_run_weighs_the_same():
    few, many = (alone(*[quantity(0.1, 0.01)] * runs).quantities["alone"](0.95) for runs in (3, 30))
    assert many.half_width < few.half_width / 2
    pair = alone(quantity(0.0, 0.01), quantity(0.2, 0.001)).quantities["alone"](0.95)
    assert pair.estimate == pytest.approx(math.exp(0.1))


def test_runs_without_intervals_are_pooled_by_how_far_they_lie_apart():
    found = alone(Roughly(1.0, 5), Roughly(1.02, 5), Roughly(1.04, 5))
    estimate = found.quantities["alone"](0.95)
    assert found.scatter is None
    assert estimate.low < 1.0 < 1.04 < estimate.high


def test_an_interval_too_wide_to_mean_anything_is_none():
    apart = alone(quantity(0.0, 0.01), quantity(4.0, 0.01)).quantities["alone"]
    assert apart(0.999999).low is None


def test_nothing_pools_to_nothing():
    assert pooled({}, 1).quantities == {}


def test_the_interval_of_a_quotient_covers_it():
    rng = np.random.default_rng(5)
    covered = [
        found.low <= 2 <= found.high
        for x, y in 0.02 * rng.standard_normal((400, 2))
        for found in [quotient(quantity(math.log(2) + x, 0.02), quantity(y, 0.02))(0.95)]
    ]
    assert 0.92 <= np.mean(covered) <= 0.98


def test_a_quotient_by_something_exact_keeps_the_interval():
    found = quotient(quantity(0.5, 0.02), Exactly(1.0, 100))(0.9)
    numerator = quantity(0.5, 0.02)(0.9)
    assert (found.low, found.high) == pytest.approx((numerator.low, numerator.high))


def test_a_quotient_without_an_interval_on_one_side_has_none():
    assert quotient(quantity(0.5, 0.02), Roughly(2.0, 9))(0.9) == Estimate(
        pytest.approx(math.exp(0.5) / 2), None, None, 0.9, 9
    )


def test_a_geometric_mean_is_no_surer_than_its_parts():
    found = geometric_mean([quantity(0.1, 0.02), quantity(0.3, 0.04)])(0.95)
    assert found.estimate == pytest.approx(math.exp(0.2))
    assert math.log(found.high / found.low) == pytest.approx(2 * 1.96 * 0.03, rel=1e-3)
    assert geometric_mean([quantity(0.1, 0.02), Roughly(1.0, 3)])(0.95).low is None
    with pytest.raises(ValueError, match="no quantities"):
        geometric_mean([])
