"""Parts of a network: its distinct operators, the guideline that each breaks, and what to time beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from guidelines.networks.parts.alternatives import (
    Alternative,
    in_one_piece,
    of_equal_widths,
    without_groups,
)
from guidelines.networks.parts.folding import foldable_calls
from guidelines.networks.parts.fragments import Fragments, fragments
from guidelines.networks.parts.product import Product, product
from guidelines.networks.parts.program import Call, Program, Slot, replaced
from guidelines.networks.parts.remedies import Remedy, remedies, together
from guidelines.networks.parts.rules import Broken, broken
from guidelines.results.number_of import number_of


@dataclass(frozen=True)
class Part:
    """A distinct operator of a network, or fragments that could be one, and where it occurs.

    `program` is one occurrence alone. `layers` are the paths of all occurrences, `calls` their calls in the
    network's program. `guideline` is "" if it
    breaks none. Without an `alternative`, one that breaks a guideline is compared with doing without it.
    """

    program: Program
    layers: tuple[str, ...]
    operator: str
    kind: str
    guideline: str = ""
    rule: str = ""
    alternative: Alternative | None = None
    remedies: tuple[Remedy, ...] = ()
    calls: tuple[Call, ...] = ()


@dataclass
class _Occurrences:
    """Equal calls of a network, of which the first one is kept; several that are one part are a `group`."""

    calls: tuple[Call, ...]
    layers: list[str]
    group: Fragments | None
    is_foldable: bool
    every_call: list[Call] = field(default_factory=list)


def parts(program: Program, has_streams: bool = False) -> list[Part]:
    """The parts of a network in the order of their first call. Every operator that does work is in one.

    If it `has_streams`, its device can run fragments side by side on streams of their own.
    """
    groups, foldable = _by_call(fragments(program)), foldable_calls(program)
    seen: dict[Any, _Occurrences] = {}
    for call in program.calls:
        if call.cost is None:
            continue
        group = groups.get(id(call))
        if group and group.products[0].call is not call:
            continue
        calls = tuple(each.call for each in group.products) if group else (call,)
        is_foldable = id(call) in foldable
        key = _signature(program, calls), is_foldable
        occurrences = seen.setdefault(key, _Occurrences(calls, [], group, is_foldable))
        occurrences.layers.append(_layer(calls))
        occurrences.every_call += calls
    return [_part(program, each, has_streams) for each in seen.values()]


def _by_call(groups: Sequence[Fragments]) -> dict[int, Fragments]:
    """The group of each call that is in one, by the call's identity."""
    by_call = {}
    for group in groups:
        for each in group.products:
            by_call[id(each.call)] = group
    return by_call


def _part(program: Program, each: _Occurrences, has_streams: bool) -> Part:
    call, own = each.calls[0], _program(program, each.calls)
    alone = product(call, program)
    rule = broken(call, alone, each.is_foldable)
    if each.group:
        rule = _fragments_rule(each.group.products)
    return Part(
        program=own,
        layers=tuple(each.layers),
        operator=_joined([described(one, program) for one in each.calls]),
        kind=call.cost.kind if call.cost else "",
        guideline=rule.guideline,
        rule=rule.rule,
        alternative=_alternative(rule.guideline, each.group, alone),
        remedies=tuple(_remedies(each.group, alone, own, has_streams)),
        calls=tuple(each.every_call),
    )


def _remedies(
    group: Fragments | None, alone: Product | None, own: Program, has_streams: bool
) -> Iterator[Remedy]:
    if group is not None:
        yield from together(group, own, has_streams)
    elif alone is not None:
        yield from remedies(alone)


def _program(program: Program, calls: Sequence[Call]) -> Program:
    """The calls alone; of fragments, all results count."""
    alone = program.only(calls)
    if len(calls) == 1:
        return alone
    outputs: list[Slot] = []
    for call in calls:
        outputs += call.written
    return Program(alone.tensors, alone.calls, tuple(outputs))


def _fragments_rule(group: Sequence[Product]) -> Broken:
    works = sorted((each.multiply_adds for each in group), reverse=True)
    shares = ", ".join(f"{100 * work / sum(works):.0f}" for work in works[:4])
    more = ", ..." if len(works) > 4 else ""
    return Broken("G3", f"{len(group)} fragments of one tensor ({shares}{more} % of their work)")


def _alternative(guideline: str, group: Fragments | None, alone: Product | None) -> Alternative | None:
    if group is not None:
        return in_one_piece(group.products)
    if alone is not None and guideline == "G1":
        return of_equal_widths(alone)
    if alone is not None and guideline == "G2":
        return without_groups(alone)
    return None


def _layer(calls: Sequence[Call]) -> str:
    """The path of a call's layer, or those of all fragments."""
    return _joined([call.layer for call in calls])


def _joined(texts: Sequence[str]) -> str:
    """Texts as one, each once: "conv 1x1 64->64 + conv 1x1 64->256"."""
    return " + ".join(dict.fromkeys(texts))


def _signature(program: Program, calls: Sequence[Call]) -> Any:
    """A text that is the same for calls that do the same on tensors of the same form."""
    names: dict[int, int] = {}

    def named(value: Any) -> Any:
        if not isinstance(value, Slot):
            return value
        number = names.setdefault(value.index, len(names))
        return f"{number} {program.tensors[value.index]}"

    texts = []
    for call in calls:
        arguments = replaced((*call.args, *call.kwargs.items()), named)
        texts.append(f"{call.operator} {arguments}")
    return "; ".join(texts)


def described(call: Call, program: Program) -> str:
    """An operator with its sizes: "convolution 3x3 64->128, 4 groups, 56x56", "relu_ 64x56x56"."""
    each = product(call, program)
    if each is None:
        shape = program.tensors[call.written[0].index].shape if call.written else ()
        return f"{call.name} {_sizes(shape[1:] or shape)}".strip()
    words = list(_words(each))
    return f"{words[0]} {', '.join(words[1:])}"


def _words(each: Product) -> Iterator[str]:
    if not each.kernel:
        yield "linear"
        yield f"{each.c1}->{each.c2}"
        yield number_of(each.output.shape[0], "row")
        return
    yield f"conv {_sizes(each.kernel)}"
    yield f"{each.c1}->{each.c2}"
    if each.groups > 1:
        yield "depthwise" if each.is_depthwise else f"{each.groups} groups"
    yield _sizes(each.output.shape[2:])


def _sizes(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape))
