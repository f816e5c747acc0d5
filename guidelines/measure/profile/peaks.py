"""Measures the ceilings of a device: how fast it moves bytes, multiplies and launches at best."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor

from guidelines.measure.device.memory import free_bytes
from guidelines.measure.device.timing import pinned
from guidelines.measure.profile.best_time import LEAST_SAMPLES, BestTime
from guidelines.measure.profile.caches import last_level_cache_bytes
from guidelines.measure.profile.peak_operators import (
    ITEM_BYTES,
    MOVING_OPERATORS,
    PeakOperators,
    moved_bytes,
    moving,
)
from guidelines.results.ceilings import (
    LAUNCH,
    LAUNCHED,
    MOVING,
    MOVING_BEYOND,
    PRODUCTS,
    RATE,
    TRAFFIC,
    Ceilings,
    Rate,
    key_of,
)
from guidelines.results.reason import one_line
from guidelines.spec.condition import Condition

SMALLEST_BYTES = 64 * 2**10
# The largest working set is this many times the last cache, in no more than a share of the free memory.
CACHES, MEMORY_SHARE = 4, 0.1
# Shares of the time; the rest is for products.
TRAFFIC_SHARE, LAUNCH_SHARE = 0.5, 0.1
# A launch that takes more than this share of a small copy leaves no rate to tell.
MOST_LAUNCH_SHARE = 0.5
# Sizes of a product that are tried share its slice of the time; the largest may take most of it.
SIZES_IN_A_SLICE = 8
NEXT_IS_LONGER = 4
# The largest working set may take this many slices of the time; no larger one is tried then.
SLICES_FOR_THE_LAST = 6
# Errors of what a device cannot do, or has no memory for; torch's own are RuntimeErrors.
FAILURES = (RuntimeError, MemoryError, ValueError)


def peaks(
    condition: Condition,
    *,
    number: int = 1,
    budget_s: float = 1.0,
    clock: Callable[[], float] = time.perf_counter,
) -> Ceilings:
    """Measure the ceilings of a condition in about `budget_s` seconds; `number` is that of the pass.

    Whatever a device cannot do, or has no memory for, is missing with its reason: neither torch's errors nor
    MemoryError are raised. On a CUDA device bytes are moved in a captured graph, without the CPU.
    """
    missing: list[str] = []
    with pinned(condition):
        measuring = _Peaks(condition, budget_s, BestTime(condition.device, clock), missing)
        return Ceilings(
            key=key_of(condition),
            number=number,
            traffic=measuring.traffic(),
            launch_s=measuring.launches(),
            multiply_adds_per_s=measuring.products(),
            missing=tuple(missing),
        )


@dataclass
class _Peaks:
    """Measures the figures one after the other; `missing` gets the reasons of those that fail."""

    condition: Condition
    budget_s: float
    best_time: BestTime
    missing: list[str]
    modes: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.modes = ("eager",) if self.condition.device.is_cpu else ("eager", "cudagraph")

    def traffic(self) -> dict[str, tuple[Rate, ...]]:
        """Rates by kind of traffic, for working sets from SMALLEST_BYTES to CACHES times the last cache."""
        rates: dict[str, list[Rate]] = {}
        with self._or_missing(MOVING):
            for kind, rate in self._rates():
                rates.setdefault(kind, []).append(rate)
        return {kind: tuple(of_kind) for kind, of_kind in rates.items()}

    def _sizes(self) -> list[int]:
        most = CACHES * last_level_cache_bytes(self.condition.device)
        if free := free_bytes(self.condition.device):
            most = min(most, int(MEMORY_SHARE * free))
        sizes = [SMALLEST_BYTES]
        while 2 * sizes[-1] <= most:
            sizes.append(2 * sizes[-1])
        return sizes

    def _rates(self) -> Iterator[tuple[str, Rate]]:
        """Rates in each working set that is large enough to tell it from a launch, and not too slow."""
        sizes = self._sizes()
        slice_s = TRAFFIC_SHARE * self.budget_s / (len(sizes) * MOVING_OPERATORS)
        launches_s = self._small_moves(slice_s)
        for number, size_bytes in enumerate(sizes):
            try:
                taken_s = self._all_moves(launches_s, size_bytes, slice_s)
            except FAILURES as error:
                if number == 0:
                    raise
                self._note_largest(sizes[number - 1], one_line(error))
                return
            for kind, launch_s in launches_s.items():
                if moving_s := _without_launch(taken_s[kind], launch_s):
                    yield kind, Rate(size_bytes, moved_bytes(kind, size_bytes) / min(moving_s))
            slowest_s = max(map(max, taken_s.values()), default=0.0)
            if LEAST_SAMPLES * slowest_s > SLICES_FOR_THE_LAST * slice_s:
                self._note_largest(size_bytes, "time is short")
                return
        self._note_largest(sizes[-1], "memory is short")

    def _all_moves(self, kinds: Iterable[str], size_bytes: int, slice_s: float) -> dict[str, list[float]]:
        """Seconds of the operators of each kind of traffic in a working set."""
        buffer = self._buffer(size_bytes)
        return {kind: self._moves(kind, buffer, slice_s) for kind in kinds}

    def _note_largest(self, size_bytes: int, reason: str) -> None:
        """Note the reason if the largest working set fits into the last cache: no rate is of memory then."""
        if size_bytes <= last_level_cache_bytes(self.condition.device):
            self.missing.append(f"{MOVING_BEYOND} {size_bytes / 2**20:g} MiB: {reason}")

    def _small_moves(self, slice_s: float) -> dict[str, list[float]]:
        """Seconds of the launches of each kind of traffic that the device can do."""
        buffer = self._buffer(2 * ITEM_BYTES)
        launches_s: dict[str, list[float]] = {}
        for kind in TRAFFIC:
            with self._or_missing(f"rates of moving bytes ({kind})"):
                launches_s[kind] = self._moves(kind, buffer, slice_s)
        return launches_s

    def _buffer(self, size_bytes: int) -> Tensor:
        return torch.zeros(size_bytes // ITEM_BYTES, device=self.condition.device)

    def _moves(self, kind: str, buffer: Tensor, slice_s: float) -> list[float]:
        """Seconds of each operator of a kind of traffic."""
        return [self.best_time.of(act, slice_s, self.modes[-1]) for act in moving(kind, buffer)]

    def launches(self) -> dict[str, dict[str, float]]:
        """Times of operators that do nothing much, by mode and kind."""
        taken_s: dict[str, dict[str, float]] = {}
        slice_s = LAUNCH_SHARE * self.budget_s / (len(self.modes) * len(LAUNCHED))
        for mode in self.modes:
            with self._or_missing(f"{LAUNCH} {mode}"):
                small = PeakOperators(self.condition).small()
                taken_s[mode] = {kind: self.best_time.of(small[kind], slice_s, mode) for kind in LAUNCHED}
        return taken_s

    def products(self) -> dict[str, float]:
        """Rates of multiply-adds by kind of product, each of the fastest size that its slice suffices for."""
        rates: dict[str, float] = {}
        slice_s = (1 - TRAFFIC_SHARE - LAUNCH_SHARE) * self.budget_s / len(PRODUCTS)
        for kind in PRODUCTS:
            with self._or_missing(f"{RATE} {kind}"):
                for rate in self._of_sizes(kind, slice_s):
                    rates[kind] = max(rate, rates.get(kind, rate))
        return rates

    def _of_sizes(self, kind: str, slice_s: float) -> Iterator[float]:
        """Rates of ever larger products, until the next one would take longer than the slice has left."""
        clock = self.best_time.clock
        begun_s = clock()
        for number, (multiply_adds, make) in enumerate(PeakOperators(self.condition).products(kind)):
            try:
                taken_s = self.best_time.of(make(), slice_s / SIZES_IN_A_SLICE)
            except FAILURES:
                if number == 0:
                    raise
                return  # a larger one does not fit into memory; the smaller ones count
            yield multiply_adds / taken_s
            if clock() - begun_s + NEXT_IS_LONGER * LEAST_SAMPLES * taken_s > slice_s:
                return

    @contextmanager
    def _or_missing(self, figure: str) -> Iterator[None]:
        try:
            yield
        except FAILURES as error:
            self.missing.append(f"{figure}: {one_line(error)}")


def _without_launch(each_s: Sequence[float], launches_s: Sequence[float]) -> list[float]:
    """Seconds that operators take beyond their launches, of those that are no launch for the most part."""
    moving_s = []
    for taken_s, launch_s in zip(each_s, launches_s, strict=True):
        if launch_s < MOST_LAUNCH_SHARE * taken_s:
            moving_s.append(taken_s - launch_s)
    return moving_s
