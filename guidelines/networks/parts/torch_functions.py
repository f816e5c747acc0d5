"""Call torch's functions of operators, as a network's code does: calls by overload take 1 to 4 us more."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes

from guidelines.networks.parts.generated import generated
from guidelines.networks.parts.program import Program

# Where torch keeps a function of an operator under the operator's name.
OF_TORCH = (torch._C._VariableFunctions, torch._C._nn, torch._C.TensorBase)


def fastest(
    program: Program,
    values: Mapping[int, Tensor],
    device: torch.device,
    called: Callable[[Any], Any] = lambda function: function,
) -> Callable[..., Sequence[Tensor]]:
    """A function of the values' tensors that makes the program's calls on a device with the least overhead.

    Functions of torch choose the overload by its arguments. If they do not run the operators of the program
    or fail, the overloads themselves are called. `called` gives what is called in place of each of either.
    """
    by_overload = generated(program, tuple(values), device, called)
    by_function = generated(program, tuple(values), device, lambda overload: called(of_torch(overload)))
    operators = _operators(by_function, program, values)
    is_same = operators and operators == _operators(by_overload, program, values)
    return by_function if is_same else by_overload


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
