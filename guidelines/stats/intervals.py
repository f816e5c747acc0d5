"""Paired ratios and their intervals, without assuming a distribution or independent rounds.

A round holds one sample of every variant, so whatever slows a whole round down cancels in the ratio of
two of its samples. The slow-down is the median of these ratios. Its interval comes from the sign test
(Thompson 1936): the number of ratios below the true median is binomial, so two order statistics bound
the median. Rounds close in time are alike, so the variance of that number is multiplied by the
autocorrelation time of the signs (Geyer 1992, initial positive sequence).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import floor, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Up to this lag, sums one by one are quicker than a Fourier transform.
NEAR_LAGS = 16


@dataclass(frozen=True)
class Estimate:
    """A centre with its interval; `low` and `high` are None if rounds or passes are too few for one."""

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

    @property
    def log_deviation(self) -> float | None:
        """Standard deviation of the logarithm, as if that were normal; None without an interval."""
        if self.low is None or self.high is None:
            return None
        return log(self.high / self.low) / 2 / quantile(self.confidence)

    def inverse(self) -> "Estimate":
        """Estimate of 1 / x: a speed-up from a slow-down, a throughput from a time."""
        low = None if self.high is None else 1 / self.high
        high = None if self.low is None else 1 / self.low
        return replace(self, estimate=1 / self.estimate, low=low, high=high)

    def scaled(self, factor: float) -> "Estimate":
        """Estimate of factor * x; the factor must be positive."""
        low = None if self.low is None else self.low * factor
        high = None if self.high is None else self.high * factor
        return replace(self, estimate=self.estimate * factor, low=low, high=high)

    def at(self, confidence: float) -> "Estimate":
        """Estimate at another confidence, its interval scaled as if the logarithm were normal.

        Only for summaries without samples: with samples, compute the interval from them.
        """
        if self.low is None or self.high is None:
            return replace(self, low=None, high=None, confidence=confidence)
        scale = quantile(confidence) / quantile(self.confidence)
        low = self.estimate * (self.low / self.estimate) ** scale
        high = self.estimate * (self.high / self.estimate) ** scale
        return replace(self, low=low, high=high, confidence=confidence)


# A measured quantity: a function from a confidence to its estimate with the interval at that confidence.
Quantity = Callable[[float], Estimate]


@dataclass(frozen=True)
class Exactly:
    """A quantity known without error, such as the slow-down of the baseline relative to itself."""

    value: float
    rounds: int

    def __call__(self, confidence: float) -> Estimate:
        return Estimate(
            estimate=self.value, low=self.value, high=self.value, confidence=confidence, rounds=self.rounds
        )


@dataclass(frozen=True)
class Roughly:
    """A quantity without an interval."""

    value: float
    rounds: int

    def __call__(self, confidence: float) -> Estimate:
        return Estimate(estimate=self.value, low=None, high=None, confidence=confidence, rounds=self.rounds)


class MedianOf:
    """Median of samples with sign-test intervals, computed when it is first called.

    Input: samples in the order in which they were taken; their autocorrelation widens the interval.
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
        rank = _rank(rounds, correlated_rounds, confidence)
        if rank < 0:
            return Roughly(_center(ordered), rounds)(confidence)
        return Estimate(
            estimate=_center(ordered),
            low=float(ordered[rank]),
            high=float(ordered[-1 - rank]),
            confidence=confidence,
            rounds=rounds,
        )

    def _sort(self) -> float:
        """Return the autocorrelation time, which depends on the order of the samples, and sort them."""
        ordered = np.sort(self._series)
        self._correlated_rounds = autocorrelation_time(np.sign(self._series - _center(ordered)))
        self._series = ordered
        return self._correlated_rounds


def ratio_of(numerator_s: Sequence[float], denominator_s: Sequence[float]) -> MedianOf:
    """Median of the ratios within rounds; the k-th samples of both must come from the same round.

    Raises ValueError if the two differ in length, and as `MedianOf`.
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
    """Number of rounds that are worth one independent round, at least 1 (Geyer 1992).

    Input: n signs, in the order in which the samples were taken.
    """
    centered = signs - signs.mean()
    variance = float(centered @ centered)
    if variance == 0:
        return 1.0
    total = 0.0
    for pair in _correlation_pairs(centered):
        if pair <= 0:
            break
        total += pair / variance
    return max(1.0, 2.0 * total - 1.0)


def _correlation_pairs(centered: Floats) -> Iterator[float]:
    """Sums of the autocovariances at lags 0 and 1, 2 and 3, ..., up to a third of the series."""
    size, lags = centered.size, centered.size // 6 * 2
    near = min(lags, NEAR_LAGS)
    for lag in range(0, near, 2):
        even = centered[: size - lag] @ centered[lag:]
        odd = centered[: size - lag - 1] @ centered[lag + 1 :]
        yield float(even + odd)
    if near < lags:  # a strongly correlated series
        padded = 1 << (2 * size - 1).bit_length()
        spectrum = np.abs(np.fft.rfft(centered, padded)) ** 2
        yield from np.fft.irfft(spectrum, padded)[near:lags].reshape(-1, 2).sum(axis=1)


def rounds_needed(confidence: float) -> int:
    """Smallest number of independent rounds that gives an interval."""
    rounds = 1
    while _rank(rounds, 1.0, confidence) < 0:
        rounds += 1
    return rounds


def kendall_tau(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Agreement of two orders, from -1 to 1 (Kendall's tau-b); None if all values of one are equal.

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
    """Half-width of a normal distribution's interval, in standard deviations.

    Raises ValueError for a confidence outside (0, 1).
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got {confidence}")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def _rank(rounds: int, correlated_rounds: float, confidence: float) -> int:
    """Rank, from each end, of the order statistics that bound the median; negative if there are none."""
    deviation = quantile(confidence) * sqrt(rounds * correlated_rounds) / 2
    return floor(rounds / 2 - deviation - 0.5)
