from math import exp, log, sqrt

import numpy as np
import pytest

from guidelines.stats.intervals import Estimate
from guidelines.stats.passes import OfPass, over_passes
from guidelines.stats.pooling import hodges_lehmann

DRAWS = 2000
TRUTH = 1.3


def of(*estimates, log_deviation=None):
    return [OfPass(estimate, log_deviation) for estimate in estimates]


@pytest.mark.parametrize(
    ("values", "centre"),
    [
        ([3.0], 3.0),
        ([1.0, 2.0], 1.5),
        ([1.0, 2.0, 6.0], 2.75),  # means 1, 1.5, 2, 3.5, 4, 6
        ([1.0, 2.0, 3.0, 4.0, 100.0], 3.0),
        ([5.0, 1.0, 3.0], 3.0),
    ],
)
def test_the_centre_is_the_median_of_the_means_of_pairs(values, centre):
    assert hodges_lehmann(values) == centre


def test_the_centre_is_of_logarithms():
    assert over_passes(of(1.0, 4.0), 10)(0.9).estimate == pytest.approx(2.0)


def test_the_interval_is_students_of_the_spread_between_passes():
    # Deviation of the logarithms 0.01, t of 4 degrees of freedom 2.776.
    passes = of(*(exp(0.01 * x) for x in (-sqrt(2), 0.0, 0.0, 0.0, sqrt(2))))
    found = over_passes(passes, 60)(0.95)
    half_width = 2.776445 * 0.01 / sqrt(5)
    assert (found.estimate, found.confidence, found.rounds) == (1.0, 0.95, 60)
    assert (log(found.low), log(found.high)) == pytest.approx((-half_width, half_width), rel=1e-5)


def test_passes_that_lie_close_by_chance_are_no_surer_than_each_is_of_itself():
    found = over_passes(of(1.0, 1.0, 1.0, log_deviation=0.01), 60)(0.95)
    assert log(found.high) == pytest.approx(4.302653 * 0.01 / sqrt(3), rel=1e-5)


def test_a_deviation_that_is_not_known_does_not_count():
    passes = [OfPass(1.0, 0.01), OfPass(1.0), OfPass(1.0, 0.03)]
    deviation = sqrt((0.01**2 + 0.03**2) / 2)
    assert log(over_passes(passes, 60)(0.95).high) == pytest.approx(4.302653 * deviation / sqrt(3), rel=1e-5)


def test_a_deviation_comes_from_a_passes_own_interval():
    own = Estimate(2.0, 2.0 / 1.1, 2.0 * 1.1, 0.95, 20)
    assert OfPass.of(own) == OfPass(2.0, own.log_deviation)
    assert OfPass.of(own).log_deviation == pytest.approx(log(1.1) / 1.959964)
    assert OfPass.of(Estimate(2.0, None, None, 0.95, 3)) == OfPass(2.0)


@pytest.mark.parametrize("log_deviation", [None, 0.01])
def test_one_pass_gives_no_interval(log_deviation):
    found = over_passes(of(1.5, log_deviation=log_deviation), 12)(0.95)
    assert (found.low, found.high, found.rounds) == (None, None, 12)
    assert found.estimate == pytest.approx(1.5)


def test_equal_passes_are_exact():
    found = over_passes(of(1.0, 1.0, 1.0), 36)(0.99)
    assert found == Estimate(1.0, 1.0, 1.0, 0.99, 36)


def test_no_passes_are_refused():
    with pytest.raises(ValueError, match="no passes"):
        over_passes([], 0)


def test_an_interval_that_says_nothing_is_none():
    assert over_passes(of(1e-9, 1e9), 20)(0.99).half_width is None


def test_more_confidence_and_fewer_passes_widen_the_interval():
    passes = of(1.18, 1.2, 1.22, 1.19, 1.21)
    narrow, wide, few = (
        over_passes(passes, 50)(0.9),
        over_passes(passes, 50)(0.99),
        over_passes(passes[:3], 30)(0.9),
    )
    assert few.half_width > narrow.half_width
    assert wide.half_width > narrow.half_width


def test_one_odd_pass_of_five_hardly_moves_the_centre():
    quiet = over_passes(of(1.18, 1.19, 1.2, 1.21, 1.22), 50)(0.95)
    odd = over_passes(of(1.18, 1.19, 1.2, 1.21, 1.416), 50)(0.95)
    assert odd.estimate == pytest.approx(quiet.estimate, rel=0.01)
    assert odd.low < 1.2 < odd.high


def drawn(odd_share, passes=5, deviation=0.01):
    """Estimates of passes in each draw; an odd one is 1.2 times off."""
    random = np.random.default_rng(7)
    logs = random.normal(log(TRUTH), deviation, (DRAWS, passes))
    logs += log(1.2) * (random.random((DRAWS, passes)) < odd_share)
    return [[OfPass(estimate, deviation / 3) for estimate in row] for row in np.exp(logs).tolist()]


@pytest.mark.parametrize("odd_share", [0, 1 / 12])
def test_the_interval_holds_the_truth_as_often_as_it_claims(odd_share):
    intervals = [over_passes(row, 50)(0.95) for row in drawn(odd_share)]
    held = sum(each.low <= TRUTH <= each.high for each in intervals)
    assert held / DRAWS >= 0.93


def test_odd_passes_hardly_move_the_centre_in_most_draws():
    quiet, odd = (
        [over_passes(row, 50)(0.95).estimate for row in drawn(odd_share)] for odd_share in (0, 1 / 12)
    )
    moved = np.abs(np.divide(odd, quiet) - 1)
    assert np.median(moved) <= 0.005
    assert np.mean(moved <= 0.03) >= 0.93


@pytest.mark.parametrize("deviation", [1e3, 1e18])
def test_a_pass_that_knows_nothing_of_itself_has_no_interval(deviation):
    assert OfPass(2.0, deviation).quantity(9)(0.95).low is None
