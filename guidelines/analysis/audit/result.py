"""The figures of an audit: shares of parts in the time of a network, and what keeping guidelines saves."""

from dataclasses import dataclass

from guidelines.analysis.account.account import Account
from guidelines.analysis.audit.modes import FailedPart, ModeResult
from guidelines.analysis.audit.untimed import Untimed
from guidelines.analysis.launches import waits_for_launches
from guidelines.analysis.measured import MachineResults
from guidelines.results.audit import Audit, AuditPart, Timed
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate

# The times of parts that make less, or more, of a time than this leave something unexplained.
LEAST_SUM, MOST_SUM = 0.85, 1.15


@dataclass(frozen=True)
class Saving:
    """Saving by another operator in place of a part: a share of the network's time, maybe below 0.

    `seconds_per_call` is its time for the multiply-adds of the part.
    """

    timed: Timed
    saves: Estimate
    seconds_per_call: Estimate

    @property
    def is_clear(self) -> bool:
        """True if it saves something for certain: its interval lies above 0."""
        return self.saves.low is not None and self.saves.low > 0


@dataclass(frozen=True)
class PartResult:
    """A part as it was measured: the time of one call, and the share of all its calls in the network's time.

    `price` is what keeping its guideline would save, None if it breaks none. `remedies` compute the same.
    `account` says why it is slower than its alternative at equal work, None if that is unknown. `floor_share`
    is the share of its time that memory access and multiply-adds take at best. `alone` is its time alone over
    that in place, 1 if one of them is unknown.
    """

    part: AuditPart
    seconds_per_call: Estimate
    share: Estimate
    price: Estimate | None = None
    alternative: Saving | None = None
    remedies: tuple[Saving, ...] = ()
    account: Account | None = None
    floor_share: float | None = None
    alone: float = 1.0

    @property
    def best_remedy(self) -> Saving | None:
        """The remedy that saves most, None if none is clearly faster."""
        faster = [each for each in self.remedies if each.is_clear]
        return max(faster, key=lambda each: each.saves.estimate, default=None)


@dataclass(frozen=True)
class RuleResult:
    """The parts that break a guideline in one way: their number, and their share in the network's time."""

    rule: str
    parts: int
    share: Estimate


@dataclass(frozen=True)
class GuidelineResult:
    """All parts that break a guideline: their share in the network's time, and the sum of their prices.

    The guideline is "" for parts that break none; these have no price, nor have parts none of which has one.
    `rules` are the ways in which it is broken, the largest share first: known for G4, since each of them has
    another remedy.
    """

    guideline: str
    share: Estimate
    price: Estimate | None
    rules: tuple[RuleResult, ...] = ()


@dataclass(frozen=True)
class AuditResult:
    """An audit of a network under a condition, the dearest part first.

    `sum` is the time of all parts alone over that of the network, `in_place` that in their places, `replayed`
    that of its operators one after the other, and `without_g4` what is saved by taking out all operators that
    break G4, in place; None if it could not be measured. `failed` are the parts that could not, with the
    reason: in place, they have a share all the same. `untimed` is what could not be measured beside the
    others. `network` is a run of the network alone: its machine, and how it was measured. `modes` are those
    that were tried beside that of `condition`. Shares are those `in_place` if there are any, otherwise of
    operators alone; shares and prices were multiplied by `scale`. `alone` is the same audit by operators
    alone, if this one is not.
    """

    audit: Audit
    condition: Condition
    network: MachineResults
    network_s: Estimate
    sum: Estimate | None
    parts: tuple[PartResult, ...]
    guidelines: tuple[GuidelineResult, ...]
    replayed: Estimate | None = None
    without_g4: Estimate | None = None
    failed: tuple[FailedPart, ...] = ()
    untimed: tuple[Untimed, ...] = ()
    modes: tuple[ModeResult, ...] = ()
    scale: float = 1.0
    in_place: Estimate | None = None
    alone: "AuditResult | None" = None

    @property
    def is_launch_bound(self) -> bool:
        """True if the network's time is that of its launches, not of the device that computes it."""
        return any(map(waits_for_launches, self.network.measured))

    @property
    def whole(self) -> Estimate | None:
        """The time of all parts over the network's, in place or else alone."""
        return self.in_place or self.sum

    @property
    def unknown(self) -> tuple[FailedPart, ...]:
        """The parts that have no share, with the reason."""
        known = {each.part.variant for each in self.parts}
        return tuple(each for each in self.failed if each[0].variant not in known)

    @property
    def is_whole(self) -> bool:
        """True if the parts make the network's time, but for what is usual between operators."""
        return self.whole is not None and LEAST_SUM <= self.whole.estimate <= MOST_SUM
