"""Checks before the timing: a network must fit into memory, do the declared work, and compute correctly."""

import time
from contextlib import nullcontext
from dataclasses import replace

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from guidelines.measure.device.launch import launch_and_device_s
from guidelines.measure.device.memory import check_fits, peak_bytes
from guidelines.measure.device.modes import Bind
from guidelines.measure.device.observed import Denormals
from guidelines.measure.device.outputs import difference, tolerance
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
    check_work(variant, condition)
    check_fits(variant, condition)
    circumstances = _checked_outputs(variant, condition, seed, bind)
    peak = peak_bytes(condition.device, lambda: bind(*build(variant, condition, seed))())
    return replace(circumstances, peak_memory_bytes=peak)


def _checked_outputs(variant: Variant, condition: Condition, seed: int, bind: Bind) -> Circumstances:
    """Check a variant's output and time its preparation and, on CUDA, one launch and one call."""
    module, x = build(variant, condition, seed)
    with Denormals() if condition.device.is_cpu else nullcontext() as denormals:
        expected: Tensor = module(x)
    if not bool(torch.isfinite(expected).all()):
        raise ValueError("the output is not finite")
    start = time.perf_counter()
    call = bind(module, x)
    setup_s = time.perf_counter() - start
    is_prepared = bool(MODES[condition.mode].prepared)
    if is_prepared:
        _check_alike(call(), expected, condition)
    launch_s = device_s = None
    if not condition.device.is_cpu:
        launch_s, device_s = launch_and_device_s(call, condition.device)
    return Circumstances(
        setup_s=setup_s if is_prepared else None,
        launch_s=launch_s,
        device_s=device_s,
        noted=_notes(expected, denormals.share if denormals else 0.0),
    )


def _notes(output: Tensor, denormal_share: float) -> tuple[str, ...]:
    """Facts about a call that say little of a network of this kind, though it computed correctly."""
    notes = []
    if denormal_share > MOST_DENORMAL:
        percent = f"{100 * denormal_share:.{0 if denormal_share >= 0.01 else 1}f} %"
        notes.append(f"{percent} of its activations are denormal numbers, which processors compute slowly")
    if not bool(output.any()):
        notes.append("its output is all zeros")
    return tuple(notes)


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


def check_work(variant: Variant, condition: Condition) -> None:
    """Count the multiply-adds of a new instance and compare them with those the variant declares.

    The instance is in evaluation mode, as when it is timed. Raises ValueError if they differ. Torch counts 2
    operations per multiply-add.
    """
    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
        variant.build().eval()(torch.empty(variant.input_shape(condition)))
    counted, declared = counter.get_total_flops() // 2, variant.cost(condition).multiply_adds
    if counted != declared:
        raise ValueError(f"the module does {counted} multiply-adds, it declares {declared}")
