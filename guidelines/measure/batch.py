"""`--batch-size auto`: the smallest batch at which no call waits for the CPU to launch it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from guidelines.measure.device.checks import check
from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import pinned
from guidelines.results.model import Circumstances
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Variant

LARGEST_BATCH = 1024


def checked(variant: Variant, condition: Condition) -> Circumstances:
    """Check a variant, which also times one launch and one call on the device. Raises as `check`."""
    with pinned(condition):
        return check(variant, condition, seed=0, bind=binder(condition.mode))


def device_bound(
    condition: Condition,
    baselines: Sequence[Variant],
    checked: Callable[[Variant, Condition], Circumstances] = checked,
) -> Condition:
    """The condition with the smallest power of two as batch at which no baseline is bound by its launches.

    On the CPU, which launches nothing, that is one image. If memory ends before, or at LARGEST_BATCH, the
    result is the largest batch that ran; its cells are marked as bound by launches.
    """
    condition = replace(condition, batch_size=1)
    while not condition.device.is_cpu:
        try:
            is_launch_bound = any(checked(variant, condition).is_launch_bound for variant in baselines)
        except (MemoryError, torch.OutOfMemoryError):
            return replace(condition, batch_size=max(1, condition.batch_size // 2))
        except (RuntimeError, ValueError):  # the network will fail, with its reason, when it is measured
            break
        if not is_launch_bound or condition.batch_size >= LARGEST_BATCH:
            break
        condition = replace(condition, batch_size=2 * condition.batch_size)
    return condition
