"""Record a call of a network as a program."""

import weakref
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from guidelines.networks.cost.count import traced
from guidelines.networks.cost.operator import OperatorCost
from guidelines.networks.parts.dependence import dependent
from guidelines.networks.parts.program import Call, Program, Slot, TensorSpec, kept, replaced
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
    """Knows the tensors of a call while they exist, and holds none: when they are freed is recorded, too."""

    def __init__(self) -> None:
        self._living: dict[int, tuple[weakref.ref[Tensor], Slot]] = {}
        self._freed: list[Slot] = []
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
        freed, self._freed = tuple(self._freed), []
        self._calls.append(
            Call(
                layer=layer,
                operator=operator,
                args=replaced(args, self._of),
                kwargs={name: replaced(value, self._of) for name, value in kwargs.items()},
                results=tuple(self._of(each) if isinstance(each, Tensor) else None for each in results),
                cost=cost,
                freed=freed,
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
        known = id(value)  # until it is freed, no other tensor has this identity
        if known not in self._living:
            slot = Slot(len(self._specs))
            self._specs[slot.index] = TensorSpec.of(value)
            self._living[known] = weakref.ref(value, lambda _: self._free(known)), slot
        return self._living[known][1]

    def _free(self, known: int) -> None:
        """A tensor is freed."""
        _, slot = self._living.pop(known)
        self._freed.append(slot)


def _outputs(calls: Sequence[Call]) -> tuple[Slot, ...]:
    """The results of the last call that gives a tensor."""
    for call in reversed(calls):
        if call.written:
            return call.written
    return ()


def _without_dead(calls: Sequence[Call], outputs: Sequence[Slot]) -> list[Call]:
    """The calls of which something is used later, or that do work: allocations that nobody reads go."""
    used = set(outputs)
    alive = set()
    for call in reversed(calls):
        if call.cost is not None or used.intersection(call.written):
            alive.add(id(call))
            used.update(call.read)
    return kept(calls, lambda call: id(call) in alive)
