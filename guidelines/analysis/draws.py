"""Slow-downs by placement, which differ under cuDNN's autotuner: each time it may choose other kernels.

It times each candidate once or twice, so that the choice is in part chance. A variant whose draws fall into
distinct groups has no single slow-down, only a range of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log
from statistics import median

# Fewer rounds say nothing about how far the rounds of a draw scatter.
LEAST_ROUNDS = 3
# Draws that lie closer together matter to nobody: it is what an address in memory can make up.
LEAST_GAP = 0.05
# Two groups are distinct if even single rounds of one are far from those of the other.
GAP_SPREADS = 4.0
# The median absolute deviation of a normal distribution times this is its standard deviation.
SD_OF_MAD = 1.4826


@dataclass(frozen=True)
class Draw:
    """The slow-down between two placements: its median, and the relative standard deviation of a round."""

    median: float
    spread: float


def draws(ratios: Sequence[float], placed_at: Sequence[int]) -> tuple[Draw, ...]:
    """The draws of one process, from the ratios of its rounds and the rounds before which it built networks.

    A placement with fewer than LEAST_ROUNDS rounds is left out.
    """
    stays = [ratios[start:end] for start, end in pairwise((*placed_at, len(ratios)))]
    return tuple(_draw(stay) for stay in stays if len(stay) >= LEAST_ROUNDS)


def drawn_range(draws: Iterable[Draw]) -> tuple[float, float] | None:
    """The least and the greatest median if the draws fall into distinct groups, else None.

    They do if a gap between neighbouring medians exceeds both LEAST_GAP and GAP_SPREADS times the spread of a
    round: that of either neighbour, and the typical one. A chosen kernel is as steady as another, whereas a
    draw in which something disturbed the machine scatters.
    """
    ordered = sorted(draws, key=lambda draw: draw.median)
    if not ordered:
        return None
    typical = median(draw.spread for draw in ordered)
    if not any(_are_distinct(below, above, typical) for below, above in pairwise(ordered)):
        return None
    return ordered[0].median, ordered[-1].median


def _are_distinct(below: Draw, above: Draw, typical_spread: float) -> bool:
    gap = log(above.median / below.median)
    return gap > max(log(1 + LEAST_GAP), GAP_SPREADS * max(below.spread, above.spread, typical_spread))


def _draw(ratios: Sequence[float]) -> Draw:
    logs = [log(ratio) for ratio in ratios]
    center = median(logs)
    return Draw(exp(center), SD_OF_MAD * median(abs(each - center) for each in logs))
