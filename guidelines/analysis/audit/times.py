"""Times of the operators of an audit, and of sums of them, over the network's, with intervals over passes.

Where operators were timed in a row, in place, their shares are those of the row. Operators alone then only
tell their ratios to others that are alone, too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import hypot, inf

from guidelines.results.audit import REPLAYED, WHOLE
from guidelines.results.model import REST, Entry
from guidelines.stats.intervals import Estimate
from guidelines.stats.passes import OfPass, over_passes

# A variant, and how often it is called: less than once for each call if the alternative does more work.
Calls = tuple[str, float]
# Calls now, and those in their place; None if they go.
Pair = tuple[Calls, Calls | None]
ByPass = Mapping[int, OfPass]


class AuditTimes:
    """The times of the variants of an audit relative to the network's, pass by pass.

    `called` is how often the network calls each part. Parts are timed in place if each pass timed all of
    them in a row.
    """

    def __init__(self, entries: Mapping[str, Entry], called: Mapping[str, float]) -> None:
        self._entries = entries
        network = entries[WHOLE]
        self._alone = {variant: _over(entry, network) for variant, entry in entries.items()}
        self._in_row = _in_row(entries, self._alone, called)
        self._network_s = {each.number: each.seconds_per_call for each in network.passes}
        self._like = network.slowdown

    @property
    def in_place(self) -> bool:
        """True if parts were timed in a row of all operators."""
        return bool(self._in_row)

    def meet(self, *variants: str) -> bool:
        """True if some pass has the times of all variants and of the network."""
        passes = [self._alone.get(variant, {}).keys() for variant in (WHOLE, *variants)]
        return bool(set.intersection(*map(set, passes)))

    def that_meet(self, calls: Sequence[Calls]) -> set[str]:
        """The variants that some pass has together, with the network; those that take most of its time."""
        most, meeting = 0.0, set[str]()
        for number in self._alone[WHOLE]:
            in_pass = [each for each in calls if number in self._alone[each[0]]]
            time = sum(self.alone([each]).estimate for each in in_pass)
            if time > most:
                most, meeting = time, {variant for variant, _ in in_pass}
        return meeting

    def seconds(self, variant: str) -> Estimate:
        """Seconds of one call, of a part in place if that is known."""
        if variant in self._in_row:
            shares = self._in_row[variant]
            return self.over_passes({k: _scaled(shares[k], self._network_s[k]) for k in shares})
        passes = [OfPass(each.seconds_per_call) for each in self._entries[variant].passes]
        return over_passes(passes, self._like.rounds)(self._like.confidence)

    def seconds_instead(self, now: str, instead: Calls) -> Estimate:
        """Seconds of other calls in place of one call of a part."""
        if now not in self._in_row:
            variant, count = instead
            return self.seconds(variant).scaled(count)
        shares, ratio = self._in_row[now], self.ratio([instead], [(now, 1)])
        return self.over_passes(
            {k: _product(_scaled(shares[k], self._network_s[k]), ratio[k]) for k in shares if k in ratio}
        )

    def share(self, calls: Sequence[Calls]) -> Estimate:
        """The time of so many calls of some variants over that of the network."""
        return self.over_passes(self._times(calls))

    def alone(self, calls: Sequence[Calls]) -> Estimate:
        """The time of so many calls of some variants alone over that of the network."""
        return self.over_passes(_sums(calls, self._alone))

    def ratio(self, own: Sequence[Calls], other: Sequence[Calls]) -> dict[int, OfPass]:
        """The time of some calls alone over that of others, in each pass that has them all."""
        if own == other:
            return {number: OfPass(1.0, 0.0) for number in self._times(own)}
        a, b = _sums(own, self._alone), _sums(other, self._alone)
        return {number: _over_other(a[number], b[number]) for number in a.keys() & b.keys()}

    def saved(self, pairs: Sequence[Pair], most: float = inf) -> Estimate:
        """The share of the network's time that is saved if other calls take the place of some.

        Its interval covers those of the share, which is `most` at most, and of the part of it that is kept.
        Some part is kept, so less than the share is saved.
        """
        share = _at_most(self.share([now for now, _ in pairs]), most)
        kept = self.over_passes(self._kept(pairs))
        saves = share.estimate * (1 - kept.estimate)
        if share.half_width is None or kept.low is None or kept.high is None:
            return replace(kept, estimate=saves, low=None, high=None)
        of_share = abs(1 - kept.estimate) * share.half_width
        low = saves - hypot(of_share, share.estimate * (kept.high - kept.estimate))
        high = saves + hypot(of_share, share.estimate * (kept.estimate - kept.low))
        most_saved = (share.high or 0.0) * (1 - min(kept.low, 1.0))
        return replace(kept, estimate=saves, low=low, high=min(high, most_saved))

    def over_passes(self, by_pass: ByPass) -> Estimate:
        """A quantity that several passes estimate. Raises ValueError if no pass has it."""
        return over_passes(list(by_pass.values()), self._like.rounds)(self._like.confidence)

    def _times(self, calls: Sequence[Calls]) -> dict[int, OfPass]:
        """The time of so many calls of some variants over the network's, in each pass that has them all."""
        is_in_row = all(variant in self._in_row for variant, _ in calls)
        return _sums(calls, self._in_row, together=True) if is_in_row else _sums(calls, self._alone)

    def _kept(self, pairs: Sequence[Pair]) -> dict[int, OfPass]:
        """The part of the time of some calls that others in their place take, in each pass that has all.

        How much each call takes of the time of all is known, its ratio to the other one is what varies.
        """
        now = self._times([calls for calls, _ in pairs])
        each_now = {calls: self._times([calls]) for calls, _ in pairs}
        ratios = {calls: self.ratio([instead], [calls]) for calls, instead in pairs if instead}
        kept = {}
        for number in set.intersection(set(now), *map(set, ratios.values())):
            parts = []
            for calls, ratio in ratios.items():
                part = each_now[calls][number].estimate / now[number].estimate
                parts.append(_scaled(ratio[number], part))
            kept[number] = _sum(parts)
        return kept


