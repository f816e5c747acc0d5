"""Networks whose output is random by design, such as dropout that is never switched off."""

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from guidelines.measure.device.outputs import difference, kept, tolerance
from guidelines.spec.condition import Condition

# Two that are the same, then others.
SEEDS = (0, 0, 1, 2, 3)
RANDOM = "its output is random: it differs from call to call"


def is_random(call: Callable[[], Tensor], condition: Condition) -> bool:
    """True if the random numbers that are drawn, and nothing else, decide the output of a call."""
    first, *others = [_seeded_output(call, seed, condition) for seed in SEEDS]
    alike = [is_alike(first, other, condition) for other in others]
    return alike[0] and not all(alike)


def is_alike(one: Tensor, other: Tensor, condition: Condition) -> bool:
    """True if two outputs are of one shape and differ by rounding only."""
    return one.shape == other.shape and difference(other, one) <= tolerance(condition)


def _seeded_output(call: Callable[[], Tensor], seed: int, condition: Condition) -> Tensor:
    with _seeded(seed, condition):
        return kept(call())


@contextmanager
def _seeded(seed: int, condition: Condition) -> Iterator[None]:
    """The same random numbers each time, of torch, Python and numpy; all go on as before afterwards."""
    numpy: Any = sys.modules.get("numpy")
    before = random.getstate(), numpy and numpy.random.get_state()
    devices = [] if condition.device.is_cpu else [str(condition.device)]
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        random.seed(seed)
        if numpy:
            numpy.random.seed(seed)
        try:
            yield
        finally:
            random.setstate(before[0])
            if numpy:
                numpy.random.set_state(before[1])
