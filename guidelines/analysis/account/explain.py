"""Explain slow-downs: give their accounts."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from guidelines.analysis.account.account import Account
from guidelines.analysis.account.costs import Both, costs, seconds_per_call
from guidelines.analysis.account.floor import FUSING, has_floor, holds_products
from guidelines.analysis.account.possible import impossible
from guidelines.analysis.account.sufficient import LAUNCHES, TRAFFIC, Needs, Sufficiency, Sufficient
from guidelines.analysis.measured import MachineResults, Measured, by_sweep
from guidelines.results.ceilings import Ceilings
from guidelines.results.model import VariantKey
from guidelines.stats.intervals import Estimate
from guidelines.stats.passes import OfPass, over_passes
from guidelines.stats.quotients import over, product, with_side


def accounts(
    results: MachineResults, left_out: Mapping[VariantKey, frozenset[str]] | None = None
) -> dict[VariantKey, Account]:
    """The account of every slow-down of a machine whose ceilings and operators are known and fit its times.

    Networks that a compiler has changed have none, and those that are faster than is possible. Factors of a
    slow-down that are `left_out` are unknown, as those are whose ceilings are missing.
    """
    sufficiency = Sufficiency(results.ceilings)
    too_fast = impossible(results).keys()
    every: dict[VariantKey, Account] = {}
    for pair in pairs(results.measured):
        key = pair.measured.place.key
        known = sufficiency.of(pair.needs(left_out.get(key, frozenset()) if left_out else frozenset()))
        if known and too_fast.isdisjoint(pair.keys):
            every[key] = pair.account(known)
    return every


def account_between(own: Measured, baseline: Measured, sufficiency: Sufficiency) -> Account | None:
    """The account of the slow-down that `own` holds, relative to a baseline; None if it is unknown."""
    condition = own.place.condition
    if condition.mode == FUSING or not all(has_floor(each.operators, condition) for each in (own, baseline)):
        return None
    pair = Pair(own, baseline, graph=None)
    known = sufficiency.of(pair.needs(frozenset()))
    return pair.account(known) if known else None


def pairs(measured: Sequence[Measured]) -> Iterator["Pair"]:
    """Each network that has a floor with its baseline, of sweeps that no compiler has changed."""
    known = {each.place.key: each for each in measured}
    for sweep in by_sweep(measured).values():
        baseline = next((each for each in sweep if each.is_baseline), None)
        condition = sweep[0].place.condition
        if baseline is None or condition.mode == FUSING or not has_floor(baseline.operators, condition):
            continue
        for each in sweep:
            if not each.is_baseline and has_floor(each.operators, condition):
                yield Pair(each, baseline, _in_a_graph(each, known))


def _in_a_graph(measured: Measured, known: Mapping[VariantKey, Measured]) -> Measured | None:
    """The same network on the same CUDA device in a captured graph, if an eager one was measured so, too."""
    place = measured.place
    if place.condition.device.is_cpu or place.condition.mode != "eager":
        return None
    condition = replace(place.key.sweep.condition, mode="cudagraph")
    return known.get(place.key._replace(sweep=place.key.sweep._replace(condition=condition)))


@dataclass(frozen=True)
class Pair:
    """A network and its baseline; `graph` is the network in a captured graph, if it was measured so, too."""

    measured: Measured
    baseline: Measured
    graph: Measured | None

    @property
    def keys(self) -> Iterator[VariantKey]:
        """The keys of the networks whose times the account rests on."""
        for each in (self.measured, self.graph):
            if each:
                yield each.place.key
                yield each.place.key._replace(variant=self.baseline.place.variant)

    def needs(self, left_out: frozenset[str] = frozenset()) -> Needs:
        """The needs of both networks; launches are those in a graph, if the network was measured so."""
        condition = (self.graph or self.measured).place.condition
        both = (*self.measured.operators, *self.baseline.operators)
        return Needs(condition, holds_products(both, condition), left_out)

    def account(self, known: Sufficient) -> Account:
        """The account by the ceilings of all passes together; those of each pass give the intervals."""
        slowdown = self._slowdown(self.measured)
        graph = self.graph if LAUNCHES in known.factors else None
        timed = graph or self.measured
        both = self._both(known.together, known.factors, timed)
        of_passes = [self._both(each, known.factors, timed) for each in known.passes]

        def of(name: str) -> Estimate:
            return _over_passes(getattr(both, name), [getattr(each, name) for each in of_passes], slowdown)

        launched = of("launches") if LAUNCHES in known.factors else None
        if launched and graph:
            launched = product(launched, over(slowdown, self._slowdown(graph)))
        has_floors = both.has_floors
        return Account(
            slowdown=slowdown,
            work=replace(slowdown, estimate=both.work, low=both.work, high=both.work),
            traffic=of("traffic").scaled(1 / both.work) if has_floors else None,
            launches=launched,
            kernels=over(self._slowdown(timed), of("explained")),
            floor_share=both.own.floor_s / seconds_per_call(self.measured) if has_floors else None,
            baseline_floor_share=both.baseline.floor_s / seconds_per_call(self.baseline)
            if has_floors
            else None,
        )

    def _both(self, ceilings: Ceilings, factors: Collection[str], timed: Measured) -> Both:
        condition = timed.place.condition
        taken_s = seconds_per_call(timed)
        baseline_s = taken_s / self._slowdown(timed).estimate
        return Both(
            own=costs(self.measured.operators, ceilings, condition, factors=factors, taken_s=taken_s),
            baseline=costs(self.baseline.operators, ceilings, condition, factors=factors, taken_s=baseline_s),
            work=self.measured.identity.work_ratio,
            has_floors=TRAFFIC in factors,
        )

    def _slowdown(self, timed: Measured) -> Estimate:
        return timed.slowdown(self.measured.confidence)


def _over_passes(centre: float, of_passes: Sequence[float], like: Estimate) -> Estimate:
    """A ratio at the best ceilings; its interval is the spread between those of passes, if there are any."""
    if not of_passes:
        return replace(like, estimate=centre, low=None, high=None)
    spread = over_passes(list(map(OfPass, of_passes)), like.rounds)(like.confidence)
    if spread.low is None or spread.high is None:
        return replace(like, estimate=centre, low=None, high=None)
    side = max(log(spread.high / centre), log(centre / spread.low), 0.0)
    return with_side(like, centre, side)
