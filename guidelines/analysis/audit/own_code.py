"""Time that a network's own code takes to call operators, which a redesign with fewer calls saves, too."""

from collections.abc import Sequence
from dataclasses import replace

from guidelines.analysis.audit.result import AuditResult, GuidelineResult, PartResult, Saving
from guidelines.results.audit import AuditPart, Timed
from guidelines.stats.intervals import Estimate


def of_one_call(parts: Sequence[AuditPart], replayed: Estimate | None, mode: str) -> float:
    """The share of the network's time that its own code takes for one call of an operator of its parts.

    Its own code is what the same operators one after the other do without; 0 if their time is not known.
    In modes other than eager it makes no calls.
    """
    if replayed is None or mode != "eager":
        return 0.0
    calls = sum(part.all_calls for part in parts)
    return max(0.0, 1 - replayed.estimate) / max(calls, 1)


def with_calls(saves: Estimate, more: float) -> Estimate:
    """A saving that may be so much higher, or lower if that is negative: its interval ends there."""
    if saves.low is None or saves.high is None:
        return saves
    return replace(saves, low=saves.low + min(more, 0.0), high=saves.high + max(more, 0.0))


def with_other_calls(result: AuditResult) -> AuditResult:
    """An audit in which another operator may save the time of calls that go, or lose that of further ones.

    One operator in place of several fragments makes fewer calls, a convolution for each group makes more.
    """
    one_call = of_one_call(result.audit.parts, result.replayed, result.condition.mode)
    return replace(
        result,
        parts=tuple(_part(each, one_call) for each in result.parts),
        guidelines=tuple(_guideline(each, result.parts, one_call) for each in result.guidelines),
    )


def _part(each: PartResult, one_call: float) -> PartResult:
    remedies = tuple(_saving(other, each.part, one_call) for other in each.remedies)
    if not each.alternative:
        return replace(each, remedies=remedies)
    alternative = _saving(each.alternative, each.part, one_call)
    return replace(each, alternative=alternative, price=alternative.saves, remedies=remedies)


def _saving(other: Saving, part: AuditPart, one_call: float) -> Saving:
    return replace(other, saves=with_calls(other.saves, one_call * _fewer_calls(part, other.timed)))


def _guideline(each: GuidelineResult, parts: Sequence[PartResult], one_call: float) -> GuidelineResult:
    if not each.price:
        return each
    fewer = 0
    for part in parts:
        if part.part.guideline == each.guideline and part.alternative:
            fewer += _fewer_calls(part.part, part.alternative.timed)
    return replace(each, price=with_calls(each.price, one_call * fewer))


def _fewer_calls(part: AuditPart, other: Timed) -> int:
    """The number of calls that another operator saves; below 0 if it makes more."""
    return part.all_calls - other.calls_each * len(part.layers)
