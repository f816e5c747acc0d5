"""Convolutions and products of matrices in a program: their widths, and others of the same form."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from guidelines.networks.cost.operator import OperatorCost
from guidelines.networks.parts.program import Call, Program, Slot, TensorSpec

# Places of input, weights and bias among the arguments; None if there is no such argument.
CONVOLUTION = "convolution"
INPUT_AT = {CONVOLUTION: 0, "mm": 0, "addmm": 1}
WEIGHTS_AT = {CONVOLUTION: 1, "mm": 1, "addmm": 2}
BIAS_AT = {CONVOLUTION: 2, "mm": None, "addmm": 0}
STRIDE_AT, TRANSPOSED_AT, GROUPS_AT = 3, 6, 8


@dataclass(frozen=True)
class Product:
    """A convolution, or a linear layer, which is a product of matrices, as it is called in a program.

    `c1` and `c2` are the channels of its input and output, `kernel` the sides of its kernel, () for a linear
    layer.
    """

    call: Call
    tensors: Mapping[int, TensorSpec]
    c1: int
    c2: int
    kernel: tuple[int, ...]
    groups: int

    @property
    def multiply_adds(self) -> int:
        """The multiply-adds of one call."""
        return self.call.cost.work.multiply_adds if self.call.cost else 0

    @property
    def is_pointwise(self) -> bool:
        """True for a 1x1 convolution in one group, and for a linear layer."""
        return self.groups == 1 and set(self.kernel) <= {1}

    @property
    def is_depthwise(self) -> bool:
        """True if each channel of the input is convolved alone."""
        return 1 < self.groups == self.c1

    @property
    def input(self) -> Slot:
        """The slot of its input."""
        slot: Slot = self.call.args[INPUT_AT[self.call.name]]
        return slot

    @property
    def weights(self) -> Slot:
        """The slot of its weights."""
        slot: Slot = self.call.args[WEIGHTS_AT[self.call.name]]
        return slot

    @property
    def bias(self) -> Slot | None:
        """The slot of its bias, if it has one."""
        at = BIAS_AT[self.call.name]
        slot: Slot | None = None if at is None else self.call.args[at]
        return slot

    @property
    def is_plain(self) -> bool:
        """True if it adds nothing but a bias of an element for each channel, and scales nothing."""
        # Named arguments are alpha and beta, or a tensor to fill.
        is_scaled = any(value != 1 for value in self.call.kwargs.values())
        return not is_scaled and (self.bias is None or self.tensors[self.bias.index].shape == (self.c2,))

    @property
    def settings(self) -> tuple[Any, ...]:
        """All that two products must share to be one wider product, beside their input."""
        others = self.call.args[STRIDE_AT:] if self.call.name == CONVOLUTION else ()
        return self.call.name, self.kernel, self.bias is None, repr(others)

    @property
    def output(self) -> TensorSpec:
        """Shape and strides of its output."""
        return self.tensors[self.call.written[0].index]

    @property
    def program(self) -> Program:
        """The product alone."""
        return Program(self.tensors, (self.call,), self.call.written)

    def with_widths(self, c1: int, c2: int, groups: int = 1) -> Program:
        """The same product of other widths and groups, alone; its image size stays."""
        specs = dict(self.tensors)
        x, out = specs[self.input.index], self.output
        weights = specs[self.weights.index]
        if self.call.name == CONVOLUTION:
            like = x if x.is_channels_last else out  # the order of one channel alone cannot be told
            specs[self.input.index] = TensorSpec.dense((x.shape[0], c1, *x.shape[2:]), like)
            specs[self.weights.index] = TensorSpec.dense((c2, c1 // groups, *self.kernel), weights)
            specs[self.call.written[0].index] = TensorSpec.dense((out.shape[0], c2, *out.shape[2:]), like)
        else:
            specs[self.input.index] = TensorSpec.dense((x.shape[0], c1), x)
            stride = (1, c1) if weights.stride[0] == 1 else (c2, 1)
            specs[self.weights.index] = TensorSpec((c1, c2), stride, weights.dtype)
            specs[self.call.written[0].index] = TensorSpec.dense((out.shape[0], c2), out)
        if self.bias is not None:
            bias = specs[self.bias.index]
            specs[self.bias.index] = TensorSpec.dense((*bias.shape[:-1], c2), bias)
        args = list(self.call.args)
        if self.call.name == CONVOLUTION:
            args[GROUPS_AT] = groups
        call = replace(self.call, args=tuple(args), cost=self._cost_with(c1, c2, groups, specs))
        return Program(specs, (call,), call.written)

    def _cost_with(
        self, c1: int, c2: int, groups: int, specs: Mapping[int, TensorSpec]
    ) -> OperatorCost | None:
        """The cost of one call with other widths."""
        if self.call.cost is None:
            return None
        places = self.multiply_adds * self.groups // (self.c1 * self.c2)
        work = replace(
            self.call.cost.work,
            multiply_adds=places * c1 * c2 // groups,
            memory_access=sum(
                prod(specs[slot.index].shape) for slot in (*self.call.read, *self.call.written)
            ),
        )
        return replace(self.call.cost, work=work)

    def work_with(self, c1: int, c2: int, groups: int = 1) -> float:
        """Multiply-adds with other widths, over those that it does."""
        return (c1 * c2 / groups) / (self.c1 * self.c2 / self.groups)


def product(call: Call, program: Program) -> Product | None:
    """The product that a call makes, None for any other operator and for transposed convolutions.

    None also if the weights depend on the network's inputs, as in attention: then it is no layer.
    """
    if call.name not in INPUT_AT or call.cost is None:
        return None
    tensors, at = program.tensors, call.args[WEIGHTS_AT[call.name]].index
    if at in program.dependent:
        return None
    weights = tensors[at].shape
    if call.name != CONVOLUTION:
        return Product(call, tensors, c1=weights[0], c2=weights[1], kernel=(), groups=1)
    if call.args[TRANSPOSED_AT]:
        return None
    groups = call.args[GROUPS_AT]
    return Product(call, tensors, c1=weights[1] * groups, c2=weights[0], kernel=weights[2:], groups=groups)
