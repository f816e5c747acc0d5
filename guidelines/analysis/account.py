"""The account of a slow-down: work x traffic x launches x kernels, whose product it is exactly.

Work is the ratio of the multiply-adds. Traffic is what memory access and arithmetic alone cost at equal work:
the ratio of the floors, with as many launches for the work on both sides, since a time that they share hides
a part of the floors. Launches are what the launching of more operators adds to that. Kernels are the rest:
one network attains a smaller share of what the device can do than the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from guidelines.analysis.costs import Both, Costs
from guidelines.analysis.floor import (
    FUSING,
    best,
    by_key,
    floor_s,
    floors,
    has_floor,
    lacks,
    launches,
    usable,
)
from guidelines.analysis.measured import MachineResults, Measured, by_sweep
from guidelines.results.ceilings import Ceilings, key_of
from guidelines.results.model import VariantKey
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate
from guidelines.stats.passes import OfPass, over_passes
from guidelines.stats.quotients import over, product, with_side

# A slow-down nearer to 1 has no factors whose shares would tell anything.
LEAST_EFFECT = 0.02
# A network that takes less time than this share of its floor shows that the ceilings are wrong.
MOST_FLOOR_SHARE = 1.05
COMPILED = "mode compile: what the operators that a compiler fuses read and write is not known"
# The factors in the order in which they are shown.
WORK = "work"
FACTORS = (WORK, "traffic", "launches", "kernels")


@dataclass(frozen=True)
class Account:
    """A slow-down as a product of four factors, and the share of the floor in the time of both networks."""

    slowdown: Estimate
    work: Estimate
    traffic: Estimate
    launches: Estimate
    kernels: Estimate
    floor_share: float
    baseline_floor_share: float

    @property
    def factors(self) -> dict[str, Estimate]:
        """The factors by name, in the order of FACTORS."""
        return {name: getattr(self, name) for name in FACTORS}

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
        return replace(
            self,
            slowdown=self.slowdown.inverse(),
            work=self.work.inverse(),
            traffic=self.traffic.inverse(),
            launches=self.launches.inverse(),
            kernels=self.kernels.inverse(),
        )


def is_clear(factor: Estimate) -> bool:
    """True unless the interval of a factor spans 1; without an interval, its estimate is all there is."""
    return factor.low is None or factor.high is None or not factor.low <= 1 <= factor.high


def accounts(results: MachineResults) -> dict[VariantKey, Account]:
    """The account of every slow-down of a machine whose ceilings and operators are known and fit its times.

    Networks that a compiler has changed have none, and those that are faster than their floor.
    """
    measured_ceilings = by_key(results.ceilings)
    known = {each.place.key: each for each in results.measured}
    every: dict[VariantKey, Account] = {}
    for sweep in by_sweep(results.measured).values():
        baseline = next((each for each in sweep if each.is_baseline), None)
        condition = sweep[0].place.condition
        passes = usable(measured_ceilings, condition)
        if baseline is None or not passes or not has_floor(baseline.operators, condition):
            continue
        if condition.mode == FUSING:
            continue
        together = best(passes)
        for each in sweep:
            if not each.is_baseline and has_floor(each.operators, condition):
                account = _Pair(each, baseline, _in_a_graph(each, known)).account(together, passes)
                if max(account.floor_share, account.baseline_floor_share) <= MOST_FLOOR_SHARE:
                    every[each.place.key] = account
    return every


def faster_than_floors(results: MachineResults) -> dict[VariantKey, float]:
    """The floor over the time of every network that is faster than its floor, by more than noise."""
    known = floors(results)
    faster: dict[VariantKey, float] = {}
    for each in results.measured:
        share = known.get(each.place.key, 0.0) / _taken_s(each)
        if share > MOST_FLOOR_SHARE:
            faster[each.place.key] = share
    return faster


def missing(results: MachineResults, condition: Condition) -> tuple[str, ...]:
    """Reasons why no account of a condition can be given; () if one can, or for a file without ceilings."""
    measured = [each for each in results.ceilings if each.key == key_of(condition)]
    if measured and condition.mode == FUSING:
        return (COMPILED,)
    reasons: dict[str, None] = {}
    for each in measured:
        lacking = lacks(each, condition)
        if not lacking:
            return ()
        reasons.update(dict.fromkeys(lacking))
    return tuple(reasons)


def _in_a_graph(measured: Measured, known: Mapping[VariantKey, Measured]) -> Measured | None:
    """The same network on the same CUDA device in a captured graph, if an eager one was measured so, too."""
    place = measured.place
    if place.condition.device.is_cpu or place.condition.mode != "eager":
        return None
    condition = replace(place.key.sweep.condition, mode="cudagraph")
    return known.get(place.key._replace(sweep=place.key.sweep._replace(condition=condition)))


@dataclass(frozen=True)
class _Pair:
    """A network and its baseline; `graph` is the network in a captured graph, if it was measured so, too."""

    measured: Measured
    baseline: Measured
    graph: Measured | None

    def account(self, together: Ceilings, passes: Sequence[Ceilings]) -> Account:
        """The account by the ceilings of all passes together; those of each pass give the intervals."""
        slowdown = self.measured.slowdown(self.measured.confidence)
        both, of_passes = self._both(together), [self._both(each) for each in passes]
        traffic = _over_passes(both.traffic, [each.traffic for each in of_passes], slowdown)
        added = _over_passes(both.launches, [each.launches for each in of_passes], slowdown)
        attainable = _over_passes(both.attainable, [each.attainable for each in of_passes], slowdown)
        timed, eager = slowdown, None
        if self.graph:
            timed = self.graph.slowdown(self.measured.confidence)
            eager = over(slowdown, timed)
        return Account(
            slowdown=slowdown,
            work=replace(slowdown, estimate=both.work, low=both.work, high=both.work),
            traffic=traffic.scaled(1 / both.work),
            launches=product(added, eager) if eager else added,
            kernels=over(timed, attainable),
            floor_share=both.own.floor_s / _taken_s(self.measured),
            baseline_floor_share=both.baseline.floor_s / _taken_s(self.baseline),
        )

    def _both(self, ceilings: Ceilings) -> Both:
        return Both(
            own=self._costs(self.measured, ceilings),
            baseline=self._costs(self.baseline, ceilings),
            work=self.measured.identity.work_ratio,
        )

    def _costs(self, measured: Measured, ceilings: Ceilings) -> Costs:
        """Costs under the condition whose launches count: in a graph, if the network was measured so."""
        condition = (self.graph or self.measured).place.condition
        return Costs(
            floor_s=floor_s(measured.operators, ceilings, condition),
            launches=launches(measured.operators, ceilings, condition),
        )


def _taken_s(measured: Measured) -> float:
    return measured.seconds_per_call(measured.confidence).estimate


def _over_passes(centre: float, of_passes: Sequence[float], like: Estimate) -> Estimate:
    """A ratio at the best ceilings; its interval is the spread between those of the passes."""
    spread = over_passes(list(map(OfPass, of_passes)), like.rounds)(like.confidence)
    if spread.low is None or spread.high is None:
        return replace(like, estimate=centre, low=None, high=None)
    side = max(log(spread.high / centre), log(centre / spread.low), 0.0)
    return with_side(like, centre, side)
