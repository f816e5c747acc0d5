"""All operators of a network one after the other, each between two looks at the clock."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import torch
from torch import Tensor

from guidelines.networks.parts.program import Program
from guidelines.networks.parts.replayed import Replayed

# Calls of the row whose times are kept.
KEPT = 1000


class Row(Replayed):
    """A program as a network that knows which share of its time each operator takes in its place.

    `names` has one for each call of the program. The times are those of a device that computes while it is
    called: the CPU.
    """

    def __init__(self, program: Program, names: Sequence[str]) -> None:
        super().__init__(program)
        self._names = names
        self._kept: deque[Sequence[float]] = deque(maxlen=KEPT)
        self._seconds: list[float] = []

    def shares(self) -> dict[str, float]:
        """The share of a call's time that the operators of each name take, in the median over calls.

        Together with those that have no name, they take all of it.
        """
        by_name: dict[str, list[float]] = {name: [] for name in self._names}
        for seconds in self._kept:
            of_call = dict.fromkeys(by_name, 0.0)
            for name, taken_s in zip(self._names, seconds, strict=True):
                of_call[name] += taken_s
            for name, taken_s in of_call.items():
                by_name[name].append(taken_s / sum(seconds))
        medians = {name: median(shares) for name, shares in by_name.items() if shares}
        total = sum(medians.values())
        return {name: share / total for name, share in medians.items() if name}

    def _begin(self, device: torch.device) -> None:
        super()._begin(device)
        self._kept.clear()

    def _outputs(self) -> Sequence[Tensor]:
        self._seconds = []
        outputs = super()._outputs()
        self._kept.append(self._seconds)
        return outputs

    def _called(self, function: Callable[..., Any]) -> Callable[..., Any]:
        clock = time.perf_counter

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = clock()
            result = function(*args, **kwargs)
            self._seconds.append(clock() - start)
            return result

        return timed
