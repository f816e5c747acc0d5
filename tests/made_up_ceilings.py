"""Ceilings of a made-up device: 1 GB/s to copy, 2 GB/s in place, 10 G mult-adds/s, launches of 1 and 5 us."""

from dataclasses import replace

from guidelines.results.ceilings import COPY, IN_PLACE, Ceilings, Rate, key_of, to_saved
from guidelines.spec.condition import Condition
from guidelines.spec.work import Operators

CPU = Condition("cpu", "a processor")
LAUNCH_S = {"convolution": 5e-6, "matrix product": 2e-6, "element-wise": 1e-6}
# Of 4 ms of traffic.
ADDS = Operators("element-wise", calls=1, multiply_adds=0, memory_access=1_000_000)


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
    """An entry of one pass that holds the operators of its network."""
    (only,) = entry.passes
    circumstances = replace(only.circumstances, operators=operators)
    return replace(entry, passes=(replace(only, circumstances=circumstances),))


def with_ceilings(results, *passes):
    """Results that hold ceilings of their condition, or those that are given."""
    return replace(results, ceilings=passes or (ceilings(results.measured[0].place.condition),))


def explained(content):
    """The content of a saved file with ceilings and operators, as of a CPU that moves 40 GB/s."""
    keys = {}
    for benchmark in content["benchmarks"]:
        ours = benchmark["extra_info"]["guidelines"]
        condition = {
            name: ours["condition"][name] for name in ("device", "dtype", "layout", "threads", "cudnn")
        }
        keys[tuple(condition.values())] = condition
        work = {"multiply_adds": ours["multiply_adds"], "memory_access": ours["memory_access"]}
        run = [{"kind": "convolution", "calls": 1, **work, "in_place": 0}]
        for each in ours["passes"]:
            each["circumstances"]["operators"] = run
    known = to_saved(ceilings(bytes_per_s=4e10, multiply_adds_per_s={"matrix product": 5e10}))
    content["guidelines"]["ceilings"] = [known | condition for condition in keys.values()]
    return content
