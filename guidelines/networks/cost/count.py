"""Count the cost of any module by tracing one call, on the meta device if possible.

The module is in evaluation mode. An operator that torch composes of smaller ones is counted as these: on the
meta device attention moves its scores through memory. Work of numpy, or of a function in another thread,
cannot be traced; a module that is called in another thread counts as an operator of unknown work.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from copy import deepcopy
from dataclasses import replace

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from guidelines.networks.cost.module import LayerCost, ModuleCost
from guidelines.networks.cost.operator import OperatorCost
from guidelines.networks.cost.trace import LayerError, Trace
from guidelines.results.reason import one_line
from guidelines.spec.work import Cost

Target = nn.Module | Callable[[], nn.Module]


def count(target: Target, input_shape: Sequence[int]) -> ModuleCost:
    """Cost of one call on an input of a shape such as (n, c, h, w).

    `target` is a module, which is left unchanged, or a function that builds a new one. If tracing fails on
    the meta device, the module is counted with random numbers on the CPU, and `note` holds the reason.
    Raises LayerError, a ValueError, naming the layer that fails, the shape it got and the shape it takes, and
    ValueError for a module that cannot be copied or has lazy layers and for an input that is too large.
    Errors from building the module pass through.
    """
    try:
        return _counted(target, input_shape, "meta")
    except Exception as error:
        if isinstance(error, LayerError) and error.is_misfit:
            raise
        reason = str(error) if isinstance(error, LayerError) else one_line(error)
    return replace(_counted(target, input_shape, "cpu"), note=reason)


def _counted(target: Target, input_shape: Sequence[int], device: str) -> ModuleCost:
    with torch.random.fork_rng(devices=[]), torch.device(device), torch.no_grad():
        torch.default_generator.manual_seed(0)
        module = _placed(target, device)
        with suppress(NotImplementedError):  # the mode of an exported module is fixed
            module.eval()
        trace = _traced(module, _random(input_shape, _dtype(module)))
    unknown = Counter(operator.name for _, operator in trace.operators if not operator.is_known)
    return ModuleCost(tuple(_layers(module, trace.operators)), tuple(unknown.items()), device)


def _placed(target: Target, device: str) -> nn.Module:
    """The module on a device: itself if it was built there, else a copy."""
    module = target if isinstance(target, nn.Module) else target()
    tensors = [*module.parameters(), *module.buffers()]
    if any(map(is_lazy, tensors)):
        raise ValueError(f"{type(module).__name__} has lazy layers; it can be counted after a first call")
    is_there = module is not target and all(tensor.device.type == device for tensor in tensors)
    return module if is_there else _copied(module, device)


def _copied(module: nn.Module, device: str) -> nn.Module:
    """A copy of the module on a device; weights that are already there are shared."""
    try:
        weights = {id(p): nn.Parameter(p.detach().to(device), p.requires_grad) for p in module.parameters()}
        state = {id(b): b.detach().to(device, copy=True) for b in module.buffers()}
        return deepcopy(module, {**weights, **state})
    except Exception as error:
        raise ValueError(f"{type(module).__name__} cannot be copied: {one_line(error)}") from error


def _dtype(module: nn.Module) -> torch.dtype:
    """The type of the first floating-point parameter."""
    for parameter in module.parameters():
        if parameter.is_floating_point():
            return parameter.dtype
    return torch.float32


def _random(shape: Sequence[int], dtype: torch.dtype) -> torch.Tensor:
    try:
        return torch.randn(*shape, dtype=dtype)
    except RuntimeError as error:
        raise ValueError(f"no input of {tuple(shape)} can be made: {one_line(error)}") from error


def _traced(module: nn.Module, x: torch.Tensor) -> Trace:
    trace = Trace(module, x)
    with ExitStack() as hooks, torch.compiler.set_stance("force_eager"), trace:
        for inner in module.modules():
            if isinstance(inner, torch.jit.ScriptModule):  # takes no hooks; its caller gets its operators
                continue
            hooks.enter_context(inner.register_forward_pre_hook(trace.enter, with_kwargs=True, prepend=True))
            hooks.enter_context(inner.register_forward_hook(trace.leave, with_kwargs=True, always_call=True))
        try:
            module(x)
        except (Exception, SystemExit) as error:
            raise trace.explained(error) from error
    return trace


def _layers(module: nn.Module, operators: Sequence[tuple[str, OperatorCost]]) -> Iterator[LayerCost]:
    """Every module with the operators of its own path; a shared parameter counts at its first owner."""
    operators_by_path: dict[str, list[OperatorCost]] = defaultdict(list)
    for path, operator in operators:
        operators_by_path[path].append(operator)
    counted: set[nn.Parameter] = set()
    for path, inner in module.named_modules():
        own = operators_by_path[path]
        parameters = set(inner.parameters(recurse=False)) - counted
        counted |= parameters
        without_operators = Cost(parameters=sum(parameter.numel() for parameter in parameters))
        yield LayerCost(
            path=path,
            kind=type(inner).__name__,
            work=sum((operator.work for operator in own), start=without_operators),
            operators=len(own),
            uncounted=sum(not operator.is_known for operator in own),
        )
