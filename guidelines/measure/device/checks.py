"""Checks before the timing: a network must fit into memory, do the declared work, and compute correctly."""

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from guidelines.measure.device.declared import check_work
from guidelines.measure.device.launch import launch_and_device_s
from guidelines.measure.device.memory import check_fits, peak_bytes
from guidelines.measure.device.modes import Bind
from guidelines.measure.device.observed import Denormals
from guidelines.measure.device.outputs import bits, check_input, difference, tolerance
from guidelines.measure.device.randomness import is_random
from guidelines.measure.device.timing import build
from guidelines.results.model import Circumstances
from guidelines.spec.condition import MODES, Condition
from guidelines.spec.sweep import Variant

# Denormal numbers take a processor some hundred cycles each, where others take one or less.
MOST_DENORMAL = 0.001


def check(variant: Variant, condition: Condition, seed: int, bind: Bind) -> Circumstances:
    """Build a variant and run it: it must fit into memory, do the work it declares, give finite numbers.

    If its mode compiles or captures it, the output must be that of eager mode, within the tolerance of the
    data type. Returns the figures that are known before the timing, such as its peak memory.
    Raises ValueError or MemoryError if a check fails; whatever torch raises passes through.
    """
    counted = check_work(variant, condition)
    check_fits(variant, condition)
    circumstances = _checked_outputs(variant, condition, seed, bind)
    peak = peak_bytes(condition.device, lambda: bind(*build(variant, condition, seed))())
    return replace(
        circumstances,
        peak_memory_bytes=peak,
        operators=counted.operators,
        noted=(*counted.noted, *circumstances.noted),
    )


def _checked_outputs(variant: Variant, condition: Condition, seed: int, bind: Bind) -> Circumstances:
    """Check a variant's output and time its preparation and, on CUDA, one launch and one call."""
    module, x = build(variant, condition, seed)
    unchanged = bits(x)
    with Denormals() if condition.device.is_cpu else nullcontext() as denormals:
        expected: Tensor = module(x)
    _check_output(expected)
    check_input(x, unchanged)
    start = time.perf_counter()
    call = bind(module, x)
    setup_s = time.perf_counter() - start
    is_prepared = bool(MODES[condition.mode].prepared)
    if is_prepared:
        _check_prepared(call(), expected, condition, is_random=partial(is_random, module, x, condition))
    launch_s = device_s = None
    if not condition.device.is_cpu:
        launch_s, device_s = launch_and_device_s(call, condition.device)
    return Circumstances(
        setup_s=setup_s if is_prepared else None,
        launch_s=launch_s,
        device_s=device_s,
        noted=_notes(expected, denormals.share if denormals else 0.0),
    )


def _check_output(output: object) -> None:
    if not isinstance(output, Tensor):
        raise ValueError(f"its output is of type {type(output).__name__}: let forward() return one tensor")
    if not output.numel():
        raise ValueError(f"its output is empty: it is of shape {tuple(output.shape)}")
    if not bool(torch.isfinite(output).all()):
        raise ValueError("the output is not finite")


def _notes(output: Tensor, denormal_share: float) -> tuple[str, ...]:
    """Facts about a call that say little of a network of this kind, though it computed correctly."""
    notes = []
    if denormal_share > MOST_DENORMAL:
        percent = f"{100 * denormal_share:.{0 if denormal_share >= 0.01 else 1}f} %"
        notes.append(
            f"{percent} of its activations are denormal numbers, which processors compute slowly; other "
            "initial weights avoid them, such as those of nn.init.kaiming_normal_"
        )
    if not bool(output.any()):
        notes.append("its output is all zeros")
    return tuple(notes)


def _check_prepared(
    output: Tensor, expected: Tensor, condition: Condition, is_random: Callable[[], bool]
) -> None:
    """Compare the output of a compiled or captured network with eager mode's, unless that is random."""
    try:
        _check_alike(output, expected, condition)
    except ValueError:
        if not is_random():
            raise


def _check_alike(output: Tensor, expected: Tensor, condition: Condition) -> None:
    """Compare two outputs by their largest difference over the largest value."""
    if output.shape != expected.shape:
        shapes = f"{tuple(output.shape)}, not {tuple(expected.shape)} as eager's"
        raise ValueError(f"in mode {condition.mode} the output is of shape {shapes}")
    differs_by, most = difference(output, expected), tolerance(condition)
    if not differs_by <= most:  # also if it is not a number
        raise ValueError(
            f"in mode {condition.mode} the output differs from eager's by {differs_by:.1e} "
            f"of the largest value, more than {most:g}"
        )
