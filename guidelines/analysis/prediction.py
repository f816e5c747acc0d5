"""Correlate the ranks of whole networks by their counts, and by their floors, with their ranks by time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh
from statistics import median
from typing import NamedTuple

import numpy as np

from guidelines.analysis.account.possible import floors
from guidelines.analysis.measured import MachineResults, Measured
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import quantile

LEAST_NETWORKS = 10
# The limit of a small network; over all sizes any count orders times well.
SMALL_MULTIPLY_ADDS = 10**9
# The floor is compared with the time as counts are.
FLOOR = "floor"
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
class AboveFloor:
    """Times of some networks over their floors: the median, and the worst with its network."""

    median: float
    worst: float
    network: str


@dataclass(frozen=True)
class Prediction:
    """The correlation of each count with the time of a call, without counts that are all equal.

    `above_floor` is None if the floor of a network is not known.
    """

    networks: int
    counts: Mapping[str, Correlation]
    above_floor: AboveFloor | None = None


class _Timed(NamedTuple):
    """A network, the seconds that it takes for an image, and the counts of one image by name.

    A count is None if an older file lacks it.
    """

    measured: Measured
    seconds: float
    counts: Mapping[str, float | None]


def predictions(results: MachineResults, confidence: float = 0.95) -> dict[Condition, tuple[Prediction, ...]]:
    """Correlations over all whole networks of a condition, then over the small ones, if there are enough.

    Counts and times are of one image: sweeps may have batches of their own. A network that several sweeps
    timed counts once.
    """
    known = floors(results)
    networks: dict[Condition, dict[str, _Timed]] = {}
    for measured in results.measured:
        timed = _timed(measured, known.get(measured.place.key), confidence)
        if not measured.identity.widths and all(timed.counts[name] is not None for name in COUNTS):
            condition = measured.place.condition.shared
            networks.setdefault(condition, {}).setdefault(measured.place.variant, timed)
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


def _groups(networks: list[_Timed]) -> list[list[_Timed]]:
    """All networks; and the small ones, if not all are small."""
    small = [each for each in networks if each.measured.network.multiply_adds_per_image < SMALL_MULTIPLY_ADDS]
    return [networks, small] if len(small) < len(networks) else [networks]


def _predicted(networks: Sequence[_Timed], confidence: float) -> Prediction:
    seconds = [each.seconds for each in networks]
    correlations = {}
    for name in (*COUNTS, FLOOR):
        counts = [count for each in networks if (count := each.counts[name]) is not None]
        correlation = spearman(counts, seconds, confidence) if len(counts) == len(networks) else None
        if correlation is not None:
            correlations[name] = correlation
    return Prediction(len(networks), correlations, _above_floor(networks))


def _above_floor(networks: Sequence[_Timed]) -> AboveFloor | None:
    factors: dict[str, float] = {}
    for each in networks:
        floor_s = each.counts[FLOOR]
        if floor_s is None:
            return None
        factors[each.measured.place.variant] = each.seconds / floor_s
    worst = max(factors, key=lambda name: factors[name])
    return AboveFloor(median(factors.values()), factors[worst], worst)


def _timed(measured: Measured, floor_s: float | None, confidence: float) -> _Timed:
    batch = measured.place.condition.batch_size
    counts = {FLOOR: None if floor_s is None else floor_s / batch}
    for name, field in COUNTS.items():
        of_call = getattr(measured.identity.work, field)
        counts[name] = None if of_call is None else of_call / batch
    return _Timed(measured, measured.seconds_per_call(confidence).estimate / batch, counts)


def _ranks(values: Sequence[float]) -> np.ndarray:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[places])
