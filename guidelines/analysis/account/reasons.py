"""The reasons for which a guideline holds: the factors that carry most of the effect in most sweeps."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median_low

# The share of the effect that the factors which are named must carry together, and the least of each.
MOST, PART = 0.6, 0.2
# The share of the effect that others may take away before the reason of a sweep is no longer clear.
MOST_AGAINST = 0.5
# The least share that a factor which is said to work against the effect takes away, on average.
LEAST_AGAINST = 0.05


@dataclass(frozen=True)
class Reasons:
    """The factors that carry most of an effect, with a share that each reaches in most of the sweeps.

    If the shares exceed the effect together, `against` are the factors that work against it.
    """

    shares: Mapping[str, float] = field(default_factory=dict)
    against: tuple[str, ...] = ()


def reasons(shares: Sequence[Mapping[str, float]], sweeps: int) -> Reasons:
    """The reasons for an effect in several sweeps; no shares if they are not clear in most of them.

    Input: the shares of the factors in the sweeps whose account is known, of `sweeps` in all. In the others,
    and if the reason is not clear, no factor has a share.
    """
    clear = _alike([of_sweep for of_sweep in shares if _against(of_sweep) <= MOST_AGAINST])
    if 2 * len(clear) <= sweeps:
        return Reasons()
    named: dict[str, float] = {}
    others: list[str] = []
    for name in clear[0]:
        share = median_low([of_sweep[name] for of_sweep in clear] + [0.0] * (sweeps - len(clear)))
        if share >= PART:
            named[name] = share
        elif fmean(min(0.0, of_sweep[name]) for of_sweep in clear) <= -LEAST_AGAINST:
            others.append(name)
    total = sum(named.values())
    if total < MOST:
        return Reasons()
    if total <= 1 or others:
        return Reasons(named, tuple(others) if total > 1 else ())
    return Reasons({name: share / total for name, share in named.items()})


def _alike(shares: Sequence[Mapping[str, float]]) -> Sequence[Mapping[str, float]]:
    """The shares that name the same factors as most do: if one is unknown, another one holds it."""
    names = Counter(map(frozenset, shares)).most_common(1)
    return [of_sweep for of_sweep in shares if of_sweep.keys() == names[0][0]]


def _against(shares: Mapping[str, float]) -> float:
    """The share of the effect that the factors which work against it take away."""
    return -sum(share for share in shares.values() if share < 0)
