"""The reason for which a guideline holds: the factors that carry most of the effect in most sweeps."""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median_low

# The share of the effect that one or two factors must carry to be the reason, and the least of each of two.
MOST, PART = 0.6, 0.25
# The share of the effect that others may take away before the reason of a sweep is no longer clear.
MOST_AGAINST = 0.5


def reasons(shares: Sequence[Mapping[str, float]], sweeps: int) -> tuple[str, ...]:
    """The one or two factors that carry most of the effect in most of the sweeps, in their usual order.

    Input: the shares of the factors in the sweeps whose account is known, of `sweeps` in all. Returns () if
    the reason is not clear, or not known for most of the sweeps.
    """
    clear = _alike([of_sweep for of_sweep in shares if _against(of_sweep) <= MOST_AGAINST])
    if 2 * len(clear) <= sweeps:
        return ()
    usual = {name: median_low(of_sweep[name] for of_sweep in clear) for name in clear[0]}
    first, second = sorted(usual, key=lambda name: usual[name], reverse=True)[:2]
    if usual[first] >= MOST:
        return (first,)
    if usual[second] >= PART and usual[first] + usual[second] >= MOST:
        return tuple(name for name in usual if name in (first, second))
    return ()


def _alike(shares: Sequence[Mapping[str, float]]) -> Sequence[Mapping[str, float]]:
    """Those of the factors that are known in most sweeps: where one is not, another holds it."""
    names = Counter(map(frozenset, shares)).most_common(1)
    return [of_sweep for of_sweep in shares if of_sweep.keys() == names[0][0]]


def _against(shares: Mapping[str, float]) -> float:
    """The share of the effect that the factors which work against it take away."""
    return -sum(share for share in shares.values() if share < 0)
