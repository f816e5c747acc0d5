"""Leave out intervals of an audit that say nothing, so that estimates are shown alone: "~12 %"."""

from collections.abc import Callable
from dataclasses import replace

from guidelines.analysis.audit.modes import ModeResult
from guidelines.analysis.audit.result import AuditResult, GuidelineResult, PartResult, Saving
from guidelines.stats.intervals import Estimate

# Student's t of fewer passes has tails so long that an interval may be any number of times too wide.
FEWEST_PASSES = 3
# No interval of a share, or of what is saved, says anything if it is wider than the whole.
WHOLE_TIME = 1.0
# An estimate as it is shown, given the largest half width that says something.
Shown = Callable[[Estimate, float], Estimate]


def readable(result: AuditResult) -> AuditResult:
    """The same audit without intervals that say nothing: of fewer than three passes, or too wide."""
    shown: Shown = _alone if has_few_passes(result) else _told
    return replace(
        result,
        network_s=_own(result.network_s, shown),
        sum=_share(result.sum, shown) if result.sum else None,
        parts=tuple(_part(each, shown) for each in result.parts),
        guidelines=tuple(_guideline(each, shown) for each in result.guidelines),
        in_place=_share(result.in_place, shown) if result.in_place else None,
        replayed=_share(result.replayed, shown) if result.replayed else None,
        without_g4=shown(result.without_g4, WHOLE_TIME) if result.without_g4 else None,
        modes=tuple(_mode(each, shown) for each in result.modes),
    )


def has_few_passes(result: AuditResult) -> bool:
    """True if its passes are too few for intervals that tell something."""
    (network,) = result.network.measured
    return network.passes < FEWEST_PASSES


def _alone(estimate: Estimate, most: float) -> Estimate:
    return replace(estimate, low=None, high=None)


def _told(estimate: Estimate, most: float) -> Estimate:
    """An estimate, without its interval if a side of that is wider than a limit."""
    half_width = estimate.half_width
    return estimate if half_width is None or half_width <= most else _alone(estimate, most)


def _own(time: Estimate, shown: Shown) -> Estimate:
    """A time, or a ratio of times, which is known to less than its own size."""
    return shown(time, time.estimate)


def _share(share: Estimate, shown: Shown) -> Estimate:
    """A share, which is known to less than its own size and to less than the whole."""
    return shown(share, min(share.estimate, WHOLE_TIME))


def _saved(saves: Estimate, share: Estimate, shown: Shown) -> Estimate:
    """A saving by another operator, which is known to less than all that could be saved: the share."""
    return shown(saves, min(share.estimate, WHOLE_TIME))


def _part(each: PartResult, shown: Shown) -> PartResult:
    # Remedies stay as they are: those that are clearly faster are so in few passes, too.
    return replace(
        each,
        seconds_per_call=_own(each.seconds_per_call, shown),
        share=_share(each.share, shown),
        price=_saved(each.price, each.share, shown) if each.price else None,
        alternative=_alternative(each.alternative, each.share, shown) if each.alternative else None,
    )


def _guideline(each: GuidelineResult, shown: Shown) -> GuidelineResult:
    price = _saved(each.price, each.share, shown) if each.price else None
    rules = tuple(replace(rule, share=_share(rule.share, shown)) for rule in each.rules)
    return replace(each, share=_share(each.share, shown), price=price, rules=rules)


def _mode(each: ModeResult, shown: Shown) -> ModeResult:
    return replace(each, ratio=_own(each.ratio, shown) if each.ratio else None)


def _alternative(each: Saving, share: Estimate, shown: Shown) -> Saving:
    seconds = _own(each.seconds_per_call, shown)
    return replace(each, saves=_saved(each.saves, share, shown), seconds_per_call=seconds)
