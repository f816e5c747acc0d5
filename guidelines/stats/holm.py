"""Decisions on many cases with one error rate for all of them together (Holm 1979)."""

from collections.abc import Callable, Sequence
from math import inf, log
from typing import TypeVar

from guidelines.stats.intervals import Estimate

Judged = TypeVar("Judged")


def stepwise(
    clearness: Sequence[float],
    judge: Callable[[int, float], Judged],
    is_decided: Callable[[Judged], bool],
    confidence: float,
) -> list[Judged]:
    """Judge m cases so that all decisions are right at once with the given confidence (Holm 1979).

    `judge` takes the index of a case and a confidence. The clearest case is judged at
    1 - (1 - confidence) / m, the next at 1 - (1 - confidence) / (m - 1), and so on. After the first
    undecided case the confidence stays the same.
    """
    judged: dict[int, Judged] = {}
    cases_left, all_decided = len(clearness), True
    for index in sorted(range(len(clearness)), key=lambda i: -clearness[i]):
        judged[index] = judge(index, 1 - (1 - confidence) / cases_left)
        all_decided = all_decided and is_decided(judged[index])
        if all_decided:
            cases_left -= 1
    return [judged[index] for index in range(len(clearness))]


def half_widths_from(edges: Sequence[float], ratio: Estimate) -> float:
    """Distance from a ratio to the nearest edge, in half-widths of its interval; -1 without an interval.

    Distance and half-width are those of logarithms, because ratios multiply.

    >>> round(half_widths_from((1.01,), Estimate(1.5, 1.2, 1.6, 0.95, 20)), 2)
    2.75
    """
    if ratio.low is None or ratio.high is None:
        return -1.0
    distance = min(abs(log(ratio.estimate / edge)) for edge in edges)
    half_width = log(ratio.high / ratio.low) / 2
    return distance / half_width if half_width else inf
