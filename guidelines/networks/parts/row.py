"""All operators of a network one after the other, each between two looks at the clock."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from guidelines.networks.parts.program import Program
from guidelines.networks.parts.replayed import Replayed
from guidelines.networks.parts.torch_functions import fastest_through

# Looks at nothing that tell what a look itself takes.
LOOKS = 100


class Row(Replayed):
    """A program as a network that knows how long each operator takes in its place.

    `names` has one for each call of the program, "" for one that is not asked for. The times are those of a
    device that computes while it is called: the CPU.
    """

    def __init__(self, program: Program, names: Sequence[str]) -> None:
        super().__init__(program)
        self._names = names
        # Of all operators in the order of their calls, over and over.
        self._seconds: list[float] = []
        self._look_s = 0.0

    def forget(self) -> None:
        """Count from now on."""
        self._seconds.clear()

    def part_seconds(self) -> dict[str, float]:
        """Seconds that the operators of each name took in all calls since `forget`, without the looks."""
        seconds: dict[str, float] = {}
        for place, name in enumerate(self._names):
            if name:
                looked_s = self._seconds[place :: len(self._names)]
                taken_s = sum(looked_s) - len(looked_s) * self._look_s
                seconds[name] = seconds.get(name, 0.0) + taken_s
        return seconds

    def _begin(self, device: torch.device) -> None:
        super()._begin(device)
        self.forget()
        look = self._called(_nothing)
        for _ in range(LOOKS):
            look()
        self._look_s = min(self._seconds)
        self.forget()

    def _function_on(self, device: torch.device) -> Callable[..., Sequence[Tensor]]:
        return fastest_through(self._called, self.program, self._values, device)

    def _called(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Give what is called in place of a function: the same with looks at the clock."""
        clock, keep = time.perf_counter, self._seconds.append

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = clock()
            result = function(*args, **kwargs)
            end = clock()
            keep(end - start)
            return result

        return timed


def _nothing() -> None:
    pass
