"""Shares of the parts of a network in its time, and what keeping the guidelines would save.

A price is the time of a part's calls now, less that of the alternative at equal multiply-adds, as a share of
the network's time. Without an alternative (G4) the price is all the time that the part takes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from guidelines.results.audit import GUIDELINES, REPLAYED, WHOLE, WITHOUT_G4, Audit, AuditPart, Timed
from guidelines.results.model import Entry, Run
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate
from guidelines.stats.passes import OfPass, over_passes

# The times of parts that make less, or more, of the network's time than this leave something unexplained.
LEAST_SUM, MOST_SUM = 0.85, 1.15


@dataclass(frozen=True)
class Saving:
    """What another operator in place of a part would save: a share of the network's time, maybe below 0.

    `seconds_per_call` is its time for the multiply-adds of the part.
    """

    timed: Timed
    saves: Estimate
    seconds_per_call: Estimate


@dataclass(frozen=True)
class PartResult:
    """A part as it was measured: the time of one call, and the share of all its calls in the network's time.

    `price` is what keeping its guideline would save, None if it breaks none. `remedies` compute the same.
    """

    part: AuditPart
    seconds_per_call: Estimate
    share: Estimate
    price: Estimate | None = None
    alternative: Saving | None = None
    remedies: tuple[Saving, ...] = ()

    @property
    def best_remedy(self) -> Saving | None:
        """The remedy that saves most, None if none is clearly faster."""
        faster = [each for each in self.remedies if each.saves.low is not None and each.saves.low > 0]
        return max(faster, key=lambda each: each.saves.estimate, default=None)


@dataclass(frozen=True)
class GuidelineResult:
    """All parts that break a guideline: their share in the network's time, and the sum of their prices.

    The guideline is "" for parts that break none; these have no price.
    """

    guideline: str
    share: Estimate
    price: Estimate | None


@dataclass(frozen=True)
class AuditResult:
    """An audit of a network under a condition, the dearest part first.

    `sum` is the time of all parts over that of the network, `replayed` that of its operators one after the
    other, and `without_g4` what is saved by taking out all operators that break G4, in place; None if it
    could not be measured. `failed` are the parts that could not, with the reason.
    """

    audit: Audit
    condition: Condition
    network_s: Estimate
    sum: Estimate
    parts: tuple[PartResult, ...]
    guidelines: tuple[GuidelineResult, ...]
    replayed: Estimate | None = None
    without_g4: Estimate | None = None
    failed: tuple[tuple[AuditPart, str], ...] = ()

    @property
    def is_whole(self) -> bool:
        """True if the parts make the network's time, but for what is usual between operators."""
        return LEAST_SUM <= self.sum.estimate <= MOST_SUM


def audit_result(run: Run) -> AuditResult:
    """The shares and prices of an audit. Raises ValueError if it is none, or lacks the network's own time."""
    if run.audit is None:
        raise ValueError("holds no audit")
    entries = {entry.place.variant: entry for entry in run.entries}
    reasons = {failure.place.variant: failure.reason for failure in run.failures}
    if WHOLE not in entries:
        raise ValueError(
            f"{run.audit.target}: its own time is not known: {reasons.get(WHOLE, 'not measured')}"
        )
    known = _Times(entries)
    results = [known.result(part) for part in run.audit.parts if part.variant in entries]
    results.sort(key=_dearness, reverse=True)
    return AuditResult(
        audit=run.audit,
        condition=entries[WHOLE].place.condition,
        network_s=known.seconds(WHOLE),
        sum=known.share([(each.part.variant, len(each.part.layers)) for each in results]),
        parts=tuple(results),
        guidelines=tuple(known.of_guidelines(results)),
        replayed=known.share([(REPLAYED, 1)]) if REPLAYED in entries else None,
        without_g4=known.saved(REPLAYED, WITHOUT_G4, known.share([(REPLAYED, 1)]))
        if {REPLAYED, WITHOUT_G4} <= entries.keys()
        else None,
        failed=tuple(
            (part, reasons.get(part.variant, "not measured"))
            for part in run.audit.parts
            if part.variant not in entries
        ),
    )


def _dearness(result: PartResult) -> tuple[float, float]:
    """The price, then the share, for sorting; parts without a price come last."""
    price = result.price.estimate if result.price else float("-inf")
    return price, result.share.estimate


