import math

import pytest

from guidelines.stats.holm import half_widths_from, stepwise
from guidelines.stats.intervals import Estimate


def estimate(middle, low, high):
    return Estimate(middle, low, high, 0.95, 40)


def test_the_distance_from_an_edge_is_in_half_widths_of_the_logarithm():
    ratio = estimate(1.5, 1.2, 1.6)
    expected = math.log(1.5 / 1.01) / (math.log(1.6 / 1.2) / 2)
    assert half_widths_from((1.01,), ratio) == pytest.approx(expected)
    assert round(half_widths_from((1.01,), ratio), 2) == 2.75


def test_a_ratio_and_its_inverse_lie_equally_far_from_edges_that_are_inverse():
    edges = (1.03, 1 / 1.03)
    assert half_widths_from(edges, estimate(1.5, 1.2, 1.6)) == pytest.approx(
        half_widths_from(edges, estimate(1.5, 1.2, 1.6).inverse())
    )


def test_the_nearer_edge_counts():
    assert half_widths_from((1.0, 2.0), estimate(1.9, 1.8, 2.0)) < half_widths_from(
        (1.0,), estimate(1.9, 1.8, 2.0)
    )


def test_a_ratio_without_an_interval_is_the_least_clear_and_an_exact_one_the_clearest():
    assert half_widths_from((1.01,), estimate(1.5, None, None)) == -1.0
    assert half_widths_from((1.01,), estimate(1.5, 1.5, 1.5)) == math.inf


def test_levels_rise_from_the_clearest_to_the_first_undecided_case():
    levels = stepwise([1.0, 3.0, 2.0], lambda _, level: round(level, 4), lambda level: level != 0.98, 0.97)
    assert levels == [0.97, 0.99, 0.985]
    stopped = stepwise([1.0, 3.0, 2.0], lambda _, level: round(level, 4), lambda level: level != 0.985, 0.97)
    assert stopped == [0.985, 0.99, 0.985]
