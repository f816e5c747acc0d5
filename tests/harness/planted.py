"""Prints how well audits find what is known of a network; asserts nothing.

python tests/harness/planted.py planted [SEED ...]    breaches in a plain network, against whole networks
python tests/harness/planted.py stacks [GUIDELINE]    ends of the guidelines' sweeps, against each other
python tests/harness/planted.py networks [NAME ...]   the sum of the parts of well-known networks, the time

A seed takes two minutes, one of 12 stacks one, a network at most two. Options are those of `guidelines
audit`, with one device by its number (cuda:0) and one mode.
"""

import sys
import time
from argparse import ArgumentParser
from dataclasses import replace
from math import hypot, log, sqrt
from pathlib import Path

from tabulate import tabulate

from guidelines.analysis.audit.fit import fitted
from guidelines.analysis.audit.of_run import audit_result
from guidelines.measure.audit.auditing import AuditLimits, auditing
from guidelines.measure.audit.plan import Audited
from guidelines.measure.device.devices import device_list, device_name
from guidelines.measure.device.modes import lacks_for_mode
from guidelines.spec.condition import MODES, Condition, Device
from guidelines.spec.inputs import Input

HERE = Path(__file__).with_name("planted")
sys.path.insert(0, str(HERE))

import planted_networks  # noqa: E402
import stacks  # noqa: E402
from side_by_side import SideBySide, slowdowns  # noqa: E402

NETWORKS = (
    *("resnet50", "resnext50_32x4d", "mobilenet_v2_x1_0", "shufflenet_v2_x1_0", "densenet121"),
    "nasnet_a_mobile",
)
IMAGE = (1, 3, 224, 224)
# Guidelines that the network at the far end of a sweep breaks, but the one at its near end does not: parallel
# fragments are added, element by element.
PRICED = {"G3": ("G3", "G4")}
# The heads of tables and the widths of their columns, in characters.
STACKS = (("stack", 29), ("measured", 8), ("95 %", 18), ("audit", 8), ("95 %", 18), ("agree", 5))
OF_NETWORKS = (
    *(("network", 18), ("ms", 6), ("parts / whole", 13), ("low", 5), ("high", 5), ("alone", 8)),
    *(("row", 6), ("off", 6), ("failed", 6), ("wall s", 6)),
)


def main():
    parser = ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=("planted", "stacks", "networks"))
    parser.add_argument("which", nargs="*", help="seeds, guidelines or names of networks; default: all")
    parser.add_argument("--device", type=Device, choices=device_list(), default="cpu")
    parser.add_argument("--mode", choices=MODES, default="eager")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--passes", type=int, default=5)
    options = parser.parse_intermixed_args()
    if lacks := lacks_for_mode(options.device, options.mode):
        parser.error(f"--mode {options.mode}: {options.device} cannot run it, {lacks}")
    limits = AuditLimits(sampling_s=options.seconds, passes=options.passes)
    condition = Condition(options.device, device_name(options.device), mode=options.mode, batch_size=1)
    print(f"{condition.device_name}, {condition.mode}", flush=True)
    {"planted": planted, "stacks": of_stacks, "networks": of_networks}[options.what](
        options.which, condition, limits
    )


def planted(seeds, condition, limits):
    named = ranked = 0
    seeds = list(map(int, seeds)) or list(range(10))
    for seed in seeds:
        name = f"{HERE}/planted_networks.py:Planted({seed})"
        undone = {guideline: f"{name[:-1]}, {guideline!r})" for guideline in planted_networks.BREACHES}
        condition = replace(condition, image_size=planted_networks.INPUT[-1])
        result = audited(name, planted_networks.INPUT, condition, limits)
        networks = SideBySide((name, *undone.values()), (planted_networks.WIDTH,) * 5)
        slowdown = slowdowns(networks, condition, limits)
        truth = {guideline: 1 - slowdown[undone[guideline]].estimate for guideline in undone}
        price = {guideline: price_of(result, f"breaches.{guideline}", guideline) for guideline in undone}
        is_named = None not in price.values() and not mistaken(result)
        is_ranked = is_named and in_order(price) == in_order(truth)
        named, ranked = named + is_named, ranked + is_ranked
        rows = []
        for guideline in in_order(truth):
            whole = slowdown[undone[guideline]]
            rows.append([guideline, percent(truth[guideline]), interval(whole), percent(price[guideline])])
        print(tabulate(rows, [f"seed {seed}", "true price", "95 %", "audit's price"]), flush=True)
        print(f"all four named: {is_named}; in the order of their true prices: {is_ranked}\n", flush=True)
    print(f"named in {named} of {len(seeds)}, ranked in {ranked} of {len(seeds)}")


