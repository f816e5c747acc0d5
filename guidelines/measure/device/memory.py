"""Memory of a device: what a network needs, what is free, and the peak of what was taken."""

import ctypes
import gc
from collections.abc import Callable
from math import prod
from pathlib import Path

import torch

from guidelines.measure.monitor import control_groups
from guidelines.measure.monitor.proc import number
from guidelines.spec.condition import DTYPES, Condition, Device
from guidelines.spec.sweep import Variant

STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")
RESET_PEAK = "5"


def needed_bytes(variant: Variant, condition: Condition) -> int:
    """Estimate of what a network takes: weights, input, and twice its largest operator (libraries copy it).

    What libraries take for themselves is not known.
    """
    shape = variant.input_shape(condition)
    weights = variant.cost(condition).parameters or 0
    elements = weights + prod(shape) + 2 * variant.work.largest_operator_elements(shape)
    return elements * DTYPES[condition.dtype].item_bytes


def free_bytes(device: Device) -> int | None:
    """Memory that a network could still take, None if the system does not say."""
    if not device.is_cpu:
        torch.cuda.empty_cache()  # memory that CUDA graphs hold stays taken
        return int(torch.cuda.mem_get_info(device)[0])
    sizes = [size for size in (_available_bytes(), _left_in_groups_bytes()) if size is not None]
    return min(sizes, default=None)


def check_fits(
    variant: Variant, condition: Condition, free_bytes: Callable[[Device], int | None] = free_bytes
) -> None:
    """Raises MemoryError if a network would not fit: a system without memory kills the whole process."""
    needed, free = needed_bytes(variant, condition), free_bytes(condition.device)
    if free is not None and needed > free:
        raise MemoryError(f"needs about {needed / 2**30:.3g} GiB, {free / 2**30:.3g} GiB are free")


def peak_bytes(device: Device, act: Callable[[], object]) -> int | None:
    """Bytes by which memory grew at most during `act()`; None if the system does not say.

    On CUDA from the peak of torch's allocator. On the CPU from the peak of the resident set; before, the C
    library gives back the memory that it had kept.
    """
    if not device.is_cpu:
        torch.cuda.reset_peak_memory_stats(device)
        before = torch.cuda.memory_allocated(device)
        act()
        return int(torch.cuda.max_memory_allocated(device)) - before
    gc.collect()
    _trim()
    before_kib = _status_kib("VmRSS")
    can_reset = _reset_peak()
    act()
    after_kib = _status_kib("VmHWM")
    if before_kib is None or after_kib is None or not can_reset:
        return None
    return max(0, after_kib - before_kib) * 1024


def _trim() -> None:
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if STATUS.exists() else None
    if trim is not None:  # glibc has it, other C libraries do not
        trim(0)


def _reset_peak() -> bool:
    try:
        CLEAR_REFS.write_text(RESET_PEAK)
    except OSError:
        return False
    return True


def _status_kib(name: str) -> int | None:
    return number(STATUS, rf"^{name}:\s+(\d+) kB")


def _available_bytes(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    kib = number(meminfo, r"^MemAvailable:\s+(\d+) kB")
    return None if kib is None else kib * 1024


def _left_in_groups_bytes() -> int | None:
    """Bytes left below the limits of the control groups that this process is in, such as a container's."""
    return control_groups.left_bytes(control_groups.folders("memory"))
