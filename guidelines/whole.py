"""Variants that no closed form describes: whole networks and units in a row. Their work is traced."""

from collections.abc import Callable
from functools import cache, partial

from torch import nn

from guidelines.count import count
from guidelines.networks import build, known
from guidelines.networks.layers import at_unit_gain
from guidelines.spec import Cost, Shape, Traced, Variant

IMAGE_CHANNELS = 3


@cache
def network(name: str, image_size: int | None = None) -> Variant:
    """One of NETWORKS; `image_size` is its own, where a table asks for it. Raises ValueError as `build`."""
    known(name)
    label = f"{name}-{image_size}px" if image_size else name
    make = partial(_network, name)
    return Variant(label, label, (), Traced(IMAGE_CHANNELS, _cost(make), image_size), make)


def stack(name: str, c: int, depth: int, unit: Callable[[], nn.Module]) -> Variant:
    """A number of units in a row, from c channels to c channels."""
    make = partial(_stack, depth, unit)
    return Variant(name, name, (c,), Traced(c, _cost(make)), make)


def _network(name: str) -> nn.Module:
    return at_unit_gain(build(name))


def _stack(depth: int, unit: Callable[[], nn.Module]) -> nn.Module:
    return at_unit_gain(nn.Sequential(*(unit() for _ in range(depth))))


def _cost(make: Callable[[], nn.Module]) -> Callable[[Shape], Cost]:
    """Counts a network once for every shape. Raises ValueError where not all of it can be counted."""

    @cache
    def cost(shape: Shape) -> Cost:
        found = count(make, shape)
        if found.uncountable:
            raise ValueError(f"the multiply-adds of {dict(found.uncountable)} are not known")
        total = found.total
        return Cost(
            total.multiply_adds,
            total.conv_memory_access,
            total.memory_access,
            total.parameters,
            max(layer.memory_access for layer in found.layers),
        )

    return cost
