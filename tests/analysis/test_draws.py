from itertools import chain
from random import Random

import pytest

from guidelines.analysis.draws import Draw, drawn_range, draws


def rounds(medians, spread=0.005, number=10, seed=0):
    """In-round ratios of one process, and the rounds before which networks were built."""
    random = Random(seed)
    expected = chain.from_iterable([median] * number for median in medians)
    return [ratio * random.lognormvariate(0.0, spread) for ratio in expected], range(
        0, number * len(medians), number
    )


def test_a_draw_is_the_median_between_two_placements():
    ratios = [1.0, 1.2, 1.1, 3.0, 2.0, 4.0, 5.0]
    assert [draw.median for draw in draws(ratios, [0, 3])] == pytest.approx([1.1, (3.0 * 4.0) ** 0.5])


def test_the_spread_is_that_of_single_rounds():
    (draw,) = draws(*rounds([1.3], spread=0.02, number=2000))
    assert draw.median == pytest.approx(1.3, rel=0.005)
    assert draw.spread == pytest.approx(0.02, rel=0.1)


def test_a_placement_with_too_few_rounds_is_no_draw():
    assert [draw.median for draw in draws([1.0, 1.0, 1.0, 9.0, 9.0], [0, 3])] == [1.0]
    assert draws([], []) == draws([], [0]) == draws([1.0, 1.0], [0]) == ()


@pytest.mark.parametrize(
    ("medians", "expected"),
    [
        ([1.13, 1.60, 1.13, 1.13], (1.13, 1.60)),
        ([1.16, 1.84, 1.5], (1.16, 1.84)),
        ([1.0, 0.5], (0.5, 1.0)),
    ],
)
def test_draws_in_distinct_groups_have_a_range(medians, expected):
    assert drawn_range(draws(*rounds(medians))) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("medians", [[1.3] * 8, [1.30, 1.34], [1.3], [1.0, 1.04, 1.08, 1.12, 1.16]])
def test_draws_without_a_wide_gap_have_none(medians):
    assert drawn_range(draws(*rounds(medians))) is None


def test_a_gap_within_the_scatter_of_the_rounds_is_no_gap():
    assert drawn_range(draws(*rounds([1.0, 1.1], spread=0.1))) is None
    assert drawn_range(draws(*rounds([1.0, 1.1], spread=0.001))) is not None


def test_a_disturbed_draw_is_no_group():
    """Draws of one H200 process whose machine was slower for a while."""
    steady = [Draw(1.60, 0.003) for _ in range(20)]
    assert drawn_range((*steady, Draw(1.21, 0.125))) is None
    assert drawn_range((*steady, Draw(1.21, 0.003))) == (1.21, 1.60)


def test_a_spread_that_is_small_by_chance_makes_no_group():
    assert drawn_range((Draw(1.0, 0.0), Draw(1.1, 0.0), *[Draw(1.0, 0.05)] * 5)) is None


def test_noise_alone_makes_no_groups():
    for seed in range(200):
        assert drawn_range(draws(*rounds([1.3] * 8, spread=0.05, seed=seed))) is None


def test_draws_of_several_processes_are_looked_at_together():
    first, second = draws(*rounds([1.2, 1.2])), draws(*rounds([1.8, 1.8], seed=1))
    assert drawn_range(first) is drawn_range(second) is None
    assert drawn_range((*first, *second)) == pytest.approx((1.2, 1.8), rel=0.01)


def test_the_least_gap_is_five_percent():
    assert drawn_range((Draw(1.0, 0.0), Draw(1.051, 0.0))) == (1.0, 1.051)
    assert drawn_range((Draw(1.0, 0.0), Draw(1.049, 0.0))) is None
