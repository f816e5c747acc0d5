"""`--batch-size auto`: the smallest batch whose time is the device's and not its CPU's."""

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
    """What is known of a variant before it is timed, its launch time among it."""
    with pinned(condition):
        return check(variant, condition, 0, binder(condition.mode))


def device_bound(
    condition: Condition,
    baselines: Sequence[Variant],
    checked: Callable[[Variant, Condition], Circumstances] = checked,
) -> Condition:
    """The condition at the smallest power of two at which no baseline waits for its launches.

    A CPU launches nothing: one image. Where memory ends or LARGEST_BATCH is reached before, the largest
    batch that ran; its cells are marked as bound by launches.
    """
    found = replace(condition, batch_size=1)
    while not condition.device.is_cpu and found.batch_size <= LARGEST_BATCH:
        try:
            bound = any(checked(variant, found).is_launch_bound for variant in baselines)
        except (MemoryError, torch.OutOfMemoryError):
            return replace(found, batch_size=max(1, found.batch_size // 2))
        except (RuntimeError, ValueError):  # the network fails when it is measured, with its reason
            return found
        if not bound or found.batch_size == LARGEST_BATCH:
            return found
        found = replace(found, batch_size=2 * found.batch_size)
    return found
