"""Correlate the ranks of whole networks by their counts with their ranks by time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh
from typing import Any

import numpy as np

from guidelines.analysis.measured import MachineResults, Measured
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import quantile

LEAST_NETWORKS = 10
# The limit of a small network; over all sizes any count orders times well.
SMALL_MULTIPLY_ADDS = 10**9
# Counts to compare with the time, and the fields that hold them.
COUNTS = {
    "multiply-adds": "multiply_adds",
    "memory access of convolutions": "conv_memory_access",
    "memory access of all operators": "memory_access",
}


@dataclass(frozen=True)
class Correlation:
    """Spearman's rank correlation, from -1 to 1; its interval is right for networks drawn at random."""

    estimate: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Prediction:
    """The correlation of each count with the time of a call, without counts that are all equal."""

    networks: int
    counts: Mapping[str, Correlation]


def predictions(results: MachineResults, confidence: float = 0.95) -> dict[Condition, tuple[Prediction, ...]]:
    """Correlations over all whole networks of a condition, then over the small ones, if there are enough.

    Counts and times are of one image: sweeps may have batches of their own. A network that several sweeps
    timed counts once.
    """
    networks: dict[Condition, dict[str, Measured]] = {}
    for measured in results.measured:
        if not measured.identity.widths and None not in _counts(measured).values():
            condition = measured.place.condition.shared
            networks.setdefault(condition, {}).setdefault(measured.place.variant, measured)
    by_condition = {}
    for condition, named in networks.items():
        groups = _groups(list(named.values()))
        predicted = tuple(_predicted(group, confidence) for group in groups if len(group) >= LEAST_NETWORKS)
        if predicted:
            by_condition[condition] = predicted
    return by_condition


def spearman(ours: Sequence[float], theirs: Sequence[float], confidence: float) -> Correlation | None:
    """Correlate ranks (Pearson), with mean ranks for ties; None if all values of one side are equal.

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


def _groups(networks: list[Measured]) -> list[list[Measured]]:
    """All networks; and the small ones, if not all are small."""
    small = [m for m in networks if m.network.multiply_adds_per_image < SMALL_MULTIPLY_ADDS]
    return [networks, small] if len(small) < len(networks) else [networks]


def _predicted(networks: Sequence[Measured], confidence: float) -> Prediction:
    seconds = [m.seconds_per_call(confidence).estimate / m.place.condition.batch_size for m in networks]
    counts = [_counts(measured) for measured in networks]
    correlations = {}
    for name in COUNTS:
        correlation = spearman([each[name] for each in counts], seconds, confidence)
        if correlation is not None:
            correlations[name] = correlation
    return Prediction(len(networks), correlations)


def _counts(measured: Measured) -> dict[str, Any]:
    """The counts of one image; None for a count that an older file lacks."""
    counts = {}
    for name, field in COUNTS.items():
        of_call = getattr(measured.identity.work, field)
        counts[name] = None if of_call is None else of_call / measured.place.condition.batch_size
    return counts


def _ranks(values: Sequence[float]) -> np.ndarray:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[places])
