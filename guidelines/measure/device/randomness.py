"""Networks whose output is random by design, such as dropout that is never switched off."""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from guidelines.measure.device.outputs import difference, kept, tolerance
from guidelines.spec.condition import Condition

# Two that are the same, then others.
SEEDS = (0, 0, 1, 2, 3)
RANDOM = "its output is random: it differs from call to call"


@dataclass(frozen=True)
class _Generator:
    """A source of random numbers, by what reads, seeds and writes its state."""

    read: Callable[[], Any]
    seed: Callable[[int], Any]
    write: Callable[[Any], Any]


def is_random(module: nn.Module, x: Tensor, condition: Condition) -> bool:
    """True if the random numbers that are drawn, and nothing else, decide the output of a call.

    They are torch's, Python's and numpy's own, and those of generators that the module holds as attributes.
    """
    generators = [*_shared_generators(), *_own_generators(module)]
    outputs = []
    for seed in SEEDS:
        with _seeded(generators, seed, condition):
            outputs.append(kept(module(x)))
    first, *others = outputs
    alike = [is_alike(first, other, condition) for other in others]
    return alike[0] and not all(alike)


def is_alike(one: Tensor, other: Tensor, condition: Condition) -> bool:
    """True if two outputs are of one shape and differ by rounding only."""
    return one.shape == other.shape and difference(other, one) <= tolerance(condition)


def _shared_generators() -> Iterator[_Generator]:
    """The generators of Python and numpy that all code shares."""
    yield _Generator(random.getstate, random.seed, random.setstate)
    if numpy := _numpy():
        yield _Generator(numpy.random.get_state, numpy.random.seed, numpy.random.set_state)


def _own_generators(module: nn.Module) -> Iterator[_Generator]:
    """The generators that a module or one of its parts holds as attributes."""
    numpy = _numpy()
    for part in module.modules():
        for value in vars(part).values():
            if isinstance(value, torch.Generator):
                yield _Generator(value.get_state, value.manual_seed, value.set_state)
            elif isinstance(value, random.Random) and not isinstance(value, random.SystemRandom):
                yield _Generator(value.getstate, value.seed, value.setstate)
            elif numpy and isinstance(value, numpy.random.Generator):
                yield _of_bits(value.bit_generator)


def _of_bits(bits: Any) -> _Generator:
    """The generator for one of numpy's ways to make random bits."""

    def write(state: Any) -> None:
        bits.state = state

    return _Generator(lambda: bits.state, lambda seed: write(type(bits)(seed).state), write)


def _numpy() -> Any:
    """Numpy, None if it is not loaded."""
    return sys.modules.get("numpy")


@contextmanager
def _seeded(generators: Sequence[_Generator], seed: int, condition: Condition) -> Iterator[None]:
    """The same random numbers each time, torch's own as well; all go on as before afterwards."""
    before = [generator.read() for generator in generators]
    devices = [] if condition.device.is_cpu else [str(condition.device)]
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(seed)
        for generator in generators:
            generator.seed(seed)
        try:
            yield
        finally:
            for generator, state in zip(generators, before, strict=True):
                generator.write(state)
