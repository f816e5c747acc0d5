"""Call torch's functions of operators, as a network's code does: calls by overload take 1 to 4 us more."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes

from guidelines.networks.parts.generated import generated
from guidelines.networks.parts.program import Program

# Where torch keeps a function of an operator under the operator's name.
OF_TORCH = (torch._C._VariableFunctions, torch._C._nn, torch._C.TensorBase)
Calls = Callable[..., Sequence[Tensor]]


class _Fastest(NamedTuple):
    """A function that makes the calls of a program, and what it calls for an overload."""

    function: Calls
    called_for: Callable[[Any], Any]


# Those of each program and device, as long as the program is there: networks are built many times.
_KNOWN: WeakKeyDictionary[Program, dict[tuple[torch.device, tuple[int, ...]], _Fastest]] = WeakKeyDictionary()


def fastest(program: Program, values: Mapping[int, Tensor], device: torch.device) -> Calls:
    """A function of the values' tensors that makes the program's calls on a device with the least overhead.

    Functions of torch choose the overload by its arguments. If they do not run the operators of the program
    or fail, the overloads themselves are called.
    """
    return _fastest(program, values, device).function


def fastest_through(
    through: Callable[[Any], Any], program: Program, values: Mapping[int, Tensor], device: torch.device
) -> Calls:
    """The same with what `through` gives for each function that is called, in its place."""
    called_for = _fastest(program, values, device).called_for
    return generated(program, tuple(values), device, lambda overload: through(called_for(overload)))


def _fastest(program: Program, values: Mapping[int, Tensor], device: torch.device) -> _Fastest:
    known, key = _KNOWN.setdefault(program, {}), (device, tuple(values))
    if key not in known:
        by_overload = generated(program, tuple(values), device)
        by_function = generated(program, tuple(values), device, of_torch)
        operators, others = (_operators(each, program, values) for each in (by_function, by_overload))
        is_same = operators and operators == others
        found = _Fastest(by_function, of_torch) if is_same else _Fastest(by_overload, _itself)
        if not others:  # a call that failed, for want of memory perhaps, may succeed the next time
            return found
        known[key] = found
    return known[key]


def _itself(overload: Any) -> Any:
    return overload


def of_torch(overload: Any) -> Any:
    """The function of torch with an overload's name, the overload if there is none."""
    namespace, _, name = overload._schema.name.partition("::")
    if namespace == "aten":
        for place in OF_TORCH:
            if hasattr(place, name):
                return getattr(place, name)
    return overload


def _operators(function: Callable[..., Any], program: Program, values: Mapping[int, Tensor]) -> list[Any]:
    """The operators that a call of a function runs; none if it fails, which a later call will tell.

    Modes around it, such as one that counts work, do not see this call.
    """
    changes = any(call.operator._schema.is_mutable for call in program.calls)
    with suppress(Exception), _disable_current_modes(), _Seen() as seen:
        function(*(value.clone() if changes else value for value in values.values()))
        return list(seen.operators)
    return []


class _Seen(TorchDispatchMode):
    """Keeps the operators that are run, in their order."""

    supports_higher_order_operators = True

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in torch
        self.operators: list[Any] = []

    def __torch_dispatch__(
        self, operator: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        self.operators.append(operator)
        return operator(*args, **(kwargs or {}))
