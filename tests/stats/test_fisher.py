from fractions import Fraction
from itertools import combinations

import pytest

from guidelines.stats.fisher import Count, chance_of_more


def by_enumeration(own, others):
    """The share of all choices of the times that have as many here or more."""
    times, of = own.times + others.times, own.of + others.of
    choices = list(combinations(range(of), times))
    here = [sum(each < own.of for each in chosen) for chosen in choices]
    return Fraction(sum(number >= own.times for number in here), len(choices))


@pytest.mark.parametrize("times", range(4))
@pytest.mark.parametrize("elsewhere", [0, 2, 5])
def test_it_is_the_share_of_all_ways_to_spread_the_times(times, elsewhere):
    own, others = Count(times, 3), Count(elsewhere, 7)
    assert chance_of_more(own, others) == pytest.approx(float(by_enumeration(own, others)))


def test_nothing_anywhere_and_everything_everywhere_are_chance():
    assert chance_of_more(Count(0, 5), Count(0, 10)) == 1
    assert chance_of_more(Count(5, 5), Count(10, 10)) == 1


def test_many_machines_are_no_trouble():
    assert chance_of_more(Count(5, 5), Count(2000, 4995)) == pytest.approx((2005 / 5000) ** 5, rel=0.01)
