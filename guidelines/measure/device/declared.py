"""Count the work of a variant and compare it with the work that it declares."""

from dataclasses import dataclass, replace

import torch
from torch import nn

from guidelines.measure.device.memory import check_fits
from guidelines.measure.device.observed import Observer
from guidelines.results.model import Circumstances
from guidelines.spec.condition import Condition, Device
from guidelines.spec.sweep import Variant
from guidelines.spec.work import Operators, Stack

# The paper's formula leaves out what biases and normalisation read of their parameters: a few per thousand.
MOST_ASTRAY = 0.01


@dataclass(frozen=True)
class Counted:
    """Work of one call; `memory_access` is None if it cannot be counted, as of sparse tensors.

    `operators` are empty then, too.
    """

    multiply_adds: int
    memory_access: int | None
    operators: tuple[Operators, ...] = ()


def check_work(variant: Variant, condition: Condition) -> Circumstances:
    """Count the work of a new instance and compare it with the work that the variant declares.

    The instance is in evaluation mode, as when it is timed. It is on the meta device, or on the CPU if it
    needs values, as a network does that looks at some to choose its way. Raises ValueError if the
    multiply-adds differ. Another memory access makes no time wrong: a note says so. Returns such notes and
    the operators of a call.
    """
    try:
        counted = counted_on(variant, condition, "meta")
    except (RuntimeError, TypeError):  # raised for whatever has no values there
        check_fits(variant, replace(condition, device=Device("cpu")))
        counted = counted_on(variant, condition, "cpu")
    _check_multiply_adds(variant, condition, counted.multiply_adds)
    noted = _notes_on_memory_access(variant, condition, counted.memory_access)
    return Circumstances(noted=noted, operators=counted.operators)


def _check_multiply_adds(variant: Variant, condition: Condition, counted: int) -> None:
    """Raise ValueError if a call does other multiply-adds than declared, naming the way out of a Stack."""
    declared = variant.cost(condition).multiply_adds
    if counted == declared:
        return
    reason = f"the module does {counted} multiply-adds, it declares {declared}"
    if isinstance(variant.work, Stack):
        counts_itself = f"guidelines.counted(build, in_channels={variant.work.in_channels})"
        reason += f"; mend its Stack, or let the suite count: {counts_itself} in place of the Stack"
    raise ValueError(reason)


def _notes_on_memory_access(variant: Variant, condition: Condition, counted: int | None) -> tuple[str, ...]:
    """Compare with what a Stack declares; the memory access of other networks is a count itself."""
    cost = variant.cost(condition)
    if counted is None or not isinstance(variant.work, Stack) or cost.conv_memory_access is None:
        return ()
    if abs(counted - cost.memory_access) <= MOST_ASTRAY * cost.memory_access:
        return ()
    note = (
        f"a call reads and writes {counted:,} elements, its Stack declares {cost.memory_access:,}, which the "
        "tables show"
    )
    n, _, height, width = variant.input_shape(condition)
    per_pixel = round((counted - cost.conv_memory_access) / (n * height * width))
    return (f"{note}; elementwise_accesses={per_pixel} would agree" if per_pixel >= 0 else note,)


def _built(variant: Variant) -> nn.Module:
    module: object = variant.build()
    if not isinstance(module, nn.Module):
        raise ValueError(f"what builds it gives a {type(module).__name__}: let it give a torch.nn.Module")
    return module


def counted_on(variant: Variant, condition: Condition, device: str) -> Counted:
    """Work of one call on random numbers, without what building the network computes."""
    with torch.random.fork_rng(devices=[]), torch.device(device), torch.no_grad():
        torch.default_generator.manual_seed(0)
        module, x = _built(variant).eval(), torch.randn(variant.input_shape(condition))
        observer = Observer()
        with observer:
            module(x)
    if observer.has_unknown:
        return Counted(observer.multiply_adds, memory_access=None)
    return Counted(observer.multiply_adds, observer.memory_access, observer.operators)
