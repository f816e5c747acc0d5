"""The account of a slow-down: work x traffic x launches x kernels, whose product it is exactly.

Work is the ratio of the multiply-adds. Traffic is what memory access and arithmetic alone cost at equal work:
the ratio of the floors, with as many launches for the work on both sides, since a time that they share hides
a part of the floors. Launches are what the launching of more operators adds to that. Kernels are the rest:
one network attains a smaller share of what the device can do than the other.

If ceilings are missing, traffic or launches may be unknown. Kernels, the rest, then hold that factor, too.
Without launches, traffic is the ratio of the floors. Without floors, launches are what the launching of more
operators adds to the time as it was measured.
"""

from dataclasses import dataclass, replace
from math import log

from guidelines.stats.intervals import Estimate

# A slow-down nearer to 1 has no factors whose shares would tell anything.
LEAST_EFFECT = 0.02
# The factors in the order in which they are shown.
WORK, KERNELS = "work", "kernels"
FACTORS = (WORK, "traffic", "launches", KERNELS)


@dataclass(frozen=True)
class Account:
    """A slow-down as a product of factors, and the share of the floor in the time of both networks.

    Traffic or launches are None if they are unknown; the shares of the floor are if traffic is.
    """

    slowdown: Estimate
    work: Estimate
    traffic: Estimate | None
    launches: Estimate | None
    kernels: Estimate
    floor_share: float | None
    baseline_floor_share: float | None

    @property
    def factors(self) -> dict[str, Estimate]:
        """The factors that are known by name, in the order of FACTORS."""
        known = {}
        for name in FACTORS:
            factor = getattr(self, name)
            if factor is not None:
                known[name] = factor
        return known

    def title(self, name: str) -> str:
        """The name of a factor; that of kernels with the factor that they hold: "kernels with launches"."""
        held = [each for each in FACTORS if each not in self.factors]
        return f"{name} with {' and '.join(held)}" if held and name == KERNELS else name

    @property
    def shares(self) -> dict[str, float] | None:
        """The share of each factor in the slow-down, by logarithms; None if that is about 1."""
        effect = log(self.slowdown.estimate)
        if abs(effect) < LEAST_EFFECT:
            return None
        return {name: log(factor.estimate) / effect for name, factor in self.factors.items()}

    @property
    def clear_shares(self) -> dict[str, float] | None:
        """The shares, but 0 for a factor that may as well be 1."""
        shares = self.shares
        if shares is None:
            return None
        return {name: share if is_clear(self.factors[name]) else 0.0 for name, share in shares.items()}

    @property
    def per_multiply_add(self) -> "Account":
        """The account of the slow-down per multiply-add, to which work adds nothing."""
        work = self.work.estimate
        none = replace(self.work, estimate=1.0, low=1.0, high=1.0)
        return replace(self, slowdown=self.slowdown.scaled(1 / work), work=none)

    @property
    def inverse(self) -> "Account":
        """The account of the speed-up; its shares are the same."""
        inverted = {name: factor.inverse() for name, factor in self.factors.items()}
        return replace(
            self,
            slowdown=self.slowdown.inverse(),
            work=self.work.inverse(),
            traffic=inverted.get("traffic"),
            launches=inverted.get("launches"),
            kernels=self.kernels.inverse(),
        )


def is_clear(factor: Estimate) -> bool:
    """True if the whole interval of a factor lies on one side of 1; False without an interval."""
    return factor.low is not None and factor.high is not None and not factor.low <= 1 <= factor.high
