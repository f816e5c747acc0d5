"""Record a call of a network as a program."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from guidelines.networks.cost.count import traced
from guidelines.networks.cost.operator import OperatorCost
from guidelines.networks.parts.dependence import dependent
from guidelines.networks.parts.program import Call, Program, Slot, TensorSpec, replaced
from guidelines.spec.condition import Device


def recorded(module: nn.Module, inputs: Sequence[Tensor]) -> Program:
    """The program of one call in evaluation mode, with the strides that its tensors have on their device.

    Call it in inference mode: outside, composite operators are recorded as those that torch composes them of.
    Raises LayerError, naming the layer that fails or has tensors that are not strided, and ValueError for a
    network that changes its input.
    """
    given = [x.clone() for x in inputs]
    recorder = _Recorder()
    traced(module, tuple(inputs), see=recorder.see)
    for number, (before, after) in enumerate(zip(given, inputs, strict=True), start=1):
        if not torch.equal(before, after):
            raise ValueError(f"it changes its input {number} of {len(inputs)}: let it work on a copy")
    return recorder.program(inputs)


class _Recorder:
    """Keeps all tensors of a call, so that each has an identity of its own until the end."""

    def __init__(self) -> None:
        self._kept: list[Tensor] = []
        self._slots: dict[int, Slot] = {}
        self._specs: dict[int, TensorSpec] = {}
        self._calls: list[Call] = []

    def see(
        self,
        layer: str,
        operator: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        out: Any,
        cost: OperatorCost | None,
    ) -> None:
        """Take note of a call and its result."""
        results = out if isinstance(out, (tuple, list)) else (out,)
        self._calls.append(
            Call(
                layer=layer,
                operator=operator,
                args=replaced(args, self._of),
                kwargs={name: replaced(value, self._of) for name, value in kwargs.items()},
                results=tuple(self._of(each) if isinstance(each, Tensor) else None for each in results),
                cost=cost,
            )
        )

    def program(self, inputs: Sequence[Tensor]) -> Program:
        """The calls that do work, and those that others need; its outputs are those of the last call."""
        outputs = _outputs(self._calls)
        return Program(
            tensors=self._specs,
            calls=tuple(_without_dead(self._calls, outputs)),
            outputs=outputs,
            dependent=dependent(self._calls, [self._of(x) for x in inputs]),
        )

    def _of(self, value: Any) -> Any:
        """The slot of a tensor; a device becomes Device, which a replay replaces; other values stay."""
        if isinstance(value, torch.device):
            return Device(str(value))
        if not isinstance(value, Tensor):
            return value
        if value.layout != torch.strided or value.is_nested:
            raise ValueError("sparse, nested and packed tensors cannot be recorded")
        if id(value) not in self._slots:
            self._kept.append(value)
            slot = self._slots[id(value)] = Slot(len(self._slots))
            self._specs[slot.index] = TensorSpec.of(value)
        return self._slots[id(value)]


def _outputs(calls: Sequence[Call]) -> tuple[Slot, ...]:
    """The results of the last call that gives a tensor."""
    for call in reversed(calls):
        if call.written:
            return call.written
    return ()


def _without_dead(calls: Sequence[Call], outputs: Sequence[Slot]) -> list[Call]:
    """The calls of which something is used later, or that do work: allocations that nobody reads go."""
    used = set(outputs)
    kept = []
    for call in reversed(calls):
        if call.cost is not None or used.intersection(call.written):
            kept.append(call)
            used.update(call.read)
    return kept[::-1]
