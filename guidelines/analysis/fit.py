"""Fit the shares of operators that were timed alone to what they take in their network."""

from dataclasses import dataclass, replace
from math import hypot

from guidelines.analysis.audit import AuditResult, GuidelineResult, PartResult, Saving
from guidelines.stats.intervals import Estimate


@dataclass(frozen=True)
class Fit:
    """The time of all operators of a network alone, over what they take one after the other in it.

    Alone an operator finds the caches otherwise than in the network: in which direction, and how far, is
    known for all of them together. Shares of the network's time cannot make more than the whole, so they are
    scaled down if `alone` is above 1. If it is below 1, the rest may be between operators, and nothing is
    scaled. Intervals cover the distance from 1.
    """

    alone: float

    @property
    def scale(self) -> float:
        """The factor of shares and savings."""
        return min(1.0, 1 / self.alone)

    def __call__(self, share: Estimate) -> Estimate:
        """A share of the network's time, or a saving, as it is in the network."""
        scaled = share.scaled(self.scale)
        if scaled.low is None or scaled.high is None:
            return scaled
        misfit = abs(scaled.estimate * (1 - self.alone))
        low = scaled.estimate - hypot(scaled.estimate - scaled.low, misfit)
        high = scaled.estimate + hypot(scaled.high - scaled.estimate, misfit)
        return replace(scaled, low=low, high=high)


def fitted(result: AuditResult) -> AuditResult:
    """An audit whose shares and prices are those in the network; as it is if a part has no time.

    Two audits are compared as they were timed: what differs between operators alone and in their network is
    the same in both.
    """
    if result.sum is None or result.failed:
        return result
    in_a_row = result.replayed.estimate if result.replayed else 1.0
    fit = Fit(result.sum.estimate / in_a_row)
    return replace(
        result,
        parts=tuple(_part(each, fit) for each in result.parts),
        guidelines=tuple(_guideline(each, fit) for each in result.guidelines),
        scale=fit.scale,
    )


def _part(each: PartResult, fit: Fit) -> PartResult:
    return replace(
        each,
        share=fit(each.share),
        price=fit(each.price) if each.price else None,
        alternative=_saving(each.alternative, fit) if each.alternative else None,
        remedies=tuple(_saving(remedy, fit) for remedy in each.remedies),
    )


def _saving(each: Saving, fit: Fit) -> Saving:
    return replace(each, saves=fit(each.saves))


def _guideline(each: GuidelineResult, fit: Fit) -> GuidelineResult:
    rules = tuple(replace(rule, share=fit(rule.share)) for rule in each.rules)
    price = fit(each.price) if each.price else None
    return replace(each, share=fit(each.share), price=price, rules=rules)
