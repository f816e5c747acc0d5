"""How a network is run: eagerly, compiled, or as a CUDA graph that is captured once and replayed."""

from collections.abc import Callable, Mapping
from functools import partial
from types import FunctionType

import torch
from torch import Tensor, nn

Call = Callable[[], Tensor]
Bind = Callable[[nn.Module, Tensor], Call]
# Lazy libraries and autotuning allocate in the first calls, which a capture does not allow.
CALLS_BEFORE_CAPTURE = 3
# Processes that compile for others would run beside what is timed.
NO_WORKERS: dict[str, str | int | bool | Callable[..., object]] = {"compile_threads": 1}


def _eager() -> Bind:
    return partial


def _compiled() -> Bind:
    """One compiled function for all instances of a network: building it anew does not compile it anew."""
    # Torch keeps what it compiled by code object, and gives up at the eighth kind of network under one.
    own = FunctionType(_run.__code__.replace(), _run.__globals__)
    compiled = torch.compile(own, fullgraph=True, dynamic=False, options=NO_WORKERS)

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
        # A stream of this device: torch's own for captures belongs to the first device that captured.
        stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]  # untyped in torch
        stream.wait_stream(torch.cuda.current_stream())
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.stream(stream):
            for _ in range(CALLS_BEFORE_CAPTURE):
                module(x)
            try:
                with torch.cuda.graph(graph, stream=stream):
                    y: Tensor = module(x)
            except RuntimeError as error:  # of ending the capture; what ended it came before
                cause = error.__context__
                raise cause if isinstance(cause, Exception) else error from None
            y.fill_(float("nan"))  # a replay that does nothing must not find what memory held before
        torch.cuda.current_stream().wait_stream(stream)
    # The graph reads weights and input where they lie, and does not keep them.
    return partial(_replay, graph, y, module, x)


def _replay(graph: torch.cuda.CUDAGraph, y: Tensor, *_kept: object) -> Tensor:
    graph.replay()
    return y


_MODES: Mapping[str, Callable[[], Bind]] = {"eager": _eager, "compile": _compiled, "cudagraph": _graphed}


def binder(mode: str) -> Bind:
    """What makes a call of a module on an input, compiled or captured already; one for each network.

    Raises whatever torch raises where a network cannot be compiled or captured.
    """
    return _MODES[mode]()
