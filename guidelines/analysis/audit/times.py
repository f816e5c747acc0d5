"""Times of the operators of an audit, and of sums of them, over the network's, with intervals over passes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import hypot, inf

from guidelines.results.audit import WHOLE
from guidelines.results.model import Entry
from guidelines.stats.intervals import Estimate
from guidelines.stats.passes import OfPass, over_passes

# A variant, and how often it is called: less than once for each call if the alternative does more work.
Calls = tuple[str, float]


class AuditTimes:
    """The times of the variants of an audit relative to the network's, pass by pass."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries
        network = entries[WHOLE]
        self._by_pass = {variant: _over(entry, network) for variant, entry in entries.items()}
        self._like = network.slowdown

    def meet(self, *variants: str) -> bool:
        """True if some pass has the times of all variants and of the network."""
        passes = [self._by_pass.get(variant, {}).keys() for variant in (WHOLE, *variants)]
        return bool(set.intersection(*map(set, passes)))

    def that_meet(self, calls: Sequence[Calls]) -> set[str]:
        """The variants that some pass has together, with the network; those that take most of its time."""
        most, meeting = 0.0, set[str]()
        for number in self._by_pass[WHOLE]:
            in_pass = [each for each in calls if number in self._by_pass[each[0]]]
            time = sum(self.share([each]).estimate for each in in_pass)
            if time > most:
                most, meeting = time, {variant for variant, _ in in_pass}
        return meeting

    def seconds(self, variant: str) -> Estimate:
        """Seconds of one call."""
        passes = [OfPass(each.seconds_per_call) for each in self._entries[variant].passes]
        return over_passes(passes, self._like.rounds)(self._like.confidence)

    def share(self, calls: Sequence[Calls]) -> Estimate:
        """The time of so many calls of some variants over that of the network."""
        return self.over_passes(self._sums(calls))

    def ratio(self, own: Sequence[Calls], other: Sequence[Calls]) -> dict[int, OfPass]:
        """The time of some calls over that of others, in each pass that has them all."""
        a, b = self._sums(own), self._sums(other)
        ratios = {}
        for number in a.keys() & b.keys():
            deviation = hypot(a[number].log_deviation or 0.0, b[number].log_deviation or 0.0)
            ratios[number] = OfPass(a[number].estimate / b[number].estimate, deviation)
        return ratios

    def saved(self, now: Sequence[Calls], instead: Sequence[Calls], most: float = inf) -> Estimate:
        """The share of the network's time that is saved if other calls take the place of some.

        Its interval covers those of the share, which is `most` at most, and of the part of it that is kept.
        Some part is kept, so less than the share is saved.
        """
        share, kept = _at_most(self.share(now), most), self.over_passes(self.ratio(instead, now))
        saves = share.estimate * (1 - kept.estimate)
        if share.half_width is None or kept.low is None or kept.high is None:
            return replace(kept, estimate=saves, low=None, high=None)
        of_share = abs(1 - kept.estimate) * share.half_width
        low = saves - hypot(of_share, share.estimate * (kept.high - kept.estimate))
        high = saves + hypot(of_share, share.estimate * (kept.estimate - kept.low))
        most_saved = (share.high or 0.0) * (1 - min(kept.low, 1.0))
        return replace(kept, estimate=saves, low=low, high=min(high, most_saved))

    def over_passes(self, by_pass: Mapping[int, OfPass]) -> Estimate:
        """A quantity that several passes estimate. Raises ValueError if no pass has it."""
        return over_passes(list(by_pass.values()), self._like.rounds)(self._like.confidence)

    def _sums(self, calls: Sequence[Calls]) -> dict[int, OfPass]:
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


def _at_most(share: Estimate, most: float) -> Estimate:
    """A share of a time that cannot be more than `most`, whatever was measured."""
    ends = [None if end is None else min(end, most) for end in (share.low, share.high)]
    return replace(share, estimate=min(share.estimate, most), low=ends[0], high=ends[1])


def _over(entry: Entry, network: Entry) -> dict[int, OfPass]:
    """The time of a variant over the network's in each pass.

    In another mode they took turns with other rounds of the same pass, so that their times are compared.
    """
    if entry.place.condition == network.place.condition:
        return {each.number: each.slowdown for each in entry.passes}
    network_s = {each.number: each.seconds_per_call for each in network.passes}
    ratios = {}
    for each in entry.passes:
        if each.number in network_s:
            ratio = each.seconds_per_call / network_s[each.number]
            ratios[each.number] = OfPass(ratio, each.slowdown.log_deviation)
    return ratios
