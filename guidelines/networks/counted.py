"""Count the work of any network, for variants that are no Stack of convolutions."""

from collections.abc import Callable
from functools import cache

from torch import nn

from guidelines.networks.cost.count import count
from guidelines.networks.cost.module import ModuleCost
from guidelines.results.reason import one_line
from guidelines.spec.work import Cost, Shape, Traced


def counted(build: Callable[[], nn.Module], in_channels: int, image_size: int | None = None) -> Traced:
    """The work of the network that `build` makes, which the suite counts in one call, once for every shape.

    It is for any network that is no Stack, such as one with pools or linear layers:
    `Variant("se", "SE block", (64,), counted(build, in_channels=64), build)`. The input has `in_channels`
    channels, and the image size of the condition unless `image_size` is given. The call is untimed and needs
    no memory: it runs on torch's meta device, or on the CPU if it must look at values.
    The work of a network that cannot be built, called or counted raises ValueError.
    """

    @cache
    def cost_of(shape: Shape) -> ModuleCost:
        cost = _counted(build, shape)
        if cost.uncountable:
            raise ValueError(f"the multiply-adds of {dict(cost.uncountable)} are not known")
        return cost

    def total(shape: Shape) -> Cost:
        return cost_of(shape).total.work

    def largest_layer(shape: Shape) -> int:
        return max(layer.work.memory_access for layer in cost_of(shape).layers)

    return Traced(in_channels, total, largest_layer, image_size)


def _counted(build: Callable[[], nn.Module], shape: Shape) -> ModuleCost:
    """The cost of a call. Raises ValueError with the reason in one line, whatever the network raises."""
    try:
        return count(build, shape)
    except ValueError:
        raise
    except Exception as error:
        raise ValueError(f"its work cannot be counted: {one_line(error)}") from error