def _in_row(
    entries: Mapping[str, Entry], over_network: Mapping[str, ByPass], called: Mapping[str, float]
) -> dict[str, dict[int, OfPass]]:
    """The time of one call of each part over the network's in each pass; {} unless all passes timed all."""
    rows = over_network.get(REPLAYED, {})
    shares = {each.number: each.circumstances.shares for each in entries[REPLAYED].passes} if rows else {}
    in_row: dict[str, dict[int, OfPass]] = {variant: {} for variant in called}
    for number in over_network[WHOLE]:
        if shares.get(number, {}).keys() != {*called, REST}:
            return {}
        for variant, count in called.items():
            in_row[variant][number] = _scaled(rows[number], shares[number][variant] / count)
    return in_row


def _sums(
    calls: Sequence[Calls], times: Mapping[str, ByPass], *, together: bool = False
) -> dict[int, OfPass]:
    """The time of so many calls of some variants over the network's, in each pass that has them all.

    They vary `together`, as parts of one row do, or each by itself.
    """
    sums = {}
    for number in sorted(set.intersection(*(set(times[variant]) for variant, _ in calls))):
        sums[number] = _sum([_scaled(times[variant][number], count) for variant, count in calls], together)
    return sums


def _sum(parts: Sequence[OfPass], together: bool = False) -> OfPass:
    total = sum(each.estimate for each in parts)
    deviations = [each.estimate * (each.log_deviation or 0.0) for each in parts]
    return OfPass(total, (sum(deviations) if together else hypot(*deviations)) / total)


def _scaled(of_pass: OfPass, factor: float) -> OfPass:
    return replace(of_pass, estimate=of_pass.estimate * factor)


def _product(a: OfPass, b: OfPass) -> OfPass:
    return OfPass(a.estimate * b.estimate, hypot(a.log_deviation or 0.0, b.log_deviation or 0.0))


def _over_other(a: OfPass, b: OfPass) -> OfPass:
    return OfPass(a.estimate / b.estimate, hypot(a.log_deviation or 0.0, b.log_deviation or 0.0))


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
