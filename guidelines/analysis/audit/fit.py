"""Fit the figures of operators that were timed alone to what they take in their network."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import hypot, log, sqrt

from guidelines.analysis.audit.own_code import with_other_calls
from guidelines.analysis.audit.result import AuditResult, GuidelineResult, PartResult, Saving
from guidelines.stats.intervals import Estimate, quantile

# The time of an alternative in place is off by so much, one standard deviation, even if the operator that it
# stands for takes the same alone and in place.
INSTEAD_IS_OFF_BY = 0.05


@dataclass(frozen=True)
class Fit:
    """The time of all operators of a network alone, over what they take one after the other in it.

    Alone an operator finds the caches otherwise than in the network: in which direction, and how far, is
    known for all of them together. Shares of the network's time cannot make more than the whole, so they are
    scaled down if `alone` is above 1. If it is below 1, the rest may be between operators, and nothing is
    scaled. Intervals cover the distance from 1: that is how far a single operator may be off, too. Of a
    saving, two operators are, now and instead, with a correlation of 1/2: both are alone, but not alike.
    """

    alone: float

    @property
    def scale(self) -> float:
        """The factor of shares and savings."""
        return min(1.0, 1 / self.alone)

    def share(self, share: Estimate) -> Estimate:
        """A share of the network's time as it is in the network: its interval is in that from 0 to 1."""
        known = self._fitted(share, off_by=share.estimate)
        if known.low is None:
            return known
        return _at_most(replace(known, low=max(known.low, 0.0)), 1.0)

    def saving(self, saves: Estimate, share: Estimate) -> Estimate:
        """A saving by other operators in place of some with a share of the network's time: at most that."""
        if saves == share:
            return self.share(share)
        now, instead = share.estimate, share.estimate - saves.estimate
        known = self._fitted(saves, off_by=sqrt(now**2 + instead**2 - now * instead))
        return _at_most(known, self.share(share).high)

    def _fitted(self, amount: Estimate, off_by: float) -> Estimate:
        """An amount that is off by a time for each unit of the distance from 1."""
        scaled = amount.scaled(self.scale)
        if scaled.low is None or scaled.high is None:
            return scaled
        misfit = self.scale * off_by * abs(1 - self.alone)
        low = scaled.estimate - hypot(scaled.estimate - scaled.low, misfit)
        high = scaled.estimate + hypot(scaled.high - scaled.estimate, misfit)
        return replace(scaled, low=low, high=high)


def _at_most(known: Estimate, most: float | None) -> Estimate:
    """An estimate whose interval ends at a limit at the latest, if there is one."""
    if known.high is None or most is None:
        return known
    return replace(known, high=max(known.estimate, min(known.high, most)))


def fitted(result: AuditResult) -> AuditResult:
    """An audit whose shares and prices are those in the network.

    Of operators that were timed in place, shares are, and prices as far as ratios are; they are scaled down
    only if they take more than the whole. If a part has no time alone, so are the others. One operator in
    place of several may save more than their share: what their calls take of the network's own code; one that
    makes more calls may save less.
    Two audits are compared as they were timed: what differs between operators alone and in their network is
    the same in both.
    """
    if result.in_place:
        in_place = _in_place(result, Fit(max(result.in_place.estimate, 1.0)).scale)
        return with_other_calls(in_place)
    if result.sum is None:
        return result
    in_a_row = result.replayed.estimate if result.replayed else 1.0
    alone = result.sum.estimate / in_a_row
    fit = Fit(max(alone, 1.0) if result.failed else alone)
    alone_fitted = replace(
        result,
        parts=tuple(_part(each, fit) for each in result.parts),
        guidelines=tuple(_guideline(each, fit) for each in result.guidelines),
        scale=fit.scale,
    )
    return with_other_calls(alone_fitted)


def _in_place(result: AuditResult, scale: float) -> AuditResult:
    """An audit of operators in place, whose shares are between 0 and 1."""
    guidelines = []
    for each in result.guidelines:
        of_it = [part for part in result.parts if part.part.guideline == each.guideline]
        off = [_off(part, part.alternative) for part in of_it if part.alternative]
        price = _saving_in_place(each.price, each.share, off, scale) if each.price else None
        rules = tuple(replace(rule, share=_share_in_place(rule.share, scale)) for rule in each.rules)
        guidelines.append(replace(each, share=_share_in_place(each.share, scale), price=price, rules=rules))
    parts = tuple(_part_in_place(each, scale) for each in result.parts)
    return replace(result, parts=parts, guidelines=tuple(guidelines), scale=scale)


def _part_in_place(each: PartResult, scale: float) -> PartResult:
    def fitted(saving: Saving) -> Saving:
        saves = _saving_in_place(saving.saves, each.share, [_off(each, saving)], scale)
        return replace(saving, saves=saves)

    alternative = fitted(each.alternative) if each.alternative else None
    price = _share_in_place(each.price, scale) if each.price else None
    return replace(
        each,
        share=_share_in_place(each.share, scale),
        price=alternative.saves if alternative else price,
        alternative=alternative,
        remedies=tuple(map(fitted, each.remedies)),
    )


def _share_in_place(share: Estimate, scale: float) -> Estimate:
    known = share.scaled(scale)
    return known if known.low is None else _at_most(replace(known, low=max(known.low, 0.0)), 1.0)


def _off(part: PartResult, instead: Saving) -> float:
    """One standard deviation of what is saved: that of the time of the other operator in place.

    The operator itself is known alone and in place. The other one may be off by the same factor, by none, or
    by anything between.
    """
    instead_share = part.share.estimate - instead.saves.estimate
    return instead_share * hypot(INSTEAD_IS_OFF_BY, log(part.alone) / 2)


def _saving_in_place(saves: Estimate, share: Estimate, off: Iterable[float], scale: float) -> Estimate:
    """A saving by others that may be off by so much, one independently of the other; the share at most."""
    if saves == share:
        return _share_in_place(share, scale)
    if saves.low is None or saves.high is None:
        return saves.scaled(scale)
    half_width = quantile(saves.confidence) * hypot(*off)
    low = saves.estimate - hypot(saves.estimate - saves.low, half_width)
    high = saves.estimate + hypot(saves.high - saves.estimate, half_width)
    return _at_most(replace(saves, low=low, high=high).scaled(scale), _share_in_place(share, scale).high)


def _part(each: PartResult, fit: Fit) -> PartResult:
    return replace(
        each,
        share=fit.share(each.share),
        price=fit.saving(each.price, each.share) if each.price else None,
        alternative=_saving(each.alternative, each.share, fit) if each.alternative else None,
        remedies=tuple(_saving(remedy, each.share, fit) for remedy in each.remedies),
    )


def _saving(each: Saving, share: Estimate, fit: Fit) -> Saving:
    return replace(each, saves=fit.saving(each.saves, share))


def _guideline(each: GuidelineResult, fit: Fit) -> GuidelineResult:
    rules = tuple(replace(rule, share=fit.share(rule.share)) for rule in each.rules)
    price = fit.saving(each.price, each.share) if each.price else None
    return replace(each, share=fit.share(each.share), price=price, rules=rules)
