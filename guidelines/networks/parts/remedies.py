"""Other ways to run a part of a network that compute the same: they cost no redesign."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from guidelines.networks.parts.fragments import Fragments
from guidelines.networks.parts.product import CONVOLUTION, GROUPS_AT, WEIGHTS_AT, Product
from guidelines.networks.parts.program import Call, Program, Slot

aten = torch.ops.aten
NCHW, NHWC = torch.contiguous_format, torch.channels_last


@dataclass(frozen=True)
class Remedy:
    """A program that computes what the original does, and what it does otherwise.

    `on_streams` runs each of its calls on a CUDA stream of its own.
    """

    program: Program
    text: str
    on_streams: bool = False


def remedies(each: Product) -> Iterator[Remedy]:
    """Ways to run a product."""
    if len(each.kernel) == 2:
        is_last = each.tensors[each.input.index].is_channels_last
        yield Remedy(_in_layout(each, NCHW if is_last else NHWC), f"in {'nchw' if is_last else 'nhwc'}")
    if each.groups > 1 and not each.is_depthwise:
        yield Remedy(_loop(each), f"as {each.groups} convolutions")


def together(group: Fragments, program: Program, has_streams: bool) -> Iterator[Remedy]:
    """Ways to run products that read one tensor, whose own program is given.

    Outputs of depthwise convolutions side by side would not be those of one: its channels are in other order.
    """
    can_be_one = all(each.groups == 1 and each.is_plain for each in group.products)
    if can_be_one and group.is_one_input and len({each.settings for each in group.products}) == 1:
        yield Remedy(_merged(group.products), "as one wider operator")
    if has_streams:
        yield Remedy(program, "each on a stream of its own", on_streams=True)


class _Slots:
    """New slots, beside those of a program."""

    def __init__(self, each: Product) -> None:
        self._next = max(each.tensors) + 1

    def new(self, count: int = 1) -> tuple[Slot, ...]:
        """Slots that stand for no tensor yet."""
        first, self._next = self._next, self._next + count
        return tuple(map(Slot, range(first, self._next)))


def _in_layout(each: Product, layout: torch.memory_format) -> Program:
    """A convolution whose input and weights are in another order in memory."""
    x, weights = _Slots(each).new(2)
    setup = (
        _cloned(each.input, layout, x),
        _cloned(each.weights, layout, weights),
    )
    call = _with(each.call, {0: x, 1: weights})
    return Program(each.tensors, (call,), call.written, setup)


def _cloned(of: Slot, layout: torch.memory_format, result: Slot) -> Call:
    return Call("", aten.clone.default, (of,), kwargs={"memory_format": layout}, results=(result,))


def _loop(each: Product) -> Program:
    """A group convolution as a convolution for each group, and the results next to each other."""
    slots = _Slots(each)
    inputs, weights, outputs = slots.new(each.groups), slots.new(each.groups), slots.new(each.groups)
    setup = [_split(each.weights, each.c2 // each.groups, 0, weights)]
    biases: Sequence[Slot | None] = [None] * each.groups
    if each.bias is not None:
        biases = slots.new(each.groups)
        setup.append(_split(each.bias, each.c2 // each.groups, 0, tuple(biases)))
    calls = [_split(each.input, each.c1 // each.groups, 1, inputs)]
    for x, weight, bias, out in zip(inputs, weights, biases, outputs, strict=True):
        call = _with(each.call, {0: x, 1: weight, 2: bias, GROUPS_AT: 1})
        calls.append(replace(call, results=(out,)))
    calls.append(Call("", aten.cat.default, (list(outputs), 1), results=each.call.results))
    return Program(each.tensors, tuple(calls), each.call.written, tuple(setup))


def _merged(group: Sequence[Product]) -> Program:
    """Products of one input as one product; each result is a view of a part of its result."""
    first = group[0]
    slots = _Slots(first)
    weights, biases, out = slots.new(3)
    dimension = 0 if first.call.name == CONVOLUTION else 1
    setup = [Call("", aten.cat.default, ([each.weights for each in group], dimension), results=(weights,))]
    arguments: dict[int, Any] = {WEIGHTS_AT[first.call.name]: weights}
    if first.bias is not None:
        setup.append(Call("", aten.cat.default, ([each.bias for each in group],), results=(biases,)))
        arguments[first.call.args.index(first.bias)] = biases
    call = replace(_with(first.call, arguments), results=(out,))
    results = tuple(each.call.written[0] for each in group)
    parts = Call("", aten.split_with_sizes.default, (out, [each.c2 for each in group], 1), results=results)
    return Program(first.tensors, (call, parts), results, tuple(setup))


def _split(of: Slot, size: int, dimension: int, results: tuple[Slot, ...]) -> Call:
    return Call("", aten.split.Tensor, (of, size, dimension), results=results)


def _with(call: Call, arguments: dict[int, Any]) -> Call:
    """A call with other arguments, given by their places."""
    args = list(call.args)
    for at, value in arguments.items():
        args[at] = value
    return replace(call, args=tuple(args))
