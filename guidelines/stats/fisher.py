"""Tell whether something happens more often here than elsewhere, by Fisher's exact test."""

from math import comb
from typing import NamedTuple


class Count(NamedTuple):
    """The times that something happened, of so many that it could."""

    times: int
    of: int


def chance_of_more(own: Count, others: Count) -> float:
    """The probability of as many times or more here by chance, if it happens as often here as elsewhere.

    Source: R. A. Fisher, The logic of inductive inference (1935); one-sided, all totals held fixed.

    >>> round(chance_of_more(Count(5, 5), Count(0, 10)), 5)
    0.00033
    """
    times, of = own.times + others.times, own.of + others.of
    ways = 0
    for here in range(own.times, min(times, own.of) + 1):
        ways += comb(times, here) * comb(of - times, own.of - here)
    return ways / comb(of, own.of)
