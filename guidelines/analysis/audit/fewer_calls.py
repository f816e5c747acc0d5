"""Time that a network's own code takes to call operators, which a redesign with fewer calls saves, too."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from guidelines.analysis.audit.result import AuditResult, GuidelineResult, PartResult
from guidelines.results.audit import AuditPart
from guidelines.stats.intervals import Estimate


def of_calls(calls: int, parts: Sequence[AuditPart], replayed: Estimate | None, mode: str) -> float:
    """The share of the network's time that its own code takes for some of all calls of operators.

    Its own code is what the same operators one after the other do without; 0 if their time is not known.
    In modes other than eager it makes no calls.
    """
    if replayed is None or mode != "eager":
        return 0.0
    every = sum(part.all_calls for part in parts)
    return max(0.0, 1 - replayed.estimate) * calls / max(every, 1)


def up_to(saves: Estimate, more: float) -> Estimate:
    """A saving that may be so much higher: its interval ends above it."""
    return saves if saves.high is None else replace(saves, high=saves.high + more)


def with_fewer_calls(result: AuditResult) -> AuditResult:
    """An audit in which one operator in place of several may save what their calls take, too."""
    return replace(
        result,
        parts=tuple(_part(each, result) for each in result.parts),
        guidelines=tuple(_guideline(each, result) for each in result.guidelines),
    )


def _part(each: PartResult, result: AuditResult) -> PartResult:
    more = _saved_by([each], result)
    if not each.alternative or not more:
        return each
    alternative = replace(each.alternative, saves=up_to(each.alternative.saves, more))
    return replace(each, alternative=alternative, price=alternative.saves)


def _guideline(each: GuidelineResult, result: AuditResult) -> GuidelineResult:
    of_it = [part for part in result.parts if part.part.guideline == each.guideline]
    return replace(each, price=up_to(each.price, _saved_by(of_it, result))) if each.price else each


def _saved_by(parts: Iterable[PartResult], result: AuditResult) -> float:
    """The share of the network's time that calls take which the alternatives of parts do not make."""
    fewer = sum(each.part.all_calls - len(each.part.layers) for each in parts if each.alternative)
    return of_calls(fewer, result.audit.parts, result.replayed, result.condition.mode)
