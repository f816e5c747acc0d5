"""The reasons for which a guideline holds: the factors that carry most of the effect in most sweeps."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median_low

# The share of the effect that the factors which are named must carry together, and the least of each.
MOST, PART = 0.6, 0.2
# The share of the effect that others may take away before the reason of a sweep is no longer clear.
MOST_AGAINST = 0.5


def reasons(shares: Sequence[Mapping[str, float]], sweeps: int) -> dict[str, float]:
    """The factors that carry most of the effect, with the share that each carries in most of the sweeps.

    Input: the shares of the factors in the sweeps whose account is known, of `sweeps` in all. Returns {} if
    the reason is not clear, or not known for most of the sweeps.
    """
    clear = _alike([of_sweep for of_sweep in shares if _against(of_sweep) <= MOST_AGAINST])
    if 2 * len(clear) <= sweeps:
        return {}
    named: dict[str, float] = {}
    for name in clear[0]:
        share = median_low([of_sweep[name] for of_sweep in clear])
        if share >= PART:
            named[name] = share
    return named if sum(named.values()) >= MOST else {}


def _alike(shares: Sequence[Mapping[str, float]]) -> Sequence[Mapping[str, float]]:
    """The shares that name the same factors as most do: if one is unknown, another one holds it."""
    names = Counter(map(frozenset, shares)).most_common(1)
    return [of_sweep for of_sweep in shares if of_sweep.keys() == names[0][0]]


def _against(shares: Mapping[str, float]) -> float:
    """The share of the effect that the factors which work against it take away."""
    return -sum(share for share in shares.values() if share < 0)
