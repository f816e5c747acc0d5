"""The best time of an operator. Noise only slows down, so the fastest of many samples tells it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn

from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import synchronizer, timed
from guidelines.spec.condition import Device

Act = Callable[[], Tensor]
# A sample lasts at least this long, so that reading the clock does not count.
LEAST_SAMPLE_S = 50e-6
LEAST_SAMPLES = 3
MOST_CALLS = 2**20
# Operators in one captured graph: its own launch, spread over them, hardly counts.
IN_A_GRAPH = 20


@dataclass(frozen=True)
class BestTime:
    """Times operators on a device, eagerly or in a captured graph."""

    device: Device
    clock: Callable[[], float] = time.perf_counter

    def of(self, act: Act, slice_s: float, mode: str = "eager") -> float:
        """The fastest of at least LEAST_SAMPLES samples within a slice of time, in seconds per operator."""
        call, operators = (act, 1) if mode == "eager" else (_captured(act), IN_A_GRAPH)
        sample = timed(call, synchronizer(self.device), self.clock)
        begun_s, calls, samples = self.clock(), 1, 0
        sample(1)
        while (best_s := sample(calls)) < LEAST_SAMPLE_S and calls < MOST_CALLS:
            calls *= 2
        while samples < LEAST_SAMPLES or self.clock() - begun_s < slice_s:
            best_s = min(best_s, sample(calls))
            samples += 1
        return best_s / calls / operators


class _Repeated(nn.Module):
    """An operator many times over, to be captured."""

    def __init__(self, act: Act) -> None:
        super().__init__()
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        """The output of the last one."""
        for _ in range(IN_A_GRAPH):
            y = self.act()
        return y


def _captured(act: Act) -> Act:
    return binder("cudagraph")(_Repeated(act), act())