class _Times:
    """The times of all variants relative to the network's, pass by pass."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries
        self._by_pass: dict[str, dict[int, OfPass]] = {}
        for variant, entry in entries.items():
            self._by_pass[variant] = {each.number: each.slowdown for each in entry.passes}
        self._like = entries[WHOLE].slowdown

    def seconds(self, variant: str) -> Estimate:
        """Seconds of one call."""
        passes = [OfPass(each.seconds_per_call) for each in self._entries[variant].passes]
        return over_passes(passes, self._like.rounds)(self._like.confidence)

    def share(self, calls: Sequence[tuple[str, int]]) -> Estimate:
        """The time of so many calls of some variants over that of the network."""
        return self._over_passes(self._sums(calls))

    def saved(self, now: str, instead: str, share: Estimate, work: float = 1.0) -> Estimate:
        """The part of a share that is saved if a variant takes the place of another one, at equal work."""
        return self._saved(self._sums([(now, 1)]), self._sums([(instead, 1)]), share, work)

    def result(self, part: AuditPart) -> PartResult:
        """The figures of one part."""
        seconds, calls = self.seconds(part.variant), len(part.layers)
        share = self.share([(part.variant, calls)])
        alternative = self._saving(part, part.alternative, share, seconds) if part.alternative else None
        price = alternative.saves if alternative else None
        if part.guideline and not part.alternative:
            price = share
        remedies = [self._saving(part, each, share, seconds) for each in part.remedies]
        return PartResult(
            part=part,
            seconds_per_call=seconds,
            share=share,
            price=price,
            alternative=alternative,
            remedies=tuple(each for each in remedies if each),
        )

    def of_guidelines(self, results: Iterable[PartResult]) -> Iterable[GuidelineResult]:
        """A line for each guideline that some part breaks, and one for the parts that break none."""
        each = list(results)
        for guideline in (*GUIDELINES, ""):
            of_it = [result for result in each if result.part.guideline == guideline]
            if not of_it:
                continue
            share = self.share([(result.part.variant, len(result.part.layers)) for result in of_it])
            yield GuidelineResult(guideline, share, self._price(guideline, of_it, share))

    def _price(self, guideline: str, results: Sequence[PartResult], share: Estimate) -> Estimate | None:
        """The sum of the prices of some parts; one whose alternative failed counts as if it saved nothing."""
        if not guideline:
            return None
        if all(result.alternative is None and result.price for result in results):
            return share
        now: list[tuple[str, float]] = []
        instead: list[tuple[str, float]] = []
        for result in results:
            calls = len(result.part.layers)
            now.append((result.part.variant, calls))
            if result.alternative:
                other = result.alternative.timed
                instead.append((other.variant, calls / other.work))
            elif result.price is None:
                instead.append((result.part.variant, calls))
        return self._saved(self._sums(now), self._sums(instead), share)

    def _saving(self, part: AuditPart, timed: Timed, share: Estimate, seconds: Estimate) -> Saving | None:
        """What another operator saves; None if it could not be timed."""
        if timed.variant not in self._entries:
            return None
        saves = self.saved(part.variant, timed.variant, share, timed.work)
        return Saving(timed, saves, self.seconds(timed.variant).scaled(1 / timed.work))

    def _saved(
        self,
        now: Mapping[int, OfPass],
        instead: Mapping[int, OfPass],
        share: Estimate,
        work: float = 1.0,
    ) -> Estimate:
        ratios: dict[int, OfPass] = {}
        for number in now.keys() & instead.keys():
            ratio = instead[number].estimate / now[number].estimate / work
            ratios[number] = OfPass(ratio, _together(now[number], instead[number]))
        kept = self._over_passes(ratios)
        low = None if kept.high is None else share.estimate * (1 - kept.high)
        high = None if kept.low is None else share.estimate * (1 - kept.low)
        return Estimate(
            share.estimate * (1 - kept.estimate),
            low=low,
            high=high,
            confidence=kept.confidence,
            rounds=kept.rounds,
        )

    def _sums(self, calls: Sequence[tuple[str, float]]) -> dict[int, OfPass]:
        """The time of so many calls of some variants over the network's, in each pass that has them all."""
        passes = set.intersection(*(set(self._by_pass[variant]) for variant, _ in calls))
        sums = {}
        for number in sorted(passes):
            total = deviation = 0.0
            for variant, count in calls:
                of_pass = self._by_pass[variant][number]
                total += count * of_pass.estimate
                deviation = hypot(deviation, count * of_pass.estimate * (of_pass.log_deviation or 0.0))
            sums[number] = OfPass(total, deviation / total)
        return sums

    def _over_passes(self, by_pass: Mapping[int, OfPass]) -> Estimate:
        return over_passes(list(by_pass.values()), self._like.rounds)(self._like.confidence)


def _together(a: OfPass, b: OfPass) -> float:
    return hypot(a.log_deviation or 0.0, b.log_deviation or 0.0)
