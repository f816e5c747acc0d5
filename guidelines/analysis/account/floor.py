"""The floor of a network: the time that its memory access and multiply-adds take at the device's ceilings."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from math import exp, inf, log
from typing import NamedTuple

from guidelines.results.ceilings import (
    COPY,
    ELEMENT_WISE,
    IN_PLACE,
    READ,
    TRAFFIC,
    WRITE,
    Ceilings,
    CeilingsKey,
    Rate,
)
from guidelines.spec.condition import DTYPES, Condition
from guidelines.spec.work import Operators

# Mode in which compilers fuse operators without products into others, which saves their memory access.
FUSING = "compile"
# The share of its time that a call takes at least beside its launches, whose time is a typical one.
LEAST_REST = 0.01


def best(each: Sequence[Ceilings]) -> Ceilings:
    """The ceilings that several passes found together: the highest rates and the shortest launches."""
    rates: dict[str, float] = {}
    launch_s: dict[str, dict[str, float]] = {}
    for ceilings in each:
        for kind, rate in ceilings.multiply_adds_per_s.items():
            rates[kind] = max(rate, rates.get(kind, rate))
        for mode, by_kind in ceilings.launch_s.items():
            known = launch_s.setdefault(mode, dict(by_kind))
            for kind, taken_s in by_kind.items():
                known[kind] = min(taken_s, known.get(kind, taken_s))
    return Ceilings(
        key=each[0].key,
        traffic={kind: _best_rates(each, kind) for kind in TRAFFIC},
        multiply_adds_per_s=rates,
        launch_s=launch_s,
    )


def _best_rates(passes: Iterable[Ceilings], kind: str) -> tuple[Rate, ...]:
    """The highest rate of each working set, of a kind of traffic."""
    rates: dict[int, float] = {}
    for ceilings in passes:
        for rate in ceilings.traffic.get(kind, ()):
            known = rates.get(rate.working_set_bytes, 0.0)
            rates[rate.working_set_bytes] = max(rate.bytes_per_s, known)
    return tuple(Rate(size, rates[size]) for size in sorted(rates))


def by_key(ceilings: Iterable[Ceilings]) -> dict[CeilingsKey, list[Ceilings]]:
    """Ceilings of several passes by what they depend on."""
    grouped: dict[CeilingsKey, list[Ceilings]] = {}
    for each in ceilings:
        grouped.setdefault(each.key, []).append(each)
    return grouped


def has_floor(operators: Iterable[Operators], condition: Condition) -> bool:
    """True if there is something to read, write or multiply: a compiled network may hold no products."""
    return any(each.multiply_adds or each.memory_access for each in _run(operators, condition))


def holds_products(operators: Iterable[Operators], condition: Condition) -> bool:
    """True if a network multiplies."""
    return any(each.multiply_adds for each in _run(operators, condition))


def floor_s(operators: Iterable[Operators], ceilings: Ceilings, condition: Condition) -> float:
    """Seconds that one call takes at least: for each operator, its traffic or its multiply-adds.

    For a compiled network only operators with products count. The ceilings have to suffice for traffic.
    """
    multiply_adds_per_s = max(ceilings.multiply_adds_per_s.values(), default=inf)
    item_bytes = DTYPES[condition.dtype].item_bytes
    total_s = 0.0
    for each in _run(operators, condition):
        computing_s = each.multiply_adds / multiply_adds_per_s
        total_s += each.calls * max(computing_s, _traffic_s(each, ceilings, item_bytes))
    return total_s


class Launches(NamedTuple):
    """Seconds of the launches of one call: of those between its operators, and of those that go on beside."""

    between_s: float
    beside_s: float = 0.0

    def scaled(self, factor: float) -> "Launches":
        """Launches of so many times as many operators."""
        return Launches(factor * self.between_s, factor * self.beside_s)

    def rest_s(self, taken_s: float) -> float:
        """Seconds that are left of a call beside the launches between its operators, no less than a part."""
        return max(taken_s - self.between_s, LEAST_REST * taken_s)

    def with_floor(self, floor_s: float) -> float:
        """Seconds that a call takes with its launches; of what goes on side by side the longer one counts."""
        return max(floor_s + self.between_s, self.beside_s)


def launches(operators: Iterable[Operators], ceilings: Ceilings, condition: Condition) -> Launches:
    """The launches of one call. Eager ones on a CUDA device go on beside the computing."""
    run = tuple(_run(operators, condition))
    *eager, last = launch_modes(condition)
    return Launches(
        between_s=_launches_s(run, ceilings.launch_s[last]),
        beside_s=sum(_launches_s(run, ceilings.launch_s[mode]) for mode in eager),
    )


def launch_modes(condition: Condition) -> tuple[str, ...]:
    """Modes whose launches a network waits for; those of the last one lie between its operators."""
    if condition.device.is_cpu:
        return ("eager",)
    return ("cudagraph",) if condition.mode == "cudagraph" else ("eager", "cudagraph")


def _run(operators: Iterable[Operators], condition: Condition) -> Iterable[Operators]:
    """The operators that run as such in a mode."""
    if condition.mode != FUSING:
        return operators
    return [each for each in operators if each.multiply_adds]


def _launches_s(operators: Iterable[Operators], launch_s: Mapping[str, float]) -> float:
    return sum(each.calls * launch_s.get(each.kind, launch_s[ELEMENT_WISE]) for each in operators)


def _traffic_s(operator: Operators, ceilings: Ceilings, item_bytes: int) -> float:
    """Seconds that an operator takes to read and write, each element at the rate of its kind of traffic."""
    working_set_bytes = operator.touched * item_bytes
    total_s = 0.0
    for kind, elements in _elements_moved(operator).items():
        if elements:
            total_s += elements * item_bytes / _rate_of(kind, ceilings.traffic, working_set_bytes)
    return total_s


def _elements_moved(operator: Operators) -> dict[str, int]:
    """Elements that an operator reads and writes, by kind of traffic.

    What is not changed in place is copied as far as as much is read as written; the rest is only read, or
    only written. If the number of those written is unknown, all of it is copied.
    """
    elsewhere = max(0, operator.touched - operator.in_place)
    moved = {IN_PLACE: 2 * operator.in_place}
    if operator.written is None:
        return {**moved, COPY: elsewhere}
    written = min(elsewhere, max(0, operator.written - operator.in_place))
    read = elsewhere - written
    return {
        **moved,
        COPY: 2 * min(read, written),
        READ: max(0, read - written),
        WRITE: max(0, written - read),
    }


def _rate_of(kind: str, traffic: Mapping[str, Sequence[Rate]], working_set_bytes: int) -> float:
    """The rate of a kind of traffic in a working set."""
    copied = _rate(traffic[COPY], working_set_bytes)
    if not traffic.get(kind):
        return copied  # older files lack the rates of reading and of writing alone
    rate = _rate(traffic[kind], working_set_bytes)
    # A copy shows that a device reads, and writes, at least that fast: the floor stays one if the operators
    # that were to show the rates of reading and of writing are slower.
    return max(rate, copied) if kind in (READ, WRITE) else rate


def _rate(rates: Sequence[Rate], working_set_bytes: int) -> float:
    """The rate in a working set, between those of the next smaller and the next larger one."""
    place = bisect_left(rates, working_set_bytes, key=lambda rate: rate.working_set_bytes)
    if place in (0, len(rates)):
        return rates[min(place, len(rates) - 1)].bytes_per_s
    below, above = rates[place - 1], rates[place]
    step = log(above.working_set_bytes / below.working_set_bytes)
    part = log(working_set_bytes / below.working_set_bytes) / step
    return below.bytes_per_s * exp(part * log(above.bytes_per_s / below.bytes_per_s))
