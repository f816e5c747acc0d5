"""A network of any inputs and outputs, in the form of those that are timed: one tensor in, one out."""

from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from guidelines.networks.drawing import drawn
from guidelines.spec.inputs import Input


class Whole(nn.Module):
    """A network on inputs that it draws itself, when it is moved to a device or first called there.

    Its own input tells device and type only. It returns the first tensor of the network's output. An output
    that changes from call to call is no reason to drop it: a note says so.
    """

    may_change = True

    def __init__(
        self, build: Callable[[], nn.Module], inputs: Sequence[Input], layout: torch.memory_format
    ) -> None:
        super().__init__()
        self.network = build()
        self._inputs, self._layout = inputs, layout
        self._values: tuple[Tensor, ...] = ()
        self.register_buffer("_place", torch.empty(0), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """The first tensor of the network's output. Raises ValueError if there is none."""
        return _first_tensor(self.network(*self.values(x)))

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Draw the inputs now: they cannot be drawn in a call that is being compiled."""
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]  # untyped in torch
        assert isinstance(self._place, Tensor)
        self.values(self._place)
        return self

    def values(self, x: Tensor) -> tuple[Tensor, ...]:
        """The network's inputs on the device of x; numbers without a type of their own have that of x."""
        if not self._values or self._values[0].device != x.device:
            generator = None if x.is_meta else torch.Generator(x.device).manual_seed(0)
            each = [drawn(given, x.dtype, str(x.device), generator) for given in self._inputs]
            self._values = tuple(
                value.to(memory_format=self._layout) if value.dim() == 4 else value for value in each
            )
        return self._values


def _first_tensor(output: Any) -> Tensor:
    """The first tensor with elements in an output of tuples, lists, dictionaries and data classes."""
    if is_dataclass(output):
        output = vars(output)
    known = [each for each in tree_leaves(output) if isinstance(each, Tensor)]
    if not known:
        raise ValueError(f"its output, of type {type(output).__name__}, holds no tensor")
    return next((each for each in known if each.numel()), known[0])
