"""Floors of networks, and networks that take less time than is possible at the ceilings of their device."""

from collections.abc import Iterator
from typing import NamedTuple

from guidelines.analysis.account.costs import seconds_per_call
from guidelines.analysis.account.floor import floor_s, has_floor, holds_products, launches
from guidelines.analysis.account.sufficient import LAUNCHES, TRAFFIC, Needs, Sufficiency, Sufficient
from guidelines.analysis.measured import MachineResults, Measured
from guidelines.results.model import VariantKey

# A network that takes less than this share of its floor and launches shows that the ceilings are wrong.
MOST_SHARE = 1.05


class Share(NamedTuple):
    """The floor of a network, and the launches between its operators, over its time; 0 if unknown."""

    floor: float
    launches: float

    @property
    def of_both(self) -> float:
        """The least time that the network can take, over its time."""
        return self.floor + self.launches

    @property
    def is_below_floor(self) -> bool:
        """True if the network is faster than its floor alone, by more than noise."""
        return self.floor > MOST_SHARE


def floors(results: MachineResults) -> dict[VariantKey, float]:
    """The floor in seconds of every network of a machine whose operators and ceilings are known."""
    seconds: dict[VariantKey, float] = {}
    for each, known in _with_ceilings(results):
        if TRAFFIC in known.factors:
            seconds[each.place.key] = floor_s(each.operators, known.together, each.place.condition)
    return seconds


def impossible(results: MachineResults) -> dict[VariantKey, Share]:
    """Every network that takes less time than its floor and its launches, by more than noise."""
    too_fast: dict[VariantKey, Share] = {}
    for each, known in _with_ceilings(results):
        share = _share(each, known)
        if share.of_both > MOST_SHARE:
            too_fast[each.place.key] = share
    return too_fast


def _with_ceilings(results: MachineResults) -> Iterator[tuple[Measured, Sufficient]]:
    """The networks that have a floor, with the ceilings that tell most of them."""
    sufficiency = Sufficiency(results.ceilings)
    for each in results.measured:
        condition = each.place.condition
        if has_floor(each.operators, condition):
            known = sufficiency.of(Needs(condition, holds_products(each.operators, condition)))
            if known:
                yield each, known


def _share(measured: Measured, known: Sufficient) -> Share:
    least = (measured.operators, known.together, measured.place.condition)
    taken_s = seconds_per_call(measured)
    return Share(
        floor=floor_s(*least) / taken_s if TRAFFIC in known.factors else 0.0,
        launches=launches(*least).between_s / taken_s if LAUNCHES in known.factors else 0.0,
    )
