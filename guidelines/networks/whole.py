"""Make variants of whole networks and of units in a row, whose work is traced."""

from collections.abc import Callable
from functools import cache, partial

from torch import nn

from guidelines.networks.counted import counted
from guidelines.networks.layers import at_unit_gain
from guidelines.networks.registry import build, known
from guidelines.spec.sweep import Variant

IMAGE_CHANNELS = 3


@cache
def network(name: str, image_size: int | None = None) -> Variant:
    """One of NETWORKS; `image_size` is its own, if a table asks for it. Raises ValueError as `build`."""
    known(name)
    label = f"{name}-{image_size}px" if image_size else name
    build_network = partial(at_unit_gain_network, name)
    work = counted(build_network, IMAGE_CHANNELS, image_size)
    return Variant(id=label, name=label, widths=(), work=work, build=build_network)


def stack(name: str, c: int, depth: int, unit: Callable[[], nn.Module]) -> Variant:
    """A number of units in a row, from c channels to c channels."""
    build_stack = partial(_stack, depth, unit)
    return Variant(id=name, name=name, widths=(c,), work=counted(build_stack, c), build=build_stack)


def at_unit_gain_network(name: str) -> nn.Module:
    """One of NETWORKS with weights that keep numbers in range. Raises ValueError as `build`."""
    return at_unit_gain(build(name))


def _stack(depth: int, unit: Callable[[], nn.Module]) -> nn.Module:
    return at_unit_gain(nn.Sequential(*(unit() for _ in range(depth))))
