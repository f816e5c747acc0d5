from math import log

import pytest

from guidelines.stats.intervals import Estimate
from guidelines.stats.quotients import over, product, with_side

TWO = Estimate(2.0, low=1.0, high=4.0, confidence=0.95, rounds=10)
THREE = Estimate(3.0, low=2.5, high=3.6, confidence=0.95, rounds=10)


def test_sides_add_up_as_those_of_independent_logarithms():
    side = (log(2) ** 2 + log(1.2) ** 2) ** 0.5
    for of_both, estimate in ((over(TWO, THREE), 2 / 3), (product(TWO, THREE), 6.0)):
        assert of_both.estimate == pytest.approx(estimate)
        assert log(of_both.high / of_both.estimate) == pytest.approx(side)
        assert log(of_both.estimate / of_both.low) == pytest.approx(side)


def test_an_estimate_without_an_interval_gives_none():
    alone = Estimate(5.0, low=None, high=None, confidence=0.95, rounds=1)
    assert (over(TWO, alone).low, product(alone, TWO).high) == (None, None)
    assert product(alone, TWO).estimate == 10.0


def test_an_exact_factor_changes_no_side():
    assert over(TWO, with_side(TWO, 4.0, 0.0)) == Estimate(0.5, 0.25, 1.0, confidence=0.95, rounds=10)
