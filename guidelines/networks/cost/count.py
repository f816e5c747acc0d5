"""Count the cost of any module by tracing one call, on the meta device if possible.

The module is in evaluation mode and the call in inference mode, as networks are timed. An operator that torch
composes of others counts as these. If the device decides how, it counts as one: attention, recurrent layers.
So the figures are the same on every device. Work of numpy cannot be traced; work in another thread counts as
an operator of unknown work.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from copy import deepcopy
from dataclasses import replace

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from guidelines.networks.cost.module import LayerCost, ModuleCost, OperatorSum
from guidelines.networks.cost.operator import OperatorCost
from guidelines.networks.cost.trace import LayerError, See, Trace
from guidelines.networks.drawing import drawn
from guidelines.networks.setting import set_to
from guidelines.results.reason import one_line
from guidelines.spec.inputs import Input
from guidelines.spec.work import Cost, total

Target = nn.Module | Callable[[], nn.Module]
Mode = Callable[[], AbstractContextManager[object]]
# Where a call is traced, and how, one after the other until one works. Inference mode does not let a network
# compute gradients in its forward().
ATTEMPTS: tuple[tuple[str, Mode], ...] = (
    ("meta", torch.inference_mode),
    ("cpu", torch.inference_mode),
    ("cpu", torch.no_grad),
)


def count(target: Target, *inputs: Input | Sequence[int]) -> ModuleCost:
    """Cost of one call on inputs, each of which may be given as its shape, such as (n, c, h, w).

    `target` is a module, which is left unchanged, or a function that builds a new one. If building fails on
    the meta device, the module is built on the CPU and copied there, and `build_note` holds the reason. If
    tracing fails on the meta device, the module is counted with random numbers on the CPU, and `note` holds
    the reason.
    Raises LayerError, a ValueError, naming the layer that fails, the shape it got and the shape it takes, and
    ValueError for a module that cannot be copied or has lazy layers and for an input that is too large.
    Errors from building the module pass through.
    """
    given = [each if isinstance(each, Input) else Input(tuple(each)) for each in inputs]
    *first, last = ATTEMPTS
    note = ""
    for device, mode in first:
        try:
            return replace(_counted(target, given, device=device, mode=mode), note=note)
        except Exception as error:
            if isinstance(error, LayerError) and error.is_misfit:
                raise
            note = note or (str(error) if isinstance(error, LayerError) else one_line(error))
    return replace(_counted(target, given, device=last[0], mode=last[1]), note=note)


def _counted(target: Target, inputs: Sequence[Input], device: str, mode: Mode) -> ModuleCost:
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.default_generator.manual_seed(0)
        with torch.device(device):
            module, build_note = _placed(target, device)
            with suppress(NotImplementedError):  # the mode of an exported module is fixed
                module.eval()
            values = tuple(drawn(each, _dtype(module), device) for each in inputs)
            with mode():
                trace = traced(module, values)
    return ModuleCost(
        layers=tuple(_layers(module, trace.operators)),
        operators=tuple(_sums(operator for _, operator in trace.operators)),
        views=tuple(trace.views.items()),
        device=device,
        build_note=build_note,
    )


def _placed(target: Target, device: str) -> tuple[nn.Module, str]:
    """The module on a device, a copy unless it was built there, and the reason if building failed there."""
    module, build_note = (target, "") if isinstance(target, nn.Module) else _built(target, device)
    tensors = [*module.parameters(), *module.buffers()]
    if any(map(is_lazy, tensors)):
        raise ValueError(f"{type(module).__name__} has lazy layers; it can be counted after a first call")
    is_there = module is not target and all(tensor.device.type == device for tensor in tensors)
    return module if is_there else _copied(module, device), build_note


def _built(build: Callable[[], nn.Module], device: str) -> tuple[nn.Module, str]:
    """The module that was built on a device, else on the CPU, and the reason for that."""
    try:
        return build(), ""
    except Exception as error:
        if device == "cpu":
            raise
        with torch.device("cpu"):
            return build(), one_line(error)


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


def traced(module: nn.Module, inputs: tuple[torch.Tensor, ...], see: See | None = None) -> Trace:
    """The operators of one call by layer; `see` is told each of them with its arguments and its result.

    Raises LayerError, naming the layer that fails.
    """
    trace = Trace(module, inputs, see)
    with ExitStack() as hooks, torch.compiler.set_stance("force_eager"), _without_fast_path(), trace:
        for inner in module.modules():
            if isinstance(inner, torch.jit.ScriptModule):  # takes no hooks; its caller gets its operators
                continue
            hooks.enter_context(inner.register_forward_pre_hook(trace.enter, with_kwargs=True, prepend=True))
            hooks.enter_context(inner.register_forward_hook(trace.leave, with_kwargs=True, always_call=True))
        try:
            with trace.threads():
                module(*inputs)
        except (Exception, SystemExit) as error:
            raise trace.explained(error) from error
    return trace


def _without_fast_path() -> AbstractContextManager[None]:
    """Keep torch from computing the layers of a transformer in one piece, which it never does on meta."""
    attention = torch.backends.mha
    return set_to(False, attention.get_fastpath_enabled, attention.set_fastpath_enabled)


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
        work = [operator.work for operator in own]
        work.append(Cost(parameters=sum(parameter.numel() for parameter in parameters)))
        yield LayerCost(
            path=path,
            kind=type(inner).__name__,
            work=total(work),
            operators=len(own),
            uncounted=sum(not operator.is_known for operator in own),
        )


def _sums(operators: Iterable[OperatorCost]) -> list[OperatorSum]:
    """The work of each operator in all its calls, the most memory access first."""
    calls_by_name: dict[str, list[OperatorCost]] = defaultdict(list)
    for operator in operators:
        calls_by_name[operator.name].append(operator)
    sums = []
    for name, calls in calls_by_name.items():
        uncounted = sum(not call.is_known for call in calls)
        sums.append(OperatorSum(name, len(calls), total(call.work for call in calls), uncounted))
    return sorted(sums, key=lambda each: -each.work.memory_access)
