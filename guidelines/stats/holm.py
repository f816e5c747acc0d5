"""Many decisions that are right together (Holm 1979), and how clear each of them is."""

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
    """Judge m cases so that all decisions are right together with the confidence (Holm 1979).

    The clearest case is judged at 1 - (1 - confidence) / m, the next at (m - 1), and so on. From the first
    case that is not decided on, every case is judged at the level of that one.
    """
    judged: dict[int, Judged] = {}
    left, stepping = len(clearness), True
    for index in sorted(range(len(clearness)), key=lambda i: -clearness[i]):
        judged[index] = judge(index, 1 - (1 - confidence) / left)
        stepping = stepping and is_decided(judged[index])
        left -= stepping
    return [judged[index] for index in range(len(clearness))]


def half_widths_from(edges: Sequence[float], ratio: Estimate) -> float:
    """Distance of a ratio from the nearest of some edges, in half-widths of its interval; -1 without one.

    Both are taken on logarithms, because ratios multiply.

    >>> round(half_widths_from((1.01,), Estimate(1.5, 1.2, 1.6, 0.95, 20)), 2)
    2.75
    """
    if ratio.low is None or ratio.high is None:
        return -1.0
    distance = min(abs(log(ratio.estimate / edge)) for edge in edges)
    half_width = log(ratio.high / ratio.low) / 2
    return distance / half_width if half_width else inf
