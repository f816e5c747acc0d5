"""Explain slow-downs: give their accounts, and say which factors of them are unknown, and why."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from guidelines.analysis.account import MOST_FLOOR_SHARE, Account
from guidelines.analysis.costs import Both, costs
from guidelines.analysis.floor import FUSING, floor_s, has_floor, holds_products
from guidelines.analysis.measured import MachineResults, Measured, by_sweep, distinct
from guidelines.analysis.sufficient import (
    CEILINGS_TELL,
    LAUNCHES,
    TRAFFIC,
    Needs,
    Sufficiency,
    Sufficient,
    lacking,
    sufficient,
)
from guidelines.results.ceilings import Ceilings, key_of
from guidelines.results.model import VariantKey
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate
from guidelines.stats.passes import OfPass, over_passes
from guidelines.stats.quotients import over, product, with_side

COMPILED = "mode compile: what the operators that a compiler fuses read and write is not known"


def accounts(
    results: MachineResults, left_out: Mapping[VariantKey, frozenset[str]] | None = None
) -> dict[VariantKey, Account]:
    """The account of every slow-down of a machine whose ceilings and operators are known and fit its times.

    Networks that a compiler has changed have none, and those that are faster than their floor. Factors of a
    slow-down that are `left_out` are unknown, as those are whose ceilings are missing.
    """
    sufficiency = Sufficiency(results.ceilings)
    every: dict[VariantKey, Account] = {}
    for pair in _pairs(results.measured):
        key = pair.measured.place.key
        known = sufficiency.of(pair.needs(left_out.get(key, frozenset()) if left_out else frozenset()))
        account = pair.account(known) if known else None
        if account and account.is_possible:
            every[key] = account
    return every


def floors(results: MachineResults) -> dict[VariantKey, float]:
    """The floor in seconds of every network of a machine whose operators and ceilings are known."""
    sufficiency = Sufficiency(results.ceilings)
    seconds: dict[VariantKey, float] = {}
    for each in results.measured:
        condition = each.place.condition
        if has_floor(each.operators, condition):
            known = sufficiency.of(Needs(condition, holds_products(each.operators, condition)))
            if known and TRAFFIC in known.factors:
                seconds[each.place.key] = floor_s(each.operators, known.together, condition)
    return seconds


def faster_than_floors(results: MachineResults) -> dict[VariantKey, float]:
    """The floor over the time of every network that is faster than its floor, by more than noise."""
    known = floors(results)
    faster: dict[VariantKey, float] = {}
    for each in results.measured:
        share = known.get(each.place.key, 0.0) / _taken_s(each)
        if share > MOST_FLOOR_SHARE:
            faster[each.place.key] = share
    return faster


def missing(results: MachineResults, condition: Condition) -> dict[str, tuple[str, ...]]:
    """The factors that are unknown in the accounts of a condition, with the reasons.

    There is no account if all factors are unknown that rest on ceilings. Returns {} if none is unknown, and
    for a file without ceilings.
    """
    passes = [each for each in results.ceilings if each.key == key_of(condition)]
    if not passes:
        return {}
    if condition.mode == FUSING:
        return dict.fromkeys(CEILINGS_TELL, (COMPILED,))
    needs = _needs_of_all(results.measured, condition)
    known = sufficient(passes, needs)
    reasons = {}
    for name in CEILINGS_TELL:
        if known is None or name not in known.factors:
            reasons[name] = distinct(lacking(each, name, needs) for each in passes)
    return reasons


def _needs_of_all(measured: Sequence[Measured], condition: Condition) -> Needs:
    """The needs of the networks that were measured under a condition."""
    own = [each for each in measured if each.place.condition == condition]
    known = {each.place.key: each for each in measured}
    graphs = [graph for each in own if (graph := _in_a_graph(each, known))]
    return Needs(
        condition=graphs[0].place.condition if graphs else condition,
        has_products=any(holds_products(each.operators, condition) for each in own),
    )


def _pairs(measured: Sequence[Measured]) -> Iterator["_Pair"]:
    """Each network that has a floor with its baseline, of sweeps that no compiler has changed."""
    known = {each.place.key: each for each in measured}
    for sweep in by_sweep(measured).values():
        baseline = next((each for each in sweep if each.is_baseline), None)
        condition = sweep[0].place.condition
        if baseline is None or condition.mode == FUSING or not has_floor(baseline.operators, condition):
            continue
        for each in sweep:
            if not each.is_baseline and has_floor(each.operators, condition):
                yield _Pair(each, baseline, _in_a_graph(each, known))


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

    def needs(self, left_out: frozenset[str]) -> Needs:
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
            floor_share=both.own.floor_s / _taken_s(self.measured) if has_floors else None,
            baseline_floor_share=both.baseline.floor_s / _taken_s(self.baseline) if has_floors else None,
        )

    def _both(self, ceilings: Ceilings, factors: Collection[str], timed: Measured) -> Both:
        condition = timed.place.condition
        taken_s = _taken_s(timed)
        baseline_s = taken_s / self._slowdown(timed).estimate
        return Both(
            own=costs(self.measured.operators, ceilings, condition, factors=factors, taken_s=taken_s),
            baseline=costs(self.baseline.operators, ceilings, condition, factors=factors, taken_s=baseline_s),
            work=self.measured.identity.work_ratio,
            has_floors=TRAFFIC in factors,
        )

    def _slowdown(self, timed: Measured) -> Estimate:
        return timed.slowdown(self.measured.confidence)


def _taken_s(measured: Measured) -> float:
    return measured.seconds_per_call(measured.confidence).estimate


def _over_passes(centre: float, of_passes: Sequence[float], like: Estimate) -> Estimate:
    """A ratio at the best ceilings; its interval is the spread between those of the passes."""
    spread = over_passes(list(map(OfPass, of_passes)), like.rounds)(like.confidence)
    if spread.low is None or spread.high is None:
        return replace(like, estimate=centre, low=None, high=None)
    side = max(log(spread.high / centre), log(centre / spread.low), 0.0)
    return with_side(like, centre, side)
