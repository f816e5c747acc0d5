"""Costs of a network and of its baseline at the ceilings of a device."""

from typing import NamedTuple

from guidelines.analysis.floor import Launches


class Costs(NamedTuple):
    """Costs of a network at the ceilings of a device."""

    floor_s: float
    launches: Launches

    @property
    def attainable_s(self) -> float:
        """Seconds that a call takes at best, with its launches."""
        return self.launches.with_floor(self.floor_s)


class Both(NamedTuple):
    """Costs of a network and of its baseline at the same ceilings; `work` is the ratio of their work."""

    own: Costs
    baseline: Costs
    work: float

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
