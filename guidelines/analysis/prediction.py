"""Rank correlations between counts and the time of whole networks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh
from typing import Any

import numpy as np

from guidelines.analysis.measured import MachineResults, Measured
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import quantile

LEAST_NETWORKS = 10
# Networks for small devices; over all sizes any count orders times well.
SMALL_MULTIPLY_ADDS = 10**9
# Counts to compare with the time, and their fields.
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
    """Correlation of each count with the time of a call, over a number of networks; none for equal counts."""

    networks: int
    counts: Mapping[str, Correlation]


def predictions(results: MachineResults, confidence: float = 0.95) -> dict[Condition, tuple[Prediction, ...]]:
    """Correlations of each condition with enough whole networks: over all of them, and over the small ones.

    Counts and times are those of one call. A network that several sweeps timed counts once.
    """
    networks: dict[Condition, dict[str, Measured]] = {}
    for measured in results.measured:
        if not measured.identity.widths and None not in _counts(measured).values():
            networks.setdefault(measured.place.condition, {}).setdefault(measured.place.variant, measured)
    by_condition = {}
    for condition, named in networks.items():
        everything = list(named.values())
        most = SMALL_MULTIPLY_ADDS * condition.batch_size
        small = [m for m in everything if m.identity.work.multiply_adds < most]
        groups = [everything]
        if len(small) < len(everything):
            groups.append(small)
        predicted = tuple(_predicted(group, confidence) for group in groups if len(group) >= LEAST_NETWORKS)
        if predicted:
            by_condition[condition] = predicted
    return by_condition


def spearman(ours: Sequence[float], theirs: Sequence[float], confidence: float) -> Correlation | None:
    """Pearson's correlation of ranks, with mean ranks for ties; None if one side's values are all equal.

    The interval is Fisher's with the variance of Bonett and Wright (2000); a perfect correlation has none.
    Needs at least four values.

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
    """The counts of one call; None for one that an older file lacks."""
    return {name: getattr(measured.identity.work, field) for name, field in COUNTS.items()}


def _ranks(values: Sequence[float]) -> np.ndarray:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[places])
