"""How well a count predicts the time of whole networks: rank correlations over those that were timed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh
from typing import Any

import numpy as np

from guidelines.merge import Measured, Results
from guidelines.spec import Condition
from guidelines.stats import quantile

LEAST_NETWORKS = 10
# Networks for small devices; over all sizes any count orders times well.
SMALL_MULTIPLY_ADDS = 10**9
# The field of each count that is set beside the time.
COUNTS = {
    "multiply-adds": "multiply_adds",
    "memory access of convolutions": "conv_memory_access",
    "memory access of all operators": "memory_access",
}


@dataclass(frozen=True)
class Correlation:
    """Spearman's rank correlation, from -1 to 1, with an interval if networks were drawn at random."""

    estimate: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Prediction:
    """Correlations of each count that differs with the time of a call, over so many networks."""

    networks: int
    counts: Mapping[str, Correlation]


def predictions(results: Results, confidence: float = 0.95) -> dict[Condition, tuple[Prediction, ...]]:
    """For each condition with enough whole networks: over all of them, and over the small ones.

    Counts are those of a call, as its time is. Networks that several sweeps timed count once.
    """
    networks: dict[Condition, dict[str, Measured]] = {}
    for measured in results.measured:
        if not measured.channels and None not in _counts(measured).values():
            networks.setdefault(measured.place.condition, {}).setdefault(measured.place.variant, measured)
    found = {}
    for condition, named in networks.items():
        everything = list(named.values())
        small = [m for m in everything if m.multiply_adds < SMALL_MULTIPLY_ADDS * condition.batch_size]
        groups = [everything, *([small] if len(small) < len(everything) else [])]
        found[condition] = tuple(_predicted(g, confidence) for g in groups if len(g) >= LEAST_NETWORKS)
    return {condition: of_groups for condition, of_groups in found.items() if of_groups}


def spearman(ours: Sequence[float], theirs: Sequence[float], confidence: float) -> Correlation | None:
    """Pearson's correlation of the ranks, equal values sharing the mean of theirs; None for all ties.

    The interval is Fisher's, with the variance of Bonett and Wright (2000); none for a perfect correlation.
    Needs four values.

    >>> spearman([1, 2, 3, 4, 5], [10, 20, 40, 30, 50], 0.95)
    Correlation(estimate=0.9, low=-0.16889565860999536, high=0.9960685924750513)
    """
    if len(set(ours)) == 1 or len(set(theirs)) == 1:
        return None
    estimate = round(float(np.corrcoef(_ranks(ours), _ranks(theirs))[0, 1]), 12)
    if abs(estimate) == 1:
        return Correlation(estimate, None, None)
    half_width = quantile(confidence) * sqrt((1 + estimate**2 / 2) / (len(ours) - 3))
    center = atanh(estimate)
    return Correlation(estimate, tanh(center - half_width), tanh(center + half_width))


def _predicted(networks: Sequence[Measured], confidence: float) -> Prediction:
    seconds = [m.seconds_per_call(confidence).estimate for m in networks]
    counts = [_counts(measured) for measured in networks]
    correlations = {}
    for name in COUNTS:
        correlation = spearman([each[name] for each in counts], seconds, confidence)
        if correlation is not None:
            correlations[name] = correlation
    return Prediction(len(networks), correlations)


def _counts(measured: Measured) -> dict[str, Any]:
    """Each count of a network's call; None for one that its file does not say."""
    return {name: getattr(measured, field) for name, field in COUNTS.items()}


def _ranks(values: Sequence[float]) -> np.ndarray:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[places])
