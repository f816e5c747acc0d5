"""Compare two audits: the network's time, guidelines and layers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from guidelines.analysis.audit.change import AuditChange, LayerChange, ShareChange
from guidelines.analysis.audit.layer_pairs import LayerPair, layer_pairs
from guidelines.analysis.audit.result import AuditResult, PartResult
from guidelines.results.audit import GUIDELINES
from guidelines.stats.intervals import Estimate, Exactly
from guidelines.stats.quotients import over, product


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


def _size(layer: LayerChange) -> float:
    """The size of a change, for sorting; layers without one come last."""
    return abs(layer.change.estimate) if layer.change else -1.0
