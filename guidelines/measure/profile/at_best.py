"""Findings on what a device does at best, beside what is usual for such a device: a sick one shows."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import torch

from guidelines.measure.finding import Finding
from guidelines.measure.profile.peaks import peaks
from guidelines.results.ceilings import COPY, ELEMENT_WISE, Ceilings, Rate
from guidelines.results.usual_ceilings import Range, Usual, usual
from guidelines.spec.condition import Condition


class _Unit(NamedTuple):
    """A unit of rates and its letter."""

    size: float
    letter: str


GIGA, TERA = _Unit(1e9, "G"), _Unit(1e12, "T")
CEILINGS_S = 3.0
# A device is sick if it is this much below the lowest usual figure.
SICK = 0.8
SLOW = "slower than such a device usually is: look for heat, a power limit, other work or a shared machine"


def at_best(condition: Condition, peaks: Callable[..., Ceilings] = peaks) -> Iterator[Finding]:
    """Findings on copies, multiply-adds and launches of a device, and on what could not be measured."""
    measured = peaks(condition, budget_s=CEILINGS_S)
    capability = torch.backends.cpu.get_cpu_capability()
    known = usual(measured.key, condition.device_name, capability)
    device = condition.device
    if rates := measured.traffic.get(COPY):
        yield _copies(f"copies ({device})", rates, None if measured.is_within_caches else known)
    if measured.multiply_adds_per_s:
        yield _products(f"mult-adds ({device})", measured, known)
    if "eager" in measured.launch_s:
        yield _launches(f"launches ({device})", measured, known)
    for reason in measured.missing:
        yield Finding(f"at best ({device})", f"not measured: {reason}")


def _copies(check: str, rates: tuple[Rate, ...], known: Usual | None) -> Finding:
    """The rate in the largest working set beside the usual; `known` is None if a cache holds that set."""
    small, large = max(rates, key=lambda rate: rate.bytes_per_s), rates[-1]
    unit = _unit(large.bytes_per_s)
    in_cache = f"{small.bytes_per_s / unit.size:.3g} in {small.working_set_bytes / 2**20:.3g} MiB"
    if known is None:
        figure = f"{large.bytes_per_s / unit.size:.3g} {unit.letter}B/s within a cache, {in_cache}"
        return Finding(check, figure)
    beside = _beside(known.memory_bytes_per_s, unit.size)
    figure = f"{large.bytes_per_s / unit.size:.3g} {unit.letter}B/s in memory{beside}, {in_cache}"
    return Finding(check, figure, _remedy(large.bytes_per_s, known.memory_bytes_per_s))


def _products(check: str, measured: Ceilings, known: Usual) -> Finding:
    best = max(measured.multiply_adds_per_s.values())
    unit = _unit(best)
    beside = _beside(known.multiply_adds_per_s, unit.size)
    figure = f"{best / unit.size:.3g} {unit.letter}/s in {measured.key.dtype}{beside}"
    return Finding(check, figure, _remedy(best, known.multiply_adds_per_s))


def _launches(check: str, measured: Ceilings, known: Usual) -> Finding:
    taken_s = measured.launch_s["eager"]
    least_s = taken_s[ELEMENT_WISE]
    others = [f"{kind} {1e6 * each_s:.2g}" for kind, each_s in taken_s.items() if kind != ELEMENT_WISE]
    figure = f"{1e6 * least_s:.2g} us an operator{_beside(known.launch_s, 1e-6)}, {', '.join(others)}"
    is_slow = known.launch_s is not None and least_s * SICK > known.launch_s.high
    return Finding(check, figure, SLOW if is_slow else "")


def _beside(known: Range | None, unit: float) -> str:
    """The usual range behind a figure: " (usual: 4 to 40)"; "" if it is not known."""
    return f" (usual: {known.low / unit:.3g} to {known.high / unit:.3g})" if known else ""


def _remedy(rate: float, known: Range | None) -> str:
    return SLOW if known is not None and rate < SICK * known.low else ""


def _unit(rate: float) -> _Unit:
    return TERA if rate >= TERA.size else GIGA
