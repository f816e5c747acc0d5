"""Paired ratios and their intervals, without assuming a distribution or independent rounds.

A round holds one sample of every variant, so the ratio inside a round is free of whatever slowed the
whole round down. The slow-down is the median of these ratios. Its interval comes from the sign test
(Thompson 1936): the number of ratios below the true median is binomial, so two order statistics bound
it. Rounds close in time are alike; the variance of that count is therefore widened by the
autocorrelation time of the signs (Geyer 1992, initial positive sequence).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import floor, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NEAR_LAGS = 16


@dataclass(frozen=True)
class Estimate:
    """A median with its interval; `low` and `high` are None where the rounds are too few for one."""

    estimate: float
    low: float | None
    high: float | None
    confidence: float
    rounds: int

    @property
    def half_width(self) -> float | None:
        """The larger distance from the estimate to an end of the interval."""
        if self.low is None or self.high is None:
            return None
        return max(self.high - self.estimate, self.estimate - self.low)

    def inverse(self) -> "Estimate":
        """The same for 1 / x: a speed-up from a slow-down, a throughput from a time."""
        low = None if self.high is None else 1 / self.high
        high = None if self.low is None else 1 / self.low
        return Estimate(1 / self.estimate, low, high, self.confidence, self.rounds)

    def scaled(self, factor: float) -> "Estimate":
        """The same for factor x, factor > 0."""
        low = None if self.low is None else self.low * factor
        high = None if self.high is None else self.high * factor
        return Estimate(self.estimate * factor, low, high, self.confidence, self.rounds)

    def at(self, confidence: float) -> "Estimate":
        """The interval at another confidence, its sides scaled as those of a normal distribution.

        For summaries whose samples were not saved; with samples, compute the interval anew.
        """
        if self.low is None or self.high is None:
            return Estimate(self.estimate, None, None, confidence, self.rounds)
        scale = quantile(confidence) / quantile(self.confidence)
        low = self.estimate * (self.low / self.estimate) ** scale
        high = self.estimate * (self.high / self.estimate) ** scale
        return Estimate(self.estimate, low, high, confidence, self.rounds)


def noise_floor(control: Estimate | None) -> float | None:
    """The farthest from 1 that the A/A control's interval reaches, None where it has no interval."""
    if control is None or control.low is None or control.high is None:
        return None
    return max(abs(1 - control.low), abs(control.high - 1))


# A measured quantity: its estimate, with the interval at any confidence that is asked for.
Quantity = Callable[[float], Estimate]


@dataclass(frozen=True)
class Exactly:
    """A quantity without doubt, such as the baseline's slow-down against itself."""

    value: float
    rounds: int

    def __call__(self, confidence: float) -> Estimate:
        return Estimate(self.value, self.value, self.value, confidence, self.rounds)


@dataclass(frozen=True)
class Roughly:
    """A quantity of which no interval is known."""

    value: float
    rounds: int

    def __call__(self, confidence: float) -> Estimate:
        return Estimate(self.value, None, None, confidence, self.rounds)


class MedianOf:
    """Median of samples in the order they were taken, with sign-test intervals; found when first asked for.

    Raises ValueError for no samples, and when called with a confidence outside (0, 1).

    >>> MedianOf([1.0, 1.1, 0.9] * 10)(0.95).estimate
    1.0
    """

    def __init__(self, samples: Sequence[float] | Floats) -> None:
        if len(samples) == 0:
            raise ValueError("no samples")
        self._series = np.array(samples, dtype=np.float64)
        self._correlated_rounds: float | None = None

    def __call__(self, confidence: float) -> Estimate:
        correlated_rounds = self._correlated_rounds or self._sort()
        ordered, rounds = self._series, self._series.size
        center = _center(ordered)
        rank = _rank(rounds, correlated_rounds, confidence)
        if rank < 0:
            return Estimate(center, None, None, confidence, rounds)
        return Estimate(center, float(ordered[rank]), float(ordered[-1 - rank]), confidence, rounds)

    def _sort(self) -> float:
        """Take from the order of the samples what it tells, then keep them sorted."""
        ordered = np.sort(self._series)
        self._correlated_rounds = autocorrelation_time(np.sign(self._series - _center(ordered)))
        self._series = ordered
        return self._correlated_rounds


def ratio_of(numerator_s: Sequence[float], denominator_s: Sequence[float]) -> MedianOf:
    """Median of the ratios inside each round; the k-th samples of both come from the same round.

    Raises ValueError where the two differ in length, and as `MedianOf`.
    """
    if len(numerator_s) != len(denominator_s):
        raise ValueError(f"{len(numerator_s)} samples cannot be paired with {len(denominator_s)}")
    return MedianOf(np.divide(numerator_s, denominator_s))


def median(samples: Sequence[float], confidence: float) -> Estimate:
    """`MedianOf` at one confidence."""
    return MedianOf(samples)(confidence)


def paired_ratio(numerator_s: Sequence[float], denominator_s: Sequence[float], confidence: float) -> Estimate:
    """`ratio_of` at one confidence."""
    return ratio_of(numerator_s, denominator_s)(confidence)


def autocorrelation_time(signs: Floats) -> float:
    """Rounds that weigh as much as one independent round, at least 1 (Geyer's initial positive sequence).

    Input: series of n values, in the order taken.
    """
    centered = signs - signs.mean()
    variance = float(centered @ centered)
    if variance == 0:
        return 1.0
    kept = 0.0
    for pair in _correlation_pairs(centered):
        if pair <= 0:
            break
        kept += pair / variance
    return max(1.0, 2.0 * kept - 1.0)


def _correlation_pairs(centered: Floats) -> Iterator[float]:
    """Sums of the autocovariances at lags 0 and 1, 2 and 3, ... up to a third of the series."""
    size, lags = centered.size, centered.size // 6 * 2
    near = min(lags, NEAR_LAGS)
    for lag in range(0, near, 2):
        yield float(
            centered[: size - lag] @ centered[lag:] + centered[: size - lag - 1] @ centered[lag + 1 :]
        )
    if near < lags:  # a series so correlated that one transform is quicker than the lags one by one
        padded = 1 << (2 * size - 1).bit_length()
        spectrum = np.abs(np.fft.rfft(centered, padded)) ** 2
        yield from np.fft.irfft(spectrum, padded)[near:lags].reshape(-1, 2).sum(axis=1)


def rounds_needed(confidence: float) -> int:
    """The fewest independent rounds that give an interval at all."""
    rounds = 1
    while _rank(rounds, 1.0, confidence) < 0:
        rounds += 1
    return rounds


def kendall_tau(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Agreement of two orders, from -1 to 1 (tau-b, ties counted); None where one is all ties.

    >>> kendall_tau([1.0, 1.2, 1.9], [1.0, 1.1, 1.4])
    1.0
    """
    a = np.sign(np.subtract.outer(ours, ours))
    b = np.sign(np.subtract.outer(theirs, theirs))
    ties = float(np.abs(a).sum() * np.abs(b).sum())
    return float((a * b).sum()) / sqrt(ties) if ties else None


def _center(ordered: Floats) -> float:
    middle = ordered.size // 2
    return float(ordered[-1 - middle] + ordered[middle]) / 2


def quantile(confidence: float) -> float:
    """How many standard deviations of a normal distribution an interval reaches to each side."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def _rank(rounds: int, correlated_rounds: float, confidence: float) -> int:
    """Rank from each end of the order statistic that bounds the median; negative where there is none."""
    deviation = quantile(confidence) * sqrt(rounds * correlated_rounds) / 2
    return floor(rounds / 2 - deviation - 0.5)
