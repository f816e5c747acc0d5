"""Prints the share of the floor in the time of every network of the suite and of single operators.

A floor must be one: a share above 1.05 is a mistake in the ceilings. Networks run at batch 1 with one thread
of the CPU, with images of their own size; their time is the least of a few calls. Those that a saved run
holds so, with its ceilings, are not timed again. It asserts nothing.

Run it by hand, about four minutes on two cores:
python tests/harness/floors_of_networks.py [SAVED.json ...] [--only NAME] ...
"""

import argparse
import time
from functools import partial
from pathlib import Path

import torch
from floors import Timed, loaded, refuse, show
from torch.nn import functional

from guidelines.analysis.account.floor import best, floor_s
from guidelines.analysis.account.possible import floors
from guidelines.measure.device.declared import counted_on
from guidelines.measure.device.devices import cpu_model
from guidelines.measure.device.observed import Observer
from guidelines.measure.device.timing import pinned, ready
from guidelines.measure.profile.best_time import BestTime
from guidelines.measure.profile.peaks import peaks
from guidelines.networks.catalogue import catalogue
from guidelines.networks.registry import known as check_known
from guidelines.networks.whole import network
from guidelines.spec.condition import Condition

SECONDS = 1.5
LEAST_CALLS = 3
OPERATOR_S = 0.1
CEILINGS_S = 6.0
CPU = Condition("cpu", cpu_model(), image_size=224)
# Channels and side of the images that single operators get, from 50 KB to 51 MB.
IMAGES = ((64, 14), (64, 56), (256, 56), (256, 112), (256, 224))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("saved", nargs="*", type=Path, metavar="SAVED.json", help="runs with whole networks")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="this network, and others so named, alone"
    )
    asked = parser.parse_args()
    wanted = those_called(asked.only)
    held = held_by(asked.saved, wanted)
    begun_s = time.perf_counter()
    # Noise only slows down: the best of several passes counts, as in a run.
    passes = [peaks(CPU, number=1, budget_s=CEILINGS_S)]
    operators = [timed_operator(name, act, x) for name, act, x in acts()]
    passes.append(peaks(CPU, number=2, budget_s=CEILINGS_S))
    networks = [timed_network(known) for known in wanted if known.name not in held]
    passes.append(peaks(CPU, number=3, budget_s=CEILINGS_S))
    together = best(passes)
    show([with_floor(*each, together) for each in operators], "operator")
    print()
    show([*held.values(), *(with_floor(*each, together) for each in networks)])
    print(
        f"{len(networks)} networks timed, {len(held)} from saved runs; {time.perf_counter() - begun_s:.0f} s"
    )


def those_called(names):
    """The networks of some names, or all of them without any."""
    for name in names:
        try:
            check_known(name)
        except ValueError as error:
            refuse(error)
    return [known for known in catalogue() if not names or known.name in names]


def held_by(paths, wanted):
    """The networks that saved runs hold so: at batch 1, with their own image size, on one CPU thread."""
    own_sizes = {known.name: known.image_size for known in wanted}
    held = {}
    for path in paths:
        results = loaded(path)
        known_floors = floors(results)
        for each in results.measured:
            name = each.place.key.variant
            is_asked = name in own_sizes and each.place.key in known_floors
            if is_asked and each.place.condition == own_condition(each.place.condition, own_sizes[name]):
                taken_s = each.seconds_per_call(each.confidence).estimate
                held[name] = Timed(name, each.place.condition.id, taken_s, known_floors[each.place.key])
                print(f"{name}: from {path}")
    return held


def own_condition(condition, image_size):
    """The default condition on the CPU of a run, with images of a size."""
    return Condition("cpu", condition.device_name, image_size=image_size)


def timed_network(known):
    """Name, operators and seconds of a network."""
    variant = network(known.name, known.image_size)
    with pinned(CPU):
        operators = counted_on(variant, CPU, "meta").operators
        module, x = ready(variant.build, variant.input_shape(CPU), CPU, seed=0)
        taken_s = least_s(partial(module, x), SECONDS)
    print(f"{known.name}: {1e3 * taken_s:.3g} ms", flush=True)
    return known.name, operators, taken_s


def least_s(call, seconds):
    """The least time of the calls that fit into some seconds, after one that warms up."""
    call()
    begun_s = time.perf_counter()
    samples_s = []
    while len(samples_s) < LEAST_CALLS or time.perf_counter() - begun_s < seconds:
        at_s = time.perf_counter()
        call()
        samples_s.append(time.perf_counter() - at_s)
    return min(samples_s)


def acts():
    """Operators with a name, and the image that each gets."""
    for channels, side in IMAGES:
        with torch.inference_mode():
            x = torch.randn(1, channels, side, side, generator=torch.Generator().manual_seed(0))
        for name, act in OPERATORS.items():
            yield f"{name} {channels}x{side}x{side}", act, x


OPERATORS = {
    "zeros": lambda x: torch.zeros(x.shape),
    "global mean": lambda x: x.mean((2, 3)),
    "sum": torch.sum,
    "amax": torch.amax,
    "relu": torch.relu,
    "relu_": torch.relu_,
    "clone": torch.clone,
    "add": lambda x: torch.add(x[:, ::2], x[:, 1::2]),
    "cat": lambda x: torch.cat([x, x], dim=1),
    "maximum pool": lambda x: functional.max_pool2d(x, 2),
    "average pool": lambda x: functional.avg_pool2d(x, 2),
    "global pool": lambda x: functional.adaptive_avg_pool2d(x, 1),
    "zero_": torch.zero_,  # the last one, as the image is zeros then
}


def timed_operator(name, act, x):
    """Name, operators and seconds of an act on an image."""
    with pinned(CPU):
        with Observer() as observer:
            act(x)
        return name, observer.operators, BestTime(CPU.device).of(partial(act, x), OPERATOR_S)


def with_floor(name, operators, taken_s, ceilings):
    return Timed(name, CPU.id, taken_s, floor_s(operators, ceilings, CPU))


if __name__ == "__main__":
    main()
