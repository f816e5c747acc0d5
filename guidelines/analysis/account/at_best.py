"""Figures of a device at best: those of its ceilings that tell most, over the passes of a run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from guidelines.analysis.measured import distinct
from guidelines.results.ceilings import CONVOLUTION, COPY, ELEMENT_WISE, PRODUCTS, Ceilings

Kind = Literal["copy", "product", "launch"]
# Operators whose launches are shown; the times of others are alike.
LAUNCHES = (ELEMENT_WISE, CONVOLUTION)


@dataclass(frozen=True)
class AtBest:
    """One figure of a device in the best of all passes, and in the worst; None if there is only one.

    A copy has a rate in bytes per second and a working set, a product a rate in multiply-adds per second, a
    launch the seconds of a small operator in a mode. `name` is the kind of product or operator.
    """

    kind: Kind
    name: str
    best: float
    worst: float | None
    working_set_bytes: int = 0
    mode: str = ""


def at_best(passes: Sequence[Ceilings]) -> tuple[AtBest, ...]:
    """The figures of ceilings with the same key, without those that could not be measured."""
    return (*_copies(passes), *_products(passes), *_launches(passes))


def _copies(passes: Sequence[Ceilings]) -> Iterator[AtBest]:
    """The rate of copying in the smallest, a middle and the largest working set."""
    rates: dict[int, list[float]] = {}
    for ceilings in passes:
        for rate in ceilings.traffic.get(COPY, ()):
            rates.setdefault(rate.working_set_bytes, []).append(rate.bytes_per_s)
    sizes = sorted(rates)
    shown = {sizes[0], sizes[len(sizes) // 2], sizes[-1]} if sizes else set()
    for size in sorted(shown):
        worst = _of_several(min, rates[size])
        yield AtBest("copy", COPY, best=max(rates[size]), worst=worst, working_set_bytes=size)


def _products(passes: Sequence[Ceilings]) -> Iterator[AtBest]:
    for name in PRODUCTS:
        rates = [each.multiply_adds_per_s[name] for each in passes if name in each.multiply_adds_per_s]
        if rates:
            yield AtBest("product", name, best=max(rates), worst=_of_several(min, rates))


def _launches(passes: Sequence[Ceilings]) -> Iterator[AtBest]:
    for mode in distinct(each.launch_s for each in passes):
        for name in LAUNCHES:
            of_mode = [each.launch_s.get(mode, {}) for each in passes]
            times_s = [launch_s[name] for launch_s in of_mode if name in launch_s]
            if times_s:
                worst = _of_several(max, times_s)
                yield AtBest("launch", name, best=min(times_s), worst=worst, mode=mode)


def _of_several(worst: Callable[[Sequence[float]], float], of_passes: Sequence[float]) -> float | None:
    return worst(of_passes) if len(of_passes) > 1 else None
