"""Run a program on tensors of its own, as a network that can be timed."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn

from guidelines.networks.parts.program import Call, Program, Slot, replaced
from guidelines.networks.parts.values import computed, drawn, values_of
from guidelines.spec.condition import Device


class Step(NamedTuple):
    """A call whose arguments are filled in, unless they are only known when it is their turn.

    `ended` are the indices of the tensors that nothing uses after it.
    """

    operator: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    results: tuple[Slot | None, ...]
    is_filled: bool
    ended: tuple[int, ...] = ()


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
        self._values: dict[int, Any] = {}
        self._steps: list[Step] = []
        self._computed: list[Tensor] = []
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

    def run(self, device: torch.device) -> list[Tensor]:
        """All outputs of the program."""
        if self._device != device:
            self._begin(device)
        values = dict(self._values)
        self._take_all(self._steps, values)
        return [values[slot.index] for slot in self.program.outputs]

    def _take_all(self, steps: Sequence[Step], values: dict[int, Any]) -> None:
        """Run calls one after the other."""
        for step in steps:
            take(step, values)
            for index in step.ended:  # as in the network, whose memory the next operators use again
                del values[index]

    def read_inputs(self) -> None:
        """Read what another operator computes in the network, so that it is in the cache as it is there."""
        for value in self._computed:
            value.sum()

    def _begin(self, device: torch.device) -> None:
        """Draw what is given from outside, do the setup, and fill in what is known before the first call."""
        values: dict[int, Any] = {}
        for index, value in values_of(self._like).items():
            values[index] = drawn(self.program.tensors[index], value, device)
        for call in self.program.setup:
            take(_filled(call, values, device), values)
        self._steps = []
        for call, ended in zip(self.program.calls, self.program.ended, strict=True):
            self._steps.append(_filled(call, values, device)._replace(ended=ended))
        self._device, self._values = device, values
        self._computed = [values[index] for index in computed(self.program, self._like)]


def _filled(call: Call, values: dict[int, Any], device: torch.device) -> Step:
    """A call with its arguments if all are known, and the device in place of the recorded one."""

    def known(value: Any) -> Any:
        if isinstance(value, Device):
            return device
        return values.get(value.index, value) if isinstance(value, Slot) else value

    is_filled = all(slot.index in values for slot in call.read)
    return Step(
        operator=call.operator,
        args=tuple(replaced(each, known) for each in call.args),
        kwargs={name: replaced(each, known) for name, each in call.kwargs.items()},
        results=call.results,
        is_filled=is_filled,
    )


def take(step: Step, values: dict[int, Any]) -> None:
    """Run a call and keep its results."""
    args, kwargs = step.args, step.kwargs
    if not step.is_filled:

        def value_of(each: Any) -> Any:
            return values[each.index] if isinstance(each, Slot) else each

        args = tuple(replaced(each, value_of) for each in args)
        kwargs = {name: replaced(each, value_of) for name, each in kwargs.items()}
    out = step.operator(*args, **kwargs)
    results: Sequence[Any] = out if isinstance(out, (tuple, list)) else (out,)
    for slot, result in zip(step.results, results, strict=False):
        if slot is not None:
            values[slot.index] = result
