"""Split the time of a call among classes of operators (paper, Figure 2)."""

import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import Any

import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile, record_function

from guidelines.measure.device.timing import MEMORY_FORMATS, pinned, synchronizer, timed
from guidelines.networks.cost.classes import (
    SHUFFLE_RANGE,
    SHUFFLES,
    Decomposition,
    Operator,
    kind_of,
    outermost,
)
from guidelines.networks.drawing import drawn
from guidelines.networks.setting import set_to
from guidelines.spec.condition import Condition, Device
from guidelines.spec.inputs import Input
from guidelines.stats.intervals import ratio_of

WARM_UP_CALLS = 3
ROUNDS = 24
CONFIDENCE = 0.95
# Keeps the profiler from writing lines to stderr whenever it starts and stops.
QUIET = ("KINETO_LOG_LEVEL", "6")
# The range that torch.profiler records around code made by torch.compile.
COMPILED = "Torch-Compiled Region"

Call = Callable[[], object]


def drawn_inputs(inputs: Sequence[Input], condition: Condition, seed: int) -> tuple[Tensor, ...]:
    """Seeded inputs on the device; images are in the condition's layout."""
    generator = torch.Generator(condition.device).manual_seed(seed)
    layout = MEMORY_FORMATS[condition.layout]
    place = {"dtype": getattr(torch, condition.dtype), "device": condition.device, "generator": generator}
    values = [drawn(each, **place) for each in inputs]
    return tuple(x.to(memory_format=layout) if x.dim() == 4 else x for x in values)


def decompose(module: nn.Module, inputs: Sequence[Tensor], condition: Condition) -> Decomposition:
    """Run a network under torch.profiler in the measuring state, and sum its time by classes of operators.

    Recording arguments doubles the time of short operators. So one call with them gives the class of each
    operator, and further calls without them give the times, each next to a call without the profiler. Work
    in other threads is not seen.
    Raises ValueError if the operators change from call to call, or none takes time, or torch.compile made
    kernels of them. What the network raises passes through.
    """
    call = partial(module, *inputs)
    with pinned(condition):
        sample = timed(call, synchronizer(condition.device))
        sample(WARM_UP_CALLS)
        operators = classified(call)
        plain_s, profiled_s, rounds = [], [], []
        for _ in range(ROUNDS):
            sample(1)  # the first call after a collection is slower
            plain_s.append(sample(1))
            with _profile(condition.device) as profiler:
                profiled_s.append(sample(1))
            rounds.append(_by_operator(operators, _taken(profiler, condition.device)))
            gc.collect()  # events refer to each other, and collecting is off
    ratio = ratio_of(profiled_s, plain_s)(CONFIDENCE)
    return Decomposition(condition, tuple(rounds), ratio)


def classified(call: Call) -> list[Operator]:
    """The operators of a call in their order, each with its class. Raises ValueError for compiled kernels."""
    with _profile(Device("cpu"), with_arguments=True) as profiler, _shuffles_recorded():
        call()
    roots = list(_roots(profiler))
    if any(event.name.startswith(COMPILED) for event in roots):
        raise ValueError("kernels of torch.compile are in no class: only an eager network can be decomposed")
    return [Operator(kind_of(event, in_shuffle), event.name) for event, in_shuffle in outermost(roots)]


def _profile(device: Device, with_arguments: bool = False) -> profile:
    os.environ.setdefault(*QUIET)
    on_device = [] if device.is_cpu else [ProfilerActivity.CUDA]
    return profile(activities=[ProfilerActivity.CPU, *on_device], record_shapes=with_arguments)


def _roots(profiler: profile) -> Iterator[Any]:
    """Events on the CPU without a parent, in the order of time; events on a device are kernels."""
    events = profiler.events() or ()  # type: ignore[no-untyped-call]  # untyped in torch
    return (event for event in events if event.cpu_parent is None and event.device_type.name == "CPU")


def _taken(profiler: profile, device: Device) -> list[tuple[str, float]]:
    """Names and seconds of the operators; on CUDA, the seconds of the kernels that they launched."""
    time_us = "cpu_time_total" if device.is_cpu else "device_time_total"
    return [(event.name, getattr(event, time_us) / 1e6) for event, _ in outermost(_roots(profiler))]


def _by_operator(
    operators: Sequence[Operator], taken: Sequence[tuple[str, float]]
) -> Mapping[Operator, float]:
    """Seconds of each operator in one call; an operator that occurs several times is summed."""
    if [name for name, _ in taken] != [operator.name for operator in operators]:
        raise ValueError(
            f"the network called {len(operators)} operators at first, then {len(taken)} or others: "
            "only one that calls the same ones every time can be decomposed"
        )
    seconds_by_operator = dict.fromkeys(operators, 0.0)
    for operator, (_, seconds) in zip(operators, taken, strict=True):
        seconds_by_operator[operator] += seconds
    if not sum(seconds_by_operator.values()):
        raise ValueError(f"none of the network's {len(operators)} operators takes time on this device")
    return seconds_by_operator


@contextmanager
def _shuffles_recorded() -> Iterator[None]:
    """Record each call of a function or module whose name says shuffle as a range of the profiler."""
    ranges: list[record_function] = []

    def see(frame: FrameType, event: str, _: object) -> None:
        if event not in ("call", "return") or not SHUFFLES.search(frame.f_code.co_qualname):
            return
        if event == "call":
            ranges.append(record_function(SHUFFLE_RANGE))
            ranges[-1].__enter__()  # type: ignore[no-untyped-call]  # untyped in torch
        else:
            ranges.pop().__exit__(None, None, None)

    with set_to(see, sys.getprofile, sys.setprofile):
        yield
