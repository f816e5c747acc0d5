"""Trace one call of a module: its operators by layer, and the layer that fails."""

import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.conv import _ConvNd
from torch.utils._python_dispatch import TorchDispatchMode

from guidelines.networks.cost.operator import OperatorCost, is_whole, operator_cost
from guidelines.networks.cost.products import tensors
from guidelines.networks.cost.sums import ElementProducts
from guidelines.networks.setting import set_to
from guidelines.results.reason import one_line
from guidelines.spec.work import Cost

# The input that layers take: kind of layer, attribute with the size, dimension of the input, how it is shown.
TAKES: tuple[tuple[type[nn.Module], str, int, str], ...] = (
    (_ConvNd, "in_channels", 1, "(n, {}, ...)"),
    (_BatchNorm, "num_features", 1, "(n, {}, ...)"),
    (nn.GroupNorm, "num_channels", 1, "(n, {}, ...)"),
    (nn.Linear, "in_features", -1, "(..., {})"),
)
# Stand for a module called in another thread, and for any other thread: their operators cannot be traced.
IN_ANOTHER_THREAD = OperatorCost("module in another thread", Cost(), is_known=False)
ANOTHER_THREAD = OperatorCost("work in another thread", Cost(), is_known=False)
COMPOSITE = torch._C.DispatchKey.CompositeImplicitAutograd
# Attention in one piece gives the elements of all heads at a place next to each other: (n, heads, ...) is a
# view of (n, places, heads, ...).
ATTENTION, HEADS_AT = torch.ops.aten.scaled_dot_product_attention.default, 1
LINEAR = torch.ops.aten.linear.default

# Errors of forward() with another number of arguments, and of operators that take another type of numbers.
NUMBER_OF_ARGUMENTS = re.compile(r"forward\(\) (missing|takes) .*argument")
TYPE_OF_NUMBERS = re.compile(r"scalar type|same dtype")

# Is told the path of a layer, an operator that it calls, its arguments, its result and its cost.
See = Callable[[str, Any, tuple[Any, ...], dict[str, Any], Any, OperatorCost | None], None]


class LayerError(ValueError):
    """A failure of a layer, in one line; `is_misfit` is True if its input has a wrong shape.

    `wants_other_inputs` is True if the traced module takes another number of inputs, or a layer another type.
    """

    def __init__(self, message: str, is_misfit: bool, wants_other_inputs: bool = False) -> None:
        super().__init__(message)
        self.is_misfit = is_misfit
        self.wants_other_inputs = wants_other_inputs


@dataclass(frozen=True)
class Call:
    """A call of a module on inputs; `path` is "" for the traced module itself."""

    path: str
    module: nn.Module
    inputs: tuple[Any, ...]

    @property
    def layer(self) -> str:
        """The module's path and type: "layer 1.branch.0 (Conv2d)"."""
        kind = type(self.module).__name__
        return f"layer {self.path} ({kind})" if self.path else kind

    @property
    def got(self) -> str:
        """The shapes of its inputs."""
        return ", ".join(str(tuple(x.shape)) for x in tensors(self.inputs)) or "no tensor"

    @property
    def misfit(self) -> str:
        """The shape that the module takes if its first input certainly has another, else ""."""
        if not self.inputs or not isinstance(self.inputs[0], Tensor):
            return ""
        shape = self.inputs[0].shape
        if isinstance(self.module, _ConvNd) and len(shape) != len(self.module.kernel_size) + 2:
            return ""  # without a batch or of other dimensions: the channels are in another place
        for kind, attribute, dimension, shown in TAKES:
            size = getattr(self.module, attribute) if isinstance(self.module, kind) else None
            if size and shape[dimension:][:1] not in ((), (size,)):
                return shown.format(size)
        return ""


