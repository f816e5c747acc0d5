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
# Reasons of one kind that go on with names of networks or settings.
BEGINNINGS = ("the slow-down of ", "the device's clock was held down", "the machine was set up otherwise")
OF_PASS, FIGURES = re.compile(r"^pass \d+: "), re.compile(r"\d[\d.,%]*")


@dataclass(frozen=True)
class Disturbed:
    """The passes of a machine that something of one kind disturbs, and those of its twins together.

    Of several kinds it is the one that names the machine, else the one that chance explains least.
    `such_as` is a reason, "" without any.
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

    @property
    def kinds(self) -> list[str]:
        """The kinds of what disturbs most measurements."""
        return [kind for kind, reasons in self.reasons.items() if len(reasons) > MOST * self.measurements]


class _OfKind:
    """The passes of all machines that something of one kind disturbs."""

    def __init__(self, kind: str, of_machines: Sequence[Sequence[_Pass]]) -> None:
        self._reasons = [_reasons(passes, kind) for passes in of_machines]
        self._passes = [len(passes) for passes in of_machines]
        self._all = Count(sum(map(len, self._reasons)), sum(self._passes))

    def on(self, number: int, least_chance: float) -> Disturbed:
        """The passes of the machine of a number beside those of all others."""
        reasons = self._reasons[number]
        own = Count(len(reasons), self._passes[number])
        twins = Count(self._all.times - own.times, self._all.of - own.of)
        known = Disturbed(own, twins, such_as=reasons[0] if reasons else "", is_named=False)
        is_frequent = own.of >= FEWEST_ALONE and own.times > MOST * own.of
        return replace(known, is_named=is_frequent and known.chance < least_chance)


def apart(reasons: str) -> list[str]:
    """Reasons of a pass, each by itself.

    >>> apart("pass 2: a clock fell; a quota stopped it")
    ['pass 2: a clock fell', 'pass 2: a quota stopped it']
    """
    of_pass = OF_PASS.match(reasons)
    start = of_pass[0] if of_pass else ""
    return [f"{start}{each}" for each in reasons.removeprefix(start).split("; ")]


def kind_of(reason: str) -> str:
    """The kind of a reason: how it begins, or its words without figures.

    >>> kind_of("pass 2: the slow-down of g=8 drifted by a factor of 1.20")
    'the slow-down of '
    >>> kind_of("pass 2: other processes used 1.01 of 2 processors")
    'other processes used  of  processors'
    """
    told = OF_PASS.sub("", reason)
    for beginning in BEGINNINGS:
        if told.startswith(beginning):
            return beginning
    return FIGURES.sub("", told)


def disturbed(machines: Sequence[Sequence[Measured]], confidence: float) -> list[Disturbed]:
    """The disturbed passes of each machine, given what was measured on it, beside those of all others.

    A machine is named if something of one kind disturbs most of its passes, and more of them than chance
    explains at the confidence, which holds for all kinds together that disturb a pass.
    """
    of_machines = [_passes(measured) for measured in machines]
    kinds: dict[str, None] = {}
    for passes in of_machines:
        for each in passes:
            kinds |= dict.fromkeys(each.kinds)
    of_kinds = [_OfKind(kind, of_machines) for kind in kinds or ("",)]
    least_chance = (1 - confidence) / len(of_kinds)
    found = []
    for number in range(len(machines)):
        of_machine = [of_kind.on(number, least_chance) for of_kind in of_kinds]
        found.append(min(of_machine, key=lambda each: (not each.is_named, each.chance, -each.own.times)))
    return found


def _reasons(passes: Iterable[_Pass], kind: str) -> list[str]:
    """A reason of a kind for each pass that it disturbs."""
    return [each.reasons[kind][0] for each in passes if kind in each.kinds]


def _passes(measured: Iterable[Measured]) -> list[_Pass]:
    """The passes of a machine, in the order in which they first come."""
    passes: dict[tuple[int, int], _Pass] = {}
    for each in measured:
        for time, circumstances in zip(each.times, each.circumstances, strict=True):
            passes.setdefault((time.run, time.number), _Pass()).add(circumstances.disturbed)
    return list(passes.values())