def price_of(result, layer, guideline):
    """The price of all parts in a layer, None if one of them is said to break another guideline."""
    inside = [each for each in result.parts if all(layer in path for path in each.part.layers)]
    operators = [each for each in inside if each.part.operator.partition(" ")[0] != "cat"]
    if not operators or any(each.part.guideline != guideline or not each.price for each in operators):
        return None
    return sum(each.price.estimate for each in operators)


def mistaken(result):
    """Products outside of the breaches that are said to break a guideline."""
    plain = [each.part for each in result.parts if "breaches" not in " ".join(each.part.layers)]
    return [part for part in plain if part.guideline and not part.operator.startswith("cat")]


def in_order(prices):
    return sorted(prices, key=lambda name: -prices[name])


def of_stacks(guidelines, condition, limits):
    agreed = compared = 0
    show(STACKS, [head for head, _ in STACKS])
    for guideline in guidelines or stacks.MODULES:
        for number in range(stacks.MULTIPLIERS):
            row, agrees = of_stack(guideline, number, condition, limits)
            agreed, compared = agreed + agrees, compared + 1
            show(STACKS, row)
    print(f"agree in {agreed} of {compared}")


def of_stack(guideline, number, condition, limits):
    """A row of the table, and True if the intervals of both prices overlap."""
    both = stacks.breaking_and_keeping(guideline, number)
    names = tuple(f"{HERE}/stacks.py:{which}({guideline!r}, {number})" for which in ("breaking", "keeping"))
    shapes = [(1, variant.work.in_channels, 56, 56) for variant in both]
    condition = replace(condition, image_size=shapes[0][-1])
    result = audited(names[0], shapes[0], condition, limits)
    price = price_of_network(result, guideline)
    breaking, keeping = (variant.cost(condition).multiply_adds for variant in both)
    networks = SideBySide(names, tuple(shape[1] for shape in shapes))
    measured = slowdowns(networks, condition, limits)[names[1]].scaled(breaking / keeping)
    agrees = price.low <= 1 - measured.low and 1 - measured.high <= price.high
    row = [
        f"{guideline} {both[0].name} {both[0].widths}",
        percent(1 - measured.estimate),
        interval(measured),
        percent(price.estimate),
        f"{percent(price.low)} to {percent(price.high)}",
        agrees,
    ]
    return row, agrees


def price_of_network(result, guideline):
    """The price of a guideline as an audit's first lines give it: that of G4 in place."""
    if guideline == "G4":
        return result.without_g4
    return sum_of_prices(result, PRICED.get(guideline, (guideline,)))


def sum_of_prices(result, guidelines):
    """The price of all parts that break some guidelines, as if their errors were independent."""
    prices = [each.price for each in result.guidelines if each.guideline in guidelines]
    total = sum(price.estimate for price in prices)
    below = hypot(*(price.estimate - price.low for price in prices))
    above = hypot(*(price.high - price.estimate for price in prices))
    return replace(prices[0], estimate=total, low=total - below, high=total + above)


def of_networks(names, condition, limits):
    whole = 0
    names = names or NETWORKS
    condition = replace(condition, image_size=IMAGE[-1])
    show(OF_NETWORKS, [head for head, _ in OF_NETWORKS])
    for name in names:
        begun_s = time.monotonic()
        result = audited(name, IMAGE, condition, limits)
        taken_s = time.monotonic() - begun_s
        whole += result.is_whole
        made = result.whole
        row = [name, 1e3 * result.network_s.estimate, made.estimate, made.low, made.high]
        row.append(result.sum.estimate if result.sum else "-")
        row.append(result.replayed.estimate if result.replayed else "-")
        row += [off(result), len(result.failed), taken_s]
        show(OF_NETWORKS, [f"{each:.3g}" if isinstance(each, float) else each for each in row])
    print(f"the parts make the whole within 15 % in {whole} of {len(names)}")


def off(result):
    """The standard deviation of the time of parts alone over that in place, weighted by their time.

    Not a number if they were not timed in place.
    """
    if result.in_place is None:
        return float("nan")
    squares = sum(part.share.estimate * log(part.alone) ** 2 for part in result.parts)
    return sqrt(squares / sum(part.share.estimate for part in result.parts))


def show(columns, cells):
    """Print a row when it is known: a table of all rows would come at the end alone."""
    (_, width), *others = columns
    line = [f"{cells[0]:<{width}}"]
    line += [f"{cell!s:>{width}}" for (_, width), cell in zip(others, cells[1:], strict=True)]
    print("  ".join(line), flush=True)


def audited(name, shape, condition, limits):
    """The result of an audit."""
    audit = auditing(Audited(name, (Input(shape),)), condition, limits)
    for _ in audit.steps():
        pass
    return fitted(audit_result(audit.run))


def percent(share):
    return "-" if share is None else f"{100 * share:.1f} %"


def interval(kept):
    return f"{percent(1 - kept.high)} to {percent(1 - kept.low)}"


if __name__ == "__main__":
    main()