class Trace(TorchDispatchMode):  # type: ignore[no-untyped-call]  # untyped in torch
    """Collects every operator with the path of the innermost module that is being called.

    `views` counts the calls of operators that touch no element. `enter` and `leave` are hooks for every
    module inside the traced one. The operators of any other module count as its caller's. In inference mode,
    composite operators arrive here before torch composes them of others; those that count as one are not
    composed.
    """

    supports_higher_order_operators = True

    def __init__(self, module: nn.Module, inputs: tuple[Tensor, ...], see: See | None = None) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in torch
        self.operators: list[tuple[str, OperatorCost]] = []
        self.views: Counter[str] = Counter()
        self._paths = {id(inner): path for path, inner in module.named_modules()}
        self._calls = [Call("", module, inputs)]
        self._failed: tuple[BaseException | None, Call] = None, self._calls[0]
        self._thread = threading.get_ident()
        self._other_threads: dict[int, str] = {}
        self._products = ElementProducts()
        self._see = see

    def enter(self, module: nn.Module, inputs: tuple[Any, ...], named: dict[str, Any]) -> None:
        """A module is called."""
        path = self._paths.get(id(module), self._calls[-1].path)
        if threading.get_ident() == self._thread:
            self._calls.append(Call(path, module, (*inputs, *named.values())))
        else:
            self._other_threads.pop(threading.get_ident(), None)
            self.operators.append((path, IN_ANOTHER_THREAD))

    def leave(self, module: nn.Module, inputs: Any, named: Any, out: Any) -> None:
        """A call ends. Of all calls that one error ends, the innermost is kept."""
        if threading.get_ident() != self._thread:
            return
        call, error = self._calls.pop(), sys.exception()
        if error is not None and error is not self._failed[0]:
            self._failed = error, call

    @contextmanager
    def threads(self) -> Iterator[None]:
        """Count each thread that starts in this context as an operator of unknown work."""
        # It is called in each new thread.
        with set_to(self._thread_starts, threading.getprofile, threading.setprofile):
            yield
        self.operators += [(path, ANOTHER_THREAD) for path in self._other_threads.values()]

    def _thread_starts(self, *_: object) -> None:
        sys.setprofile(None)
        self._other_threads[threading.get_ident()] = self._calls[-1].path

    def explained(self, error: BaseException) -> LayerError:
        """An error of the traced call as a LayerError that names the layer."""
        call = self._failed[1] if error is self._failed[0] else self._calls[-1]
        reason = f", it takes {call.misfit}" if call.misfit else f": {one_line(error)}"
        return LayerError(
            f"{call.layer}: got {call.got}{reason}",
            is_misfit=bool(call.misfit),
            wants_other_inputs=_wants_other_inputs(call, error),
        )

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if _is_composed(func):
            with self:  # outside of inference mode torch has composed it already
                if self._see and func is LINEAR and _is_folded(*args[:2]):
                    return _folded(*args)
                return func._op_dk(COMPOSITE, *args, **kwargs)
        out = func(*args, **kwargs)
        if not self._see and func is ATTENTION and out.dim() == HEADS_AT + 3:
            out = out.transpose(HEADS_AT, HEADS_AT + 1).contiguous().transpose(HEADS_AT, HEADS_AT + 1)
        cost = operator_cost(func, args, kwargs, out)
        if self._products.are_summed(func, args, out) and cost is not None:
            cost = replace(cost, name=f"{cost.name} of a product", is_known=False)
        if cost is None:
            self.views[f"{func.namespace}.{func._opname}"] += 1
        else:
            self.operators.append((self._calls[-1].path, cost))
        if self._see:
            self._see(self._calls[-1].path, func, args, kwargs, out, cost)
        return out


def _wants_other_inputs(call: Call, error: BaseException) -> bool:
    """True if the traced module takes another number of inputs, or an operator another type of numbers."""
    if isinstance(error, TypeError):
        return not call.path and bool(NUMBER_OF_ARGUMENTS.search(str(error)))
    return isinstance(error, RuntimeError) and bool(TYPE_OF_NUMBERS.search(str(error)))


def _is_composed(operator: Any) -> bool:
    """True for an operator that torch composes of others; it arrives in inference mode only."""
    if not (torch.is_inference_mode_enabled() and isinstance(operator, OpOverload)) or is_whole(operator):
        return False
    name: str = operator.name()  # type: ignore[no-untyped-call]  # untyped in torch
    return torch._C._dispatch_has_kernel_for_dispatch_key(name, COMPOSITE)


def _is_folded(x: Tensor, weights: Tensor) -> bool:
    """True if a linear layer makes all rows of its input one matrix, with a copy.

    Torch does so for weights that may need gradients, which it cannot tell below this mode: there it would
    multiply batches of matrices.
    """
    return x.dim() > 2 and not x.is_contiguous() and weights.requires_grad


def _folded(x: Tensor, weights: Tensor, bias: Tensor | None = None) -> Tensor:
    rows = x.reshape(-1, x.shape[-1]).mm(weights.t())
    out = rows.view(*x.shape[:-1], weights.shape[0])
    return out if bias is None else out.add_(bias)
