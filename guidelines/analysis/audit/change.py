"""The change between two audits: of the network's time, by guideline and by layer.

The audits are of two devices, or of two versions of a network. Changes are fractions of A's time, so that
they add up, also if the network's time hardly changes: 0.05 if B takes longer for a layer by 5 % of the time
that the whole network takes on A.
"""

from dataclasses import dataclass, replace

from guidelines.analysis.audit.result import AuditResult
from guidelines.analysis.change import LEAST_CHANGE, Change, MarginedRatio, change
from guidelines.results.audit import AuditPart
from guidelines.stats.intervals import Estimate

# The word for each direction of the ratio of B's time over A's.
PACES = {"more": "SLOWER", "less": "FASTER", "same": "SAME", "unclear": "UNCLEAR"}
NEW, GONE = "new", "gone"
DISTURBED = "disturbed: measure again on a quiet machine"
NOT_ON_A, NOT_ON_B, NOT_MEASURED = "not measured on A", "not measured on B", "not measured"


@dataclass(frozen=True)
class ShareChange:
    """The parts that break a guideline, or the whole network: their time on A and on B.

    `share_a` is their share of A's time, `share_b` that of B's; None if no part of that side breaks it.
    `ratio` is B's time over A's. `change` is the difference as a fraction of A's time.
    """

    guideline: str
    share_a: Estimate | None
    share_b: Estimate | None
    a_s: Estimate | None
    b_s: Estimate | None
    ratio: Estimate | None
    change: Estimate


@dataclass(frozen=True)
class LayerChange:
    """Layers that are of one part on A and of one part on B, so that they changed together.

    `layers` has an item for each call. `part_a` is None if they are new on B, `part_b` if they are gone.
    `a_s` and `b_s` are the times of all their calls. `ratio` and `change` are as in `ShareChange`, None if a
    side was not measured; the change alone is known of layers that are new or gone.
    """

    layers: tuple[str, ...]
    part_a: AuditPart | None
    part_b: AuditPart | None
    a_s: Estimate | None
    b_s: Estimate | None
    ratio: Estimate | None
    change: Estimate | None

    @property
    def lacks(self) -> str:
        """The reason why there is no ratio, in a few words; "" if there is one."""
        if self.part_a is None:
            return NEW
        if self.part_b is None:
            return GONE
        if self.a_s is None and self.b_s is None:
            return NOT_MEASURED
        if self.a_s is None:
            return NOT_ON_A
        return NOT_ON_B if self.b_s is None else ""


@dataclass(frozen=True)
class AuditChange:
    """Two audits that were measured independently, unless it `is_same_run`.

    `operators` are all that were measured, None if a side has none. The layers that changed most come first.
    If they `are_unlike`, one side alone was timed in place; both are then compared as they were timed alone.
    """

    a: AuditResult
    b: AuditResult
    network: ShareChange
    operators: ShareChange | None
    guidelines: tuple[ShareChange, ...]
    layers: tuple[LayerChange, ...]
    ratio: Estimate
    is_same_run: bool = False
    are_unlike: bool = False

    @property
    def is_same_input(self) -> bool:
        """True if both networks were given inputs of the same shapes and types."""
        return self.a.audit.inputs == self.b.audit.inputs

    @property
    def pace(self) -> str:
        """FASTER, SLOWER, SAME or UNCLEAR for B."""
        return PACES[self.judged(LEAST_CHANGE).direction]

    def judged(self, least: float) -> Change:
        """The change of the network's time, beyond a least one; unclear if a side was disturbed.

        It is one figure, so that its own interval decides: not the wider one that a table of rows needs.
        """
        judged = change(MarginedRatio(lambda confidence: self.ratio, least), self.ratio.confidence)
        return replace(judged, direction="unclear", reason=DISTURBED) if self.is_disturbed else judged

    @property
    def is_disturbed(self) -> bool:
        """True if so many passes of a side were disturbed that the network's time moved."""
        sides = (self.a.network, self.b.network)
        return not self.is_same_run and any(side.measured[0].is_disturbed for side in sides)

    @property
    def uneven(self) -> tuple[LayerChange, ...]:
        """Layers that both networks have and that were measured on one side alone: sums count them there."""
        return tuple(each for each in self.layers if each.lacks in (NOT_ON_A, NOT_ON_B))

    @property
    def most_changed(self) -> ShareChange | None:
        """The guideline whose time changed most, of those that changed beyond their intervals.

        One whose sum counts layers on one side alone has not changed for that reason.
        """
        uneven = {""}
        for layer in self.uneven:
            uneven |= {part.guideline for part in (layer.part_a, layer.part_b) if part}
        changed = [
            each for each in self.guidelines if each.guideline not in uneven and _is_clear(each.change)
        ]
        return max(changed, key=lambda each: abs(each.change.estimate), default=None)


def _is_clear(change: Estimate) -> bool:
    """True if an interval lies on one side of 0."""
    return change.low is not None and change.high is not None and not change.low <= 0 <= change.high
