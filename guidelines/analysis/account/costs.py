"""Costs of a network and of its baseline at the ceilings of a device."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from guidelines.analysis.account.floor import Launches, floor_s, launches
from guidelines.analysis.account.sufficient import LAUNCHES, TRAFFIC
from guidelines.analysis.measured import Measured
from guidelines.results.ceilings import Ceilings
from guidelines.spec.condition import Condition
from guidelines.spec.work import Operators


class Costs(NamedTuple):
    """Costs of a network at the ceilings of a device.

    If its floor is unknown, the time that its launches leave stands for it.
    """

    floor_s: float
    launches: Launches

    @property
    def attainable_s(self) -> float:
        """Seconds that a call takes at best, with its launches."""
        return self.launches.with_floor(self.floor_s)


def costs(
    operators: Iterable[Operators],
    ceilings: Ceilings,
    condition: Condition,
    *,
    factors: Collection[str],
    taken_s: float,
) -> Costs:
    """Costs of a network that takes `taken_s`, as far as ceilings tell of the factors that rest on them."""
    launched = launches(operators, ceilings, condition) if LAUNCHES in factors else Launches(0.0)
    if TRAFFIC in factors:
        return Costs(floor_s(operators, ceilings, condition), launched)
    return Costs(launched.rest_s(taken_s), launched)


def seconds_per_call(measured: Measured) -> float:
    """The time of one call of a network, without its interval."""
    return measured.seconds_per_call(measured.confidence).estimate


class Both(NamedTuple):
    """Costs of a network and of its baseline at the same ceilings; `work` is the ratio of their work.

    It `has_floors` unless the times that the launches leave stand for them.
    """

    own: Costs
    baseline: Costs
    work: float
    has_floors: bool

    @property
    def explained(self) -> float:
        """The part of the slow-down that its known factors explain."""
        return self.attainable if self.has_floors else self.work * self.launches

    @property
    def attainable(self) -> float:
        """The floor of the network with its launches, over that of the baseline."""
        return self.own.attainable_s / self.baseline.attainable_s

    @property
    def traffic(self) -> float:
        """The same if the network had the baseline's launches, as often as it has its work."""
        as_often = self.baseline.launches.scaled(self.work)
        return as_often.with_floor(self.own.floor_s) / self.baseline.attainable_s

    @property
    def launches(self) -> float:
        """The rest of it, which the launches of more operators add."""
        return self.attainable / self.traffic
