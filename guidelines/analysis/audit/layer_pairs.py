"""Match the layers of two audits: the calls of one network with those of another version of it.

A call is matched with one of the layer of the same path: one of the same operator, else one of the same kind.
An operator of another kind under the same path is new: a network may reuse the names of its layers. Several
calls of a layer keep their order.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from guidelines.results.audit import AuditPart


class _Call(NamedTuple):
    """One call of a layer."""

    layer: str
    part: AuditPart


class _Pair(NamedTuple):
    """One call of a layer on both sides, by the parts that it is of; None for a side that lacks it."""

    layer: str
    a: AuditPart | None
    b: AuditPart | None


@dataclass(frozen=True)
class LayerPair:
    """Layers, one item for each call, that are of one part on A and of one on B; None if a side has none."""

    layers: tuple[str, ...]
    a: AuditPart | None
    b: AuditPart | None


def layer_pairs(a: Iterable[AuditPart], b: Iterable[AuditPart]) -> list[LayerPair]:
    """The layers of both sides, those of the same two parts together."""
    together: dict[tuple[str, str], list[_Pair]] = {}
    for pair in _pairs(_calls(a), _calls(b)):
        together.setdefault((_variant(pair.a), _variant(pair.b)), []).append(pair)
    return list(map(_joined, together.values()))


def _joined(pairs: Sequence[_Pair]) -> LayerPair:
    return LayerPair(tuple(pair.layer for pair in pairs), pairs[0].a, pairs[0].b)


def _variant(part: AuditPart | None) -> str:
    return part.variant if part else ""


def _calls(parts: Iterable[AuditPart]) -> list[_Call]:
    calls: list[_Call] = []
    for part in parts:
        calls += [_Call(layer, part) for layer in part.layers]
    return calls


def _pairs(left_a: list[_Call], left_b: list[_Call]) -> list[_Pair]:
    """All calls of both sides that match, and then those that only one side has."""
    pairs: list[_Pair] = []
    for likeness in (_operator, _kind):
        pairs += _alike(left_a, left_b, likeness)
    pairs += [_Pair(call.layer, call.part, None) for call in left_a]
    pairs += [_Pair(call.layer, None, call.part) for call in left_b]
    return pairs


def _alike(left_a: list[_Call], left_b: list[_Call], likeness: Callable[[_Call], Hashable]) -> list[_Pair]:
    """Take calls that are alike, in their order, out of the lists of those that are left."""
    of_b = _grouped(left_b, likeness)
    pairs = []
    for call in list(left_a):
        others = of_b.get(likeness(call), [])
        if others:
            pairs.append(_taken(call, others.pop(0), left_a, left_b))
    return pairs


def _operator(call: _Call) -> Hashable:
    return call.layer, call.part.operator


def _kind(call: _Call) -> Hashable:
    return call.layer, call.part.kind


def _grouped(calls: Sequence[_Call], likeness: Callable[[_Call], Hashable]) -> dict[Hashable, list[_Call]]:
    groups: dict[Hashable, list[_Call]] = {}
    for call in calls:
        groups.setdefault(likeness(call), []).append(call)
    return groups


def _taken(a: _Call, b: _Call, left_a: list[_Call], left_b: list[_Call]) -> _Pair:
    left_a.remove(a)
    left_b.remove(b)
    return _Pair(a.layer, a.part, b.part)
