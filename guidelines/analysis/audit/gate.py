"""The gate of --fail-on for two audits: it checks the time of the whole network on B against that on A.

Layers come and go between versions of a network, so that no word is about them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from guidelines.analysis.audit.change import AuditChange
from guidelines.analysis.change import LEAST_CHANGE
from guidelines.analysis.triggers import SPEEDS, UNCLEAR, Trigger

POSSIBLE = (*SPEEDS, UNCLEAR)
FASTER, SLOWER = SPEEDS
# The direction of the ratio of two times at which a word applies.
DIRECTIONS = {FASTER: "less", SLOWER: "more"}


@dataclass(frozen=True)
class AuditCheck:
    """A word of --fail-on: it applies, it does not, or that is not decided.

    `reach` is the largest change in its direction that the interval allows, infinite if that tells nothing.
    """

    trigger: Trigger
    is_tripped: bool
    is_undecided: bool
    reach: float


@dataclass(frozen=True)
class AuditGate:
    """The answer of --fail-on; it compares nothing if the networks were given other inputs."""

    checks: tuple[AuditCheck, ...]
    compares_nothing: bool

    @property
    def passed(self) -> bool:
        """True if no word applies, of a time that can be compared."""
        return not self.compares_nothing and not any(check.is_tripped for check in self.checks)


def audit_gate(compared: AuditChange, wanted: Sequence[Trigger]) -> AuditGate:
    """Check every word of a list. Raises ValueError for one that says nothing of a whole network's time."""
    for trigger in wanted:
        if trigger.word not in POSSIBLE:
            raise ValueError(
                f"{trigger.word}: of two audits, the time of the whole network is compared; possible are "
                f"{', '.join(POSSIBLE)}"
            )
    asked = [trigger for trigger in wanted if trigger.word in SPEEDS]
    asked = asked or [Trigger(word, LEAST_CHANGE) for word in SPEEDS]
    checks = [_check(compared, trigger, asked) for trigger in wanted]
    return AuditGate(tuple(checks), compares_nothing=not compared.is_same_input)


def _check(compared: AuditChange, trigger: Trigger, asked: Sequence[Trigger]) -> AuditCheck:
    if trigger.word == UNCLEAR:
        is_open = any(_is_undecided(compared, each, trigger.least) for each in asked)
        reach = max(_reach(compared, each.word) for each in asked)
        return AuditCheck(trigger, is_tripped=is_open, is_undecided=is_open, reach=reach)
    return AuditCheck(
        trigger=trigger,
        is_tripped=_applies(compared, trigger),
        is_undecided=_is_undecided(compared, trigger, None),
        reach=_reach(compared, trigger.word),
    )


def _applies(compared: AuditChange, trigger: Trigger) -> bool:
    return compared.judged(trigger.size).direction == DIRECTIONS[trigger.word]


def _is_undecided(compared: AuditChange, trigger: Trigger, beyond: float | None) -> bool:
    """True if a word does not apply though the interval reaches beyond a size, by default the word's own.

    If a side was disturbed, the interval tells nothing.
    """
    if compared.is_disturbed:
        return True
    least = trigger.size if beyond is None else beyond
    return not _applies(compared, trigger) and _reach(compared, trigger.word) > least


def _reach(compared: AuditChange, word: str) -> float:
    """The largest change in the direction of a word that the interval allows, as a fraction."""
    low, high = compared.ratio.low, compared.ratio.high
    if low is None or high is None or compared.is_disturbed:
        return inf
    return (high if word == SLOWER else 1 / low) - 1
