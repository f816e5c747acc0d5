"""Values of the tensors that a program is given: they stay finite, however often it is called.

All numbers are positive, which every operator takes, and weights are averages, so that results are about as
large as inputs. No speed depends on the values, but for denormal numbers, which these never become.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil, copysign, isinf, prod
from typing import Any, NamedTuple

import torch
from torch import Tensor

from guidelines.networks.parts.product import CONVOLUTION, WEIGHTS_AT
from guidelines.networks.parts.program import Call, Program, Slot, TensorSpec

# Values repeat after so many elements: drawing each one anew would take longer than the timing.
DISTINCT = 4096
# Which argument of a product holds its weights, also of products that are no layers.
FACTORS_AT = {**WEIGHTS_AT, "bmm": 1, "mv": 0, "baddbmm": 2, "addmv": 1}
# Operators that look up elements by their numbers: 0 is in the range of every one.
LOOK_UPS = ("embedding", "gather", "index", "scatter", "take")
# Operators in place that change nothing if called again.
STEADY = {"relu_", "relu6_", "hardtanh_", "clamp_", "clamp_min_", "clamp_max_", "abs_", "leaky_relu_"}
STEADY |= {"copy_", "fill_", "zero_", "masked_fill_"}
# Operators in place that change nothing if their other tensors have this value.
NEUTRAL = {"add_": 0.0, "sub_": 0.0, "mul_": 1.0, "div_": 1.0}
# Operators in place that change nothing at zero. Elsewhere their results grow or shrink with every call.
KEEPING_ZERO = {"silu_", "hardswish_", "mish_"}
# The same, if their other factor is a number.
SCALING = {"mul_", "div_"}
# In place of an infinite number, such as that of a mask; every type can hold it.
LARGE = 1e4


class Value(NamedTuple):
    """Numbers that fill a tensor: around `scale`, or `constant` alone."""

    scale: float = 1.0
    constant: float | None = None


# Arguments, by their places, that are no numbers around 1: probabilities, numbers below 1, divisors, and the
# result of a check, in which 0 says that there is no error.
BELOW_1, NOT_0, NO_ERROR = Value(scale=0.5), Value(constant=1.0), Value(constant=0.0)
ASKED: dict[str, tuple[tuple[int, Value], ...]] = {
    **dict.fromkeys(("bernoulli", "bernoulli_", "binary_cross_entropy"), ((0, BELOW_1), (1, BELOW_1))),
    **dict.fromkeys(("acos", "asin", "atanh", "erfinv", "logit"), ((0, BELOW_1),)),
    **dict.fromkeys(("floor_divide", "fmod", "remainder"), ((1, NOT_0),)),
    "_linalg_check_errors": ((0, NO_ERROR),),
}


def values_of(program: Program) -> dict[int, Value]:
    """The values of all tensors that a program is given from outside, by their index."""
    values = dict.fromkeys(program.given, Value())
    aliases: dict[int, int] = {}
    for call in program.calls:
        if call.is_view:
            source = call.read[0].index
            aliases |= {slot.index: aliases.get(source, source) for slot in call.written}
        for index, value in _asked(call, program):
            at = aliases.get(index, index)
            if at in values:
                values[at] = value
    return values


def computed(program: Program, like: Program) -> list[int]:
    """Indices of what other operators compute for a program: no weights, biases or statistics.

    They are given, as to the program `like`, or other forms of these, made in the setup.
    """
    values = values_of(like)
    known = [index for index in values if values[index].scale == 1 and len(like.tensors[index].shape) > 1]
    for call in program.setup:
        if call.read[0].index in known:
            known += [slot.index for slot in call.written]
    return known


def _asked(call: Call, program: Program) -> Iterator[tuple[int, Value]]:
    """Values that a call wants its tensors to have, by their index."""
    at = FACTORS_AT.get(call.name)
    if at is not None and len(call.args) > at:
        weights = call.args[at]
        shape = program.tensors[weights.index].shape
        yield weights.index, Value(scale=1 / max(1, _fan_in(call, shape)))
    for place, value in ASKED.get(call.name, ()):
        if place < len(call.args) and isinstance(call.args[place], Slot):
            yield call.args[place].index, value
    if call.name.startswith(LOOK_UPS) and 1 in program.tensors[call.read[0].index].shape:
        for slot in call.read[1:]:
            if "int" in program.tensors[slot.index].dtype:
                yield slot.index, Value(constant=0.0)
    if call.name in NEUTRAL:
        for slot in call.read[1:]:
            yield slot.index, Value(constant=NEUTRAL[call.name])
    if _keeps_zero(call):
        yield call.read[0].index, Value(constant=0.0)


def _fan_in(call: Call, shape: Sequence[int]) -> int:
    """The number of products that weights of a shape sum for each result."""
    if call.name == CONVOLUTION:
        return prod(shape[1:])
    return shape[-2] if len(shape) > 1 else shape[-1]


def _keeps_zero(call: Call) -> bool:
    return call.name in KEEPING_ZERO or (call.name in SCALING and len(call.read) == 1)


def repeatable(program: Program) -> Program:
    """A program that computes the same in every call: what it is given from outside stays as it is.

    An operator that would change it in place, with other results from call to call, writes elsewhere instead.
    Numbers are finite.
    """
    given = set(program.given)
    calls = []
    for call in program.calls:
        same = _elsewhere(call) if _drifts(call, given) else call
        calls.append(same.with_values(_finite))
    return replace(program, calls=tuple(calls))


def _finite(value: Any) -> Any:
    return copysign(LARGE, value) if isinstance(value, float) and isinf(value) else value


def _drifts(call: Call, given: set[int]) -> bool:
    changes = any(slot in call.read and slot.index in given for slot in call.written)
    if not changes or call.cost is None:
        return False
    is_neutral = len(call.read) > 1 and all(slot.index in given for slot in call.read[1:])
    return not (call.name in STEADY or _keeps_zero(call) or (call.name in NEUTRAL and is_neutral))


def _elsewhere(call: Call) -> Call:
    """The operator that returns its result in place of changing its input, if there is one."""
    packet = getattr(torch.ops.aten, call.name.removesuffix("_"), None)
    if packet is None or not call.name.endswith("_"):
        return call
    for name in packet.overloads():
        overload = getattr(packet, name)
        if _takes(overload) == _takes(call.operator):
            return replace(call, operator=overload)
    return call


def _takes(operator: Any) -> list[tuple[str, str, Any]]:
    """Names, types and defaults of an operator's arguments."""
    arguments = operator._schema.arguments
    return [(argument.name, str(argument.type), argument.default_value) for argument in arguments]


def drawn(spec: TensorSpec, value: Value, device: torch.device) -> Tensor:
    """A tensor of a shape, strides and type, from 0.5 to 1.5 times the scale; integers are 0 or 1."""
    dtype: torch.dtype = getattr(torch, spec.dtype)
    generator = torch.Generator().manual_seed(0)
    if value.constant is not None:
        block = torch.full((DISTINCT,), value.constant)
    elif dtype.is_floating_point or dtype.is_complex:
        block = value.scale * (torch.rand(DISTINCT, generator=generator) + 0.5)
    else:
        block = torch.randint(2, (DISTINCT,), generator=generator)
    blocks = max(1, ceil(spec.extent / DISTINCT))
    memory = block.to(device, dtype).repeat(blocks)
    return memory[: max(1, spec.extent)].as_strided(spec.shape, spec.stride)
