"""Ways to run a network: eagerly, compiled, or as a CUDA graph that is captured once and replayed.

A new mode needs a line in spec.condition.MODES, and here an entry in _WAYS with its two functions.
"""

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import FunctionType
from typing import Any

import torch
from torch import Tensor, nn
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

from guidelines.measure.device.observed import has_storage
from guidelines.networks.cost.operator import written_arguments
from guidelines.networks.cost.products import tensors
from guidelines.spec.condition import Device

Call = Callable[[], Tensor]
Bind = Callable[[nn.Module, Tensor], Call]
# In the first calls, libraries and autotuning allocate memory, which a capture does not allow.
CALLS_BEFORE_CAPTURE = 3
# The C++ compiler that torch.compile calls if $CXX is not set.
CXX_COMPILER = {"darwin": "clang++", "win32": "cl"}.get(sys.platform, "g++")
# Worker processes of the compiler would go on running beside what is timed.
NO_WORKERS: dict[str, str | int | bool | Callable[..., object]] = {"compile_threads": 1}


def _eager() -> Bind:
    return partial


def _compiled() -> Bind:
    """One compiled function for all instances of a network, so that a new instance is not compiled again."""
    # Torch keeps compiled code by code object, and gives up at the eighth network under the same one.
    own_run = FunctionType(_run.__code__.replace(), _run.__globals__)
    compiled = torch.compile(own_run, fullgraph=True, dynamic=False, options=NO_WORKERS)

    def bind(module: nn.Module, x: Tensor) -> Call:
        compiled(module, x)
        return partial(compiled, module, x)

    return bind


def _run(module: nn.Module, x: Tensor) -> Tensor:
    y: Tensor = module(x)
    return y


def _graphed() -> Bind:
    return _captured


def _captured(module: nn.Module, x: Tensor) -> Call:
    with torch.cuda.device(x.device):
        # A stream of this device: the one that torch uses by default is on the first device that captured.
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # untyped in torch
        stream.wait_stream(torch.cuda.current_stream())
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.stream(stream):
            for _ in range(CALLS_BEFORE_CAPTURE - 1):
                module(x)
            with _Written() as written:
                earlier = module(x)
            try:
                with torch.cuda.graph(graph, stream=stream):
                    y: Tensor = module(x)
            except (
                RuntimeError
            ) as error:  # raised by ending the capture; the error that ended it is its context
                cause = error.__context__
                raise cause if isinstance(cause, Exception) else error from None
            # A replay that does nothing must not leave right values, but what operators change in place is
            # the input of every replay.
            if _address(y) != _address(earlier) or _address(y) not in written.addresses:
                y.fill_(float("nan"))
        torch.cuda.current_stream().wait_stream(stream)
    # The graph reads weights and input at their addresses, but does not keep them alive.
    return partial(_replay, graph, y, kept=(module, x))


class _Written(TorchDispatchMode):
    """Keeps the addresses of all memory that operators change in place."""

    supports_higher_order_operators = True

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # untyped in torch
        self.addresses: set[int] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        written = written_arguments(func, args, kwargs) if isinstance(func, OpOverload) else []
        self.addresses |= {_address(x) for x in tensors(written) if has_storage(x)}
        return func(*args, **kwargs)


def _address(tensor: Tensor) -> int:
    """The address of a tensor's memory, which views share."""
    return tensor.untyped_storage().data_ptr()


def _replay(graph: torch.cuda.CUDAGraph, y: Tensor, kept: object) -> Tensor:
    graph.replay()
    return y


def _lacks_nothing(device: Device) -> str:
    return ""


def _lacks_to_compile(device: Device) -> str:
    compiler = os.environ.get("CXX", CXX_COMPILER)
    if device.is_cpu and shutil.which(compiler) is None:
        return f"torch.compile needs a C++ compiler ($CXX, here {compiler})"
    if not device.is_cpu and importlib.util.find_spec("triton") is None:
        return "torch.compile needs the package triton"
    return ""


def _lacks_to_capture(device: Device) -> str:
    return "graphs are CUDA's" if device.is_cpu else ""


@dataclass(frozen=True)
class _Way:
    """A way to run networks: makes their binder; names what a device lacks for it, "" if nothing."""

    binder: Callable[[], Bind]
    lacks: Callable[[Device], str]


# A way for each of spec.condition.MODES.
_WAYS: Mapping[str, _Way] = {
    "eager": _Way(_eager, _lacks_nothing),
    "compile": _Way(_compiled, _lacks_to_compile),
    "cudagraph": _Way(_graphed, _lacks_to_capture),
}


def binder(mode: str) -> Bind:
    """Function that binds a module to an input: it compiles or captures them and returns the call to time.

    Use one binder for all instances of a network. It raises what torch raises if it cannot compile or
    capture the network.
    """
    return _WAYS[mode].binder()


def lacks_for_mode(device: Device, mode: str) -> str:
    """Reason why a device cannot run a mode, "" if it can."""
    return _WAYS[mode].lacks(device)
