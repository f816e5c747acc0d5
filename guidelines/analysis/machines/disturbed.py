"""Machines that something disturbs more often than their twins: a busy process, a quota, a falling clock.

The median over rounds hardly moves if another process takes turns with the measured one. Such a machine may
be as fast as its twins while it is measured, and is sick all the same. What disturbs it has to be of one
kind: on a machine whose times differ from process to process, passes of all twins are disturbed by that.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from guidelines.analysis.measured import Measured
from guidelines.stats.fisher import Count, chance_of_more
from guidelines.stats.outlying import FEWEST_ALONE

# A pass is disturbed if more than this share of its measurements are, a machine if more of its passes are.
MOST = 0.5


# What a reason says beside its kind: the pass, the network, and figures.
OWN = ((r"^pass \d+: ", ""), (r"^the slow-down of .* drifted", "a slow-down drifted"), (r"\d[\d.,%]*", ""))


@dataclass(frozen=True)
class Disturbed:
    """The passes of a machine that something of one kind disturbs, and those of its twins together.

    Of several kinds it is the one that chance explains least. `such_as` is a reason, "" without any.
    """

    own: Count
    twins: Count
    such_as: str
    is_named: bool

    @property
    def chance(self) -> float:
        """The probability of so many passes or more, if all machines are disturbed alike."""
        return chance_of_more(self.own, self.twins)


class _Pass:
    """A pass of a machine: the reasons why its measurements are disturbed, by kind."""

    def __init__(self) -> None:
        self.measurements = 0
        self.reasons: dict[str, list[str]] = {}

    def add(self, reasons: Iterable[str]) -> None:
        """Count a measurement, once for each kind."""
        self.measurements += 1
        by_kind: dict[str, str] = {}
        for each in reasons:
            by_kind |= {kind_of(reason): reason for reason in apart(each)}
        for kind, reason in by_kind.items():
            self.reasons.setdefault(kind, []).append(reason)

    def is_disturbed(self, kind: str) -> bool:
        """True if most measurements are, by something of a kind."""
        return len(self.reasons.get(kind, ())) > MOST * self.measurements


def apart(reasons: str) -> list[str]:
    """Reasons of a pass, each by itself.

    >>> apart("pass 2: a clock fell; a quota stopped it")
    ['pass 2: a clock fell', 'pass 2: a quota stopped it']
    """
    of_pass = re.match(r"pass \d+: ", reasons)
    start = of_pass[0] if of_pass else ""
    return [f"{start}{each}" for each in reasons.removeprefix(start).split("; ")]


def kind_of(reason: str) -> str:
    """The kind of a reason: its words without figures and names.

    >>> kind_of("pass 2: other processes used 1.01 of 2 processors")
    'other processes used  of  processors'
    """
    for pattern, instead in OWN:
        reason = re.sub(pattern, instead, reason)
    return reason


def disturbed(machines: Sequence[Sequence[Measured]], confidence: float) -> list[Disturbed]:
    """The disturbed passes of each machine, given what was measured on it, beside those of all others.

    A machine is named if something of one kind disturbs most of its passes, and more of them than chance
    explains at the confidence, which holds for all kinds together.
    """
    of_machines = [_passes(measured) for measured in machines]
    kinds: dict[str, None] = {}
    for passes in of_machines:
        for each in passes:
            kinds |= dict.fromkeys(each.reasons)
    least_chance = (1 - confidence) / max(1, len(kinds))
    found = []
    for number in range(len(machines)):
        of_kinds = [_by_kind(kind, number, of_machines, least_chance) for kind in kinds or ("",)]
        found.append(min(of_kinds, key=lambda each: each.chance))
    return found


def _by_kind(
    kind: str, number: int, of_machines: Sequence[Sequence[_Pass]], least_chance: float
) -> Disturbed:
    """The passes of the machine of a number that something of a kind disturbs, and those of its twins."""
    counts = [_count(passes, kind) for passes in of_machines]
    own = counts[number]
    times, of = sum(each.times for each in counts), sum(each.of for each in counts)
    reasons = (each.reasons[kind][0] for each in of_machines[number] if each.is_disturbed(kind))
    known = Disturbed(
        own=own, twins=Count(times - own.times, of - own.of), such_as=next(reasons, ""), is_named=False
    )
    is_frequent = own.of >= FEWEST_ALONE and own.times > MOST * own.of
    return replace(known, is_named=is_frequent and known.chance < least_chance)


def _count(passes: Sequence[_Pass], kind: str) -> Count:
    """The passes that are disturbed by something of a kind, of all."""
    return Count(sum(each.is_disturbed(kind) for each in passes), len(passes))


def _passes(measured: Iterable[Measured]) -> list[_Pass]:
    """The passes of a machine, in the order in which they first come."""
    passes: dict[tuple[int, int], _Pass] = {}
    for each in measured:
        for time, circumstances in zip(each.times, each.circumstances, strict=True):
            passes.setdefault((time.run, time.number), _Pass()).add(circumstances.disturbed)
    return list(passes.values())
