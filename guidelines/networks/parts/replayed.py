"""Run a program on tensors of its own, as a network that can be timed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self
from weakref import WeakValueDictionary

import torch
from torch import Tensor, nn

from guidelines.networks.parts.program import Call, Program, Slot, TensorSpec
from guidelines.networks.parts.torch_functions import fastest
from guidelines.networks.parts.values import Value, computed, drawn, values_of
from guidelines.spec.condition import Device

Draw = Callable[[TensorSpec, Value, torch.device], Tensor]
# Tensors that several programs may be called on before they are timed, as long as one of them is there.
_SHARED: WeakValueDictionary[tuple[TensorSpec, Value, torch.device], Tensor] = WeakValueDictionary()


class Replayed(nn.Module):
    """A program as a network; its input tells the device only.

    The tensors that are given from outside are made when it is moved to a device or first called there, see
    `values`. They have the same values as in the program `like`, of which this one is another form.
    """

    def __init__(self, program: Program, like: Program | None = None) -> None:
        super().__init__()
        self.program = program
        self._like = like or program
        self._device: torch.device | None = None
        self._values: dict[int, Tensor] = {}
        self._others: dict[int, Tensor] = {}
        self._computed: list[Tensor] = []
        self._function: Callable[..., Sequence[Tensor]] = tuple
        self.register_buffer("_place", torch.empty(0), persistent=False)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Make the tensors now: they cannot be made in a call that is being compiled."""
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]  # untyped in torch
        assert isinstance(self._place, Tensor)
        self._begin(self._place.device)
        return self

    def forward(self, x: Tensor) -> Tensor:
        """The first output of the program."""
        return self.run(x.device)[0]

    def run(self, device: torch.device) -> Sequence[Tensor]:
        """All outputs of the program."""
        if self._device != device:
            self._begin(device)
        return self._outputs()

    def _outputs(self) -> Sequence[Tensor]:
        return self._function(*self._values.values())

    def get_ready(self) -> None:
        """Leave code, memory and caches much as the operators before it do in the network.

        It is called on other tensors, which brings its code and the memory of its results near, but not its
        weights. Then its inputs are read, which another operator computes in the network.
        """
        assert self._device is not None
        if not self._others:
            self._others = self._made(self._device, shared)
        self._function(*self._others.values())
        for value in self._computed:
            value.sum()

    def _begin(self, device: torch.device) -> None:
        """Make the tensors, and write the calls as a function."""
        self._device, self._values, self._others = device, self._made(device), {}
        self._computed = [self._values[index] for index in computed(self.program, self._like)]
        self._function = self._function_on(device)

    def _function_on(self, device: torch.device) -> Callable[..., Sequence[Tensor]]:
        """A function of the tensors that makes the calls."""
        return fastest(self.program, self._values, device)

    def _made(self, device: torch.device, draw: Draw = drawn) -> dict[int, Tensor]:
        """Draw what is given from outside, and do the setup."""
        values: dict[int, Tensor] = {}
        for index, value in values_of(self._like).items():
            values[index] = draw(self.program.tensors[index], value, device)
        for call in self.program.setup:
            take(filled(call, values, device), values)
        return values


def shared(spec: TensorSpec, value: Value, device: torch.device) -> Tensor:
    """A tensor like one that is drawn, the same for all that ask for it, to save memory."""
    key = spec, value, device
    known = _SHARED.get(key)
    if known is None:
        known = _SHARED[key] = drawn(spec, value, device)
    return known


def filled(call: Call, values: Mapping[int, Tensor], device: torch.device) -> Call:
    """A call on tensors in place of slots, and on a device in place of the recorded one."""

    def known(value: Any) -> Any:
        if isinstance(value, Device):
            return device
        return values[value.index] if isinstance(value, Slot) else value

    return call.with_values(known)


def take(step: Call, values: dict[int, Tensor]) -> None:
    """Run a call that is filled in, and keep its results."""
    out = step.operator(*step.args, **step.kwargs)
    results: Sequence[Any] = out if isinstance(out, (tuple, list)) else (out,)
    for slot, result in zip(step.results, results, strict=False):
        if slot is not None:
            values[slot.index] = result
