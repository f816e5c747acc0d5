"""The change between two audits: of the network's time, by guideline and by layer.

The audits are of two devices, or of two versions of a network. Changes are fractions of A's time, so that
they add up, also if the network's time hardly changes: 0.05 if B takes longer for a layer by 5 % of the time
that the whole network takes on A.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from guidelines.analysis.audit.layer_pairs import LayerPair, layer_pairs
from guidelines.analysis.audit.result import AuditResult, PartResult
from guidelines.analysis.change import LEAST_CHANGE, Change, MarginedRatio, change
from guidelines.results.audit import GUIDELINES, AuditPart
from guidelines.stats.intervals import Estimate, Exactly
from guidelines.stats.quotients import over, product

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


def audit_change(a: AuditResult, b: AuditResult) -> AuditChange:
    """The change from one audit to another; by operators alone if one has no others."""
    are_unlike = (a.in_place is None) != (b.in_place is None)
    if are_unlike:
        a, b = _alone(a), _alone(b)
    one = Exactly(1.0, a.network_s.rounds)(a.network_s.confidence)
    is_same_run = (a.network_s, a.parts) == (b.network_s, b.parts)
    ratio = one if is_same_run else over(b.network_s, a.network_s)
    sides = _Sides(a, b, ratio, is_same_run)
    of_a, of_b = _shares(a), _shares(b)
    broken = [name for name in (*GUIDELINES, "") if name in of_a or name in of_b]
    return AuditChange(
        a=a,
        b=b,
        network=sides.share("network", one, one),
        operators=sides.share("operators", a.whole, b.whole) if a.whole and b.whole else None,
        guidelines=tuple(sides.share(name, of_a.get(name), of_b.get(name)) for name in broken),
        layers=tuple(sides.layers()),
        ratio=ratio,
        is_same_run=is_same_run,
        are_unlike=are_unlike,
    )


def _alone(result: AuditResult) -> AuditResult:
    return replace(result.alone, network=result.network) if result.alone else result


def _shares(result: AuditResult) -> dict[str, Estimate]:
    return {each.guideline: each.share for each in result.guidelines}


@dataclass(frozen=True)
class _Sides:
    """Two audits, and the ratio of the network's times, exactly 1 if both are the same run."""

    a: AuditResult
    b: AuditResult
    ratio: Estimate
    is_same_run: bool

    def share(self, guideline: str, share_a: Estimate | None, share_b: Estimate | None) -> ShareChange:
        """The change of what takes a share of the time on A and on B."""
        now = product(share_b, self.ratio) if share_b else None  # as a fraction of A's time
        ratio = over(now, share_a) if now and share_a else None
        if self.is_same_run:
            ratio = self.ratio
        return ShareChange(
            guideline=guideline,
            share_a=share_a,
            share_b=share_b,
            a_s=product(share_a, self.a.network_s) if share_a else None,
            b_s=product(share_b, self.b.network_s) if share_b else None,
            ratio=ratio,
            change=_change(share_a, now, ratio),
        )

    def layers(self) -> list[LayerChange]:
        """The layers of both sides, those that changed most first."""
        results_a, results_b = _by_variant(self.a), _by_variant(self.b)
        layers = []
        for pair in layer_pairs(self.a.audit.parts, self.b.audit.parts):
            result_a = results_a.get(pair.a.variant) if pair.a else None
            result_b = results_b.get(pair.b.variant) if pair.b else None
            layers.append(self._layer(pair, result_a, result_b))
        return sorted(layers, key=_size, reverse=True)

    def _layer(self, pair: LayerPair, a: PartResult | None, b: PartResult | None) -> LayerChange:
        """The change of layers of one part on each side, by their results; None if it was not measured."""
        calls = len(pair.layers)
        a_s = a.seconds_per_call.scaled(calls) if a else None
        b_s = b.seconds_per_call.scaled(calls) if b else None
        ratio = _ratio(a_s, b_s) if a_s and b_s else None
        is_known = ratio or pair.a is None or pair.b is None
        share_a = a.share.scaled(calls / len(a.part.layers)) if a else None
        now = over(b_s, self.a.network_s) if b_s else None
        return LayerChange(
            layers=pair.layers,
            part_a=pair.a,
            part_b=pair.b,
            a_s=a_s,
            b_s=b_s,
            ratio=ratio,
            change=_change(share_a, now, ratio) if is_known and (share_a or now) else None,
        )


def _ratio(a_s: Estimate, b_s: Estimate) -> Estimate:
    """B's time over A's; exactly 1 if they are one measurement."""
    return Exactly(1.0, a_s.rounds)(a_s.confidence) if a_s == b_s else over(b_s, a_s)


def _change(share_a: Estimate | None, now: Estimate | None, ratio: Estimate | None) -> Estimate:
    """The change as a fraction of A's time, from the fractions that it took and that it takes now.

    Of two, one is the other's multiple: `ratio` is measured, and its interval is that of the change.
    Raises ValueError if there is neither.
    """
    if share_a and ratio:
        return _scaled(ratio, share_a.estimate, less=1.0)
    if share_a:
        return _scaled(share_a, -1.0)
    if now is None:
        raise ValueError("no time on either side")
    return now


def _scaled(estimate: Estimate, factor: float, less: float = 0.0) -> Estimate:
    """Estimate of factor * (x - less), whose factor may be below 0."""
    ends = [None if end is None else factor * (end - less) for end in (estimate.low, estimate.high)]
    low, high = ends if factor > 0 else reversed(ends)
    return replace(estimate, estimate=factor * (estimate.estimate - less), low=low, high=high)


def _by_variant(result: AuditResult) -> Mapping[str, PartResult]:
    return {each.part.variant: each for each in result.parts}


def _is_clear(change: Estimate) -> bool:
    """True if an interval lies on one side of 0."""
    return change.low is not None and change.high is not None and not change.low <= 0 <= change.high


def _size(layer: LayerChange) -> float:
    """The size of a change, for sorting; layers without one come last."""
    return abs(layer.change.estimate) if layer.change else -1.0
