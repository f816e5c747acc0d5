"""Checks before the timing: a network must fit, do the work it declares, and give right outputs."""

import time
from dataclasses import replace

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from guidelines.measure.device.launch import launch_and_device_s
from guidelines.measure.device.memory import check_fits, peak_bytes
from guidelines.measure.device.modes import Bind
from guidelines.measure.device.timing import build
from guidelines.results.model import Circumstances
from guidelines.spec.condition import DTYPES, MODES, Condition
from guidelines.spec.sweep import Variant


def check(variant: Variant, condition: Condition, seed: int, bind: Bind) -> Circumstances:
    """Build a variant and run it: it must fit into memory, do the work it declares, give finite numbers.

    A network that is prepared for its mode must give what it gives in eager mode, within the tolerance of
    its type. Returns everything that was found out about it before it is timed.
    Raises ValueError or MemoryError if it does not; whatever torch raises passes through.
    """
    check_work(variant, condition)
    check_fits(variant, condition)
    circumstances = _checked_outputs(variant, condition, seed, bind)
    peak = peak_bytes(condition.device, lambda: bind(*build(variant, condition, seed))())
    return replace(circumstances, peak_memory_bytes=peak)


def _checked_outputs(variant: Variant, condition: Condition, seed: int, bind: Bind) -> Circumstances:
    """The times to prepare, launch and compute a network whose outputs are as they should be."""
    module, x = build(variant, condition, seed)
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
    return Circumstances(setup_s=setup_s if is_prepared else None, launch_s=launch_s, device_s=device_s)


def _check_alike(found: Tensor, expected: Tensor, condition: Condition) -> None:
    """Compare two outputs by their largest difference over the largest value."""
    if found.shape != expected.shape:
        shapes = f"{tuple(found.shape)}, not {tuple(expected.shape)} as eager's"
        raise ValueError(f"in mode {condition.mode} the output is of shape {shapes}")
    largest = expected.abs().max().clamp_min(torch.finfo(expected.dtype).tiny)
    difference = float((found - expected).abs().max() / largest)
    tolerance = DTYPES[condition.dtype].tolerance
    if not difference <= tolerance:
        raise ValueError(
            f"in mode {condition.mode} the output differs from eager's by {difference:.1e} "
            f"of the largest value, more than {tolerance:g}"
        )


def check_work(variant: Variant, condition: Condition) -> None:
    """Count the multiply-adds of a separate instance and compare them with what it declares.

    Raises ValueError where the two differ. Torch counts 2 operations per multiply-add.
    """
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        variant.build()(torch.empty(variant.input_shape(condition)))
    counted, declared = counter.get_total_flops() // 2, variant.cost(condition).multiply_adds
    if counted != declared:
        raise ValueError(f"the module does {counted} multiply-adds, it declares {declared}")
