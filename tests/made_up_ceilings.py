"""Ceilings of a made-up device: 1 GB/s to copy, 2 GB/s in place, 10 G mult-adds/s, launches of 1 and 5 us."""

from dataclasses import replace

from guidelines.results.ceilings import COPY, IN_PLACE, Ceilings, Rate, key_of
from guidelines.spec.condition import Condition

CPU = Condition("cpu", "a processor")
LAUNCH_S = {"convolution": 5e-6, "matrix product": 2e-6, "element-wise": 1e-6}


def ceilings(condition=CPU, number=1, bytes_per_s=1e9, **changes):
    sizes = (2**16, 2**20)
    figures = {
        "traffic": {
            COPY: tuple(Rate(size, bytes_per_s) for size in sizes),
            IN_PLACE: tuple(Rate(size, 2 * bytes_per_s) for size in sizes),
        },
        "multiply_adds_per_s": {"matrix product": 1e10, "3x3 convolution": 8e9},
        "launch_s": {"eager": LAUNCH_S},
    }
    if not condition.device.is_cpu:
        figures["launch_s"] = {"eager": LAUNCH_S, "cudagraph": dict.fromkeys(LAUNCH_S, 1e-07)}
    return Ceilings(key_of(condition), number, **{**figures, **changes})


def with_operators(entry, *operators):
    """An entry whose only pass noted the operators of its network."""
    (only,) = entry.passes
    circumstances = replace(only.circumstances, operators=operators)
    return replace(entry, passes=(replace(only, circumstances=circumstances),))
