"""Machines that something disturbs more often than their twins: a busy process, a quota, a falling clock.

The median over rounds hardly moves if another process takes turns with the measured one. Such a machine may
be as fast as its twins while it is measured, and is sick all the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guidelines.analysis.measured import Measured
from guidelines.stats.fisher import Count, chance_of_more
from guidelines.stats.outlying import FEWEST_ALONE

# A pass is disturbed if more than this share of its measurements are, a machine if more of its passes are.
MOST = 0.5


@dataclass(frozen=True)
class Disturbed:
    """The disturbed passes of a machine, and those of its twins together; `such_as` is a reason, or ""."""

    own: Count
    twins: Count
    such_as: str
    is_named: bool


class _Pass:
    """A pass of a machine: the reasons why its measurements are disturbed."""

    def __init__(self) -> None:
        self.measurements = 0
        self.reasons: list[str] = []

    @property
    def is_disturbed(self) -> bool:
        return len(self.reasons) > MOST * self.measurements


def disturbed(machines: Sequence[Sequence[Measured]], confidence: float) -> list[Disturbed]:
    """The disturbed passes of each machine, given what was measured on it, beside those of all others.

    A machine is named if most of its passes are disturbed, and more than chance explains at the confidence.
    """
    of_machines = [_passes(measured) for measured in machines]
    counts = [_count(passes) for passes in of_machines]
    times, of = sum(own.times for own in counts), sum(own.of for own in counts)
    found = []
    for own, passes in zip(counts, of_machines, strict=True):
        twins = Count(times - own.times, of - own.of)
        is_frequent = own.of >= FEWEST_ALONE and own.times > MOST * own.of
        is_named = is_frequent and chance_of_more(own, twins) < 1 - confidence
        reasons = (each.reasons[0] for each in passes if each.is_disturbed)
        found.append(Disturbed(own=own, twins=twins, such_as=next(reasons, ""), is_named=is_named))
    return found


def _count(passes: Sequence[_Pass]) -> Count:
    """The disturbed passes, of all."""
    return Count(sum(each.is_disturbed for each in passes), len(passes))


def _passes(measured: Iterable[Measured]) -> list[_Pass]:
    """The passes of a machine, in the order in which they first come."""
    passes: dict[tuple[int, int], _Pass] = {}
    for each in measured:
        for time, circumstances in zip(each.times, each.circumstances, strict=True):
            of_pass = passes.setdefault((time.run, time.number), _Pass())
            of_pass.measurements += 1
            of_pass.reasons += circumstances.disturbed[:1]
    return list(passes.values())
