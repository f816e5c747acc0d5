"""The shares and prices of an audit, from its run.

A price is the time of a part's calls now, less that of the alternative at equal multiply-adds, as a share of
the network's time. Without an alternative (G4) the price is all the time that the part takes.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial

from guidelines.analysis.audit.modes import InModes
from guidelines.analysis.audit.own_code import of_one_call, with_calls
from guidelines.analysis.audit.reason_of_part import ReasonOfParts
from guidelines.analysis.audit.result import AuditResult, GuidelineResult, PartResult, RuleResult, Saving
from guidelines.analysis.audit.times import AuditTimes, Calls, Pair
from guidelines.analysis.audit.untimed import untimed
from guidelines.analysis.measured import results_of
from guidelines.results.audit import GUIDELINES, REPLAYED, WHOLE, WITHOUT_G4, Audit, AuditPart, Timed
from guidelines.results.model import Run
from guidelines.stats.intervals import Estimate

# All operators one after the other may take longer than the network, which only has its own time to save.
WHOLE_TIME = 1.0


def audit_result(run: Run) -> AuditResult:
    """The shares and prices of an audit. Raises ValueError if it is none, or lacks the network's own time."""
    if run.audit is None:
        raise ValueError("holds no audit")
    known = InModes(run)
    if WHOLE not in known.entries:
        raise ValueError(f"{run.audit.target}: its time is not known: {known.reason(WHOLE)}")
    result = partial(_result, run, run.audit, known, ReasonOfParts(known.own))
    alone = result(times=AuditTimes(known.entries, {}))
    times = AuditTimes(known.entries, dict(map(_calls, run.audit.parts)))
    return replace(result(times=times), alone=alone) if times.in_place else alone


def _result(run: Run, audit: Audit, known: InModes, reason: ReasonOfParts, times: AuditTimes) -> AuditResult:
    entries, every = known.entries, list(map(_calls, audit.parts))
    together = times.that_meet([each for each in every if each[0] in entries])
    alone = [part for part in audit.parts if part.variant in together]
    results = _Parts(known, times, reason, together).results(audit)
    condition = entries[WHOLE].place.condition
    replayed = times.share([(REPLAYED, 1)]) if REPLAYED in entries else None
    one_call = of_one_call(audit.parts, replayed, condition.mode)
    return AuditResult(
        audit=audit,
        condition=condition,
        network=results_of(replace(run, entries=(entries[WHOLE],), failures=())),
        network_s=times.seconds(WHOLE),
        sum=times.alone(list(map(_calls, alone))) if alone else None,
        parts=tuple(results),
        guidelines=tuple(_of_guidelines(results, times)),
        replayed=replayed,
        without_g4=_without_g4(times, audit.parts, one_call),
        failed=tuple(known.left_out(audit.parts, alone)),
        untimed=tuple(untimed(known.own)),
        in_place=times.share(every) if times.in_place else None,
        modes=tuple(known.results(times, alone)),
    )


def _without_g4(times: AuditTimes, parts: Sequence[AuditPart], one_call: float) -> Estimate | None:
    """The saving by operators in a row without those of G4.

    The network's own code calls them, too, which no replay does: the interval ends above what that takes,
    `one_call` for each of them.
    """
    if not times.meet(REPLAYED, WITHOUT_G4):
        return None
    saved = times.saved([((REPLAYED, 1), (WITHOUT_G4, 1))], most=WHOLE_TIME)
    of_g4 = sum(part.all_calls for part in parts if part.guideline == "G4")
    return with_calls(saved, one_call * of_g4)


def _dearness(result: PartResult) -> tuple[float, float]:
    """The price, then the share, for sorting; parts without a price come last."""
    price = result.price.estimate if result.price else float("-inf")
    return price, result.share.estimate


def _calls(part: AuditPart) -> Calls:
    return part.variant, len(part.layers)


@dataclass(frozen=True)
class _Parts:
    """The parts of an audit that were timed, those in `alone` without the others."""

    known: InModes
    times: AuditTimes
    reason: ReasonOfParts
    alone: Set[str]

    def results(self, audit: Audit) -> list[PartResult]:
        """The figures of all parts that have a time beside the others, the dearest first."""
        timed = [part for part in audit.parts if self.times.in_place or part.variant in self.alone]
        return sorted(map(self._result, timed), key=_dearness, reverse=True)

    def _result(self, part: AuditPart) -> PartResult:
        now = [_calls(part)]
        share = self.times.share(now)
        alternative = self._saving(part, part.alternative) if part.alternative else None
        price = alternative.saves if alternative else None
        account = None
        if part.guideline and not part.alternative:
            price = share
        if alternative:
            ratio = self.times.ratio([(part.variant, 1)], [(alternative.timed.variant, 1)])
            account = self.reason.account(part.variant, alternative.timed, self.times.over_passes(ratio))
        forms = (*part.remedies, *self.known.forms(part))
        remedies = [self._saving(part, each) for each in forms]
        return PartResult(
            part=part,
            seconds_per_call=self.times.seconds(part.variant),
            share=share,
            price=price,
            alternative=alternative,
            remedies=tuple(each for each in remedies if each),
            account=account,
            floor_share=self.reason.floor_share(part.variant),
            alone=self.times.alone(now).estimate / share.estimate if part.variant in self.alone else 1.0,
        )

    def _saving(self, part: AuditPart, timed: Timed) -> Saving | None:
        """The saving by another operator or mode; None if it could not be timed."""
        if not self.times.meet(part.variant, timed.variant):
            return None
        now, work = _calls(part), timed.work
        saves = self.times.saved([(now, (timed.variant, now[1] / work))])
        return Saving(timed, saves, self.times.seconds_instead(part.variant, (timed.variant, 1 / work)))


def _of_guidelines(results: Sequence[PartResult], times: AuditTimes) -> Iterator[GuidelineResult]:
    """A line for each guideline that some part breaks, and one for the parts that break none."""
    for guideline in (*GUIDELINES, ""):
        of_it = [result for result in results if result.part.guideline == guideline]
        if of_it:
            now = [_calls(result.part) for result in of_it]
            price = _price(of_it, times) if any(each.price for each in of_it) else None
            rules = tuple(_of_rules(of_it, times)) if guideline == "G4" else ()
            yield GuidelineResult(guideline, times.share(now), price, rules)


def _of_rules(results: Sequence[PartResult], times: AuditTimes) -> list[RuleResult]:
    by_rule: dict[str, list[Calls]] = {}
    for result in results:
        by_rule.setdefault(result.part.rule, []).append(_calls(result.part))
    rules = [RuleResult(rule, len(calls), times.share(calls)) for rule, calls in by_rule.items()]
    return sorted(rules, key=lambda each: each.share.estimate, reverse=True)


def _price(results: Sequence[PartResult], times: AuditTimes) -> Estimate:
    """The sum of the prices of some parts.

    One whose alternative failed, or has no pass with the other times, counts as if it saved nothing.
    """
    pairs: list[Pair] = []
    used = [] if times.in_place else [result.part.variant for result in results]
    for result in results:
        now = _calls(result.part)
        instead: Calls | None = None
        other = result.alternative.timed if result.alternative else None
        if other and times.meet(*used, now[0], other.variant):
            instead = other.variant, now[1] / other.work
            used += now[0], other.variant
        elif other or result.price is None:
            instead = now
        pairs.append((now, instead))
    is_gone = all(instead is None for _, instead in pairs)
    return times.share([now for now, _ in pairs]) if is_gone else times.saved(pairs)
