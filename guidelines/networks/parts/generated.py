"""Write a program as a Python function, so that calls cost no more than in the network's own code."""

import operator
from cmath import isfinite
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from keyword import iskeyword
from types import MethodType
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch._ops import OpOverload
from torch.fx.node import base_types

from guidelines.networks.parts.program import Call, Program, Slot, replaced
from guidelines.spec.condition import Device

# Types of arguments that torch.fx writes as code.
WRITTEN = (*base_types, type(None), Device)


def generated(
    program: Program,
    given: Sequence[int],
    device: torch.device,
    function_of: Callable[[Any], Any] = lambda overload: overload,
) -> Callable[..., tuple[Tensor, ...]]:
    """A function of the tensors with the indices `given` that makes the program's calls on a device.

    It returns the program's outputs. torch.fx frees each tensor after its last use; those that the network
    holds for longer are used once more, by nothing, when it frees them: what is in the caches depends on it.
    `function_of` gives what is called for an operator.
    """
    graph = fx.Graph()
    nodes = {index: graph.placeholder(f"given_{index}") for index in given}
    constants = _constants(program)
    named = {id(value): graph.placeholder(name) for name, value in constants.items()}

    def known(value: Any) -> Any:
        if isinstance(value, Device):
            return device
        return nodes[value.index] if isinstance(value, Slot) else named.get(id(value), value)

    for call, held in zip(program.calls, _held(program.calls), strict=True):
        if held:
            graph.call_function(held_until_here, tuple(nodes[index] for index in held))
        filled = call.with_values(known)
        function = _writable(function_of(call.operator))
        node = graph.call_function(function, filled.args, dict(filled.kwargs))
        nodes |= _results(call, node, graph)
    graph.output(tuple(nodes[slot.index] for slot in program.outputs))
    # The code alone: a graph is thousands of objects, which every collection of garbage would look at.
    code = MethodType(type(fx.GraphModule(nn.Module(), graph)).forward, nn.Module())
    return partial(code, **constants) if constants else code


def _held(calls: Iterable[Call]) -> Iterator[list[int]]:
    """Indices of the tensors that are held until a call, but last used before the call before it."""
    last_used: dict[int, int] = {}
    for number, call in enumerate(calls):
        yield [slot.index for slot in call.freed if last_used.get(slot.index, number) < number - 1]
        last_used |= {slot.index: number for slot in (*call.read, *call.written)}


def held_until_here(*tensors: Tensor) -> None:
    """Use tensors, so that they are not freed before."""


def _writable(overload: Callable[..., Any]) -> Callable[..., Any]:
    """An operator, in a function if its name is no code: torch.fx would write `aten.random_.from`."""
    if not isinstance(overload, OpOverload):
        return overload
    names = str(overload).split(".")
    if all(name.isidentifier() and not iskeyword(name) for name in names):
        return overload

    def called(*args: Any, **kwargs: Any) -> Any:
        return overload(*args, **kwargs)

    return called


def _constants(program: Program) -> dict[str, Any]:
    """Arguments that no code can be written for, such as packed weights, under names of their own."""
    constants: dict[int, Any] = {}

    def see(value: Any) -> None:
        is_odd = isinstance(value, complex) and not isfinite(value)  # written as a name: "infj"
        if is_odd or not isinstance(value, (Slot, *WRITTEN)):
            constants[id(value)] = value

    for call in program.calls:
        replaced((*call.args, *call.kwargs.values()), see)
    return {f"constant_{number}": value for number, value in enumerate(constants.values())}


def _results(call: Call, node: fx.Node, graph: fx.Graph) -> dict[int, fx.Node]:
    """The nodes of a call's results by their indices; those of a tuple or a list are taken out of it."""
    returns = call.operator._schema.returns
    if len(returns) == 1 and not str(returns[0].type).startswith("List"):
        return {slot.index: node for slot in call.written}
    nodes = {}
    for position, slot in enumerate(call.results):
        if slot is not None:
            nodes[slot.index] = graph.call_function(operator.getitem, (node, position))
    return nodes
