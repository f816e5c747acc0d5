"""Find products that read one tensor side by side, and could be one product (G3)."""

from collections.abc import Hashable, Iterable, Mapping, Sequence

from guidelines.networks.cost.classes import ELEMENTWISE, NORMALISATION
from guidelines.networks.parts.product import Product, product
from guidelines.networks.parts.program import Call, Program

# Operators that leave channels where they are: what reads their result reads the tensor before them.
PASSING = (ELEMENTWISE, NORMALISATION)


def fragments(program: Program) -> list[tuple[Product, ...]]:
    """Groups of two or more products without groups, or depthwise ones, that read one tensor.

    They read it, or different parts of it, directly or through operators that work element by element, and
    give images of the same size.
    """
    origins = origins_of(program)
    sides: dict[Hashable, list[Product]] = {}
    for call in program.calls:
        each = product(call, program.tensors)
        if each is None or (each.groups > 1 and not each.is_depthwise):
            continue
        origin = origins.get(each.input.index, each.input.index)
        size = each.output.shape[2:] if each.kernel else each.output.shape[:1]
        sides.setdefault((origin, size, each.is_depthwise, call.name), []).append(each)
    return [tuple(group) for group in sides.values() if len(group) > 1]


def origins_of(program: Program) -> dict[int, int]:
    """The tensor that each tensor shows element by element, or a part of; both by their indices."""
    origins: dict[int, int] = {}
    for call in program.calls:
        if not call.read or not _passes(call, program):
            continue
        source = call.read[0].index
        origin = origins.get(source, source)
        for slot in call.written:
            if slot.index != source:
                origins[slot.index] = origin
    return origins


def _passes(call: Call, program: Program) -> bool:
    """True for views of channels, and for operators that change each element of one tensor alone."""
    if call.cost is None:
        return True
    if call.cost.kind not in PASSING:
        return False
    data = _activations(call, program)
    return len(data) == 1 and bool(call.written)


def _activations(call: Call, program: Program) -> Sequence[int]:
    """Indices of the tensors that a call reads with as many dimensions as its result has."""
    if not call.written:
        return ()
    shape = program.tensors[call.written[0].index].shape
    return [slot.index for slot in call.read if program.tensors[slot.index].shape == shape]


def channels_read(group: Iterable[Product], origins: Mapping[int, int], program: Program) -> int:
    """Channels that some fragments read in all, those of one part of a tensor once."""
    whole, parts = 0, {}
    for each in group:
        origin = origins.get(each.input.index, each.input.index)
        is_part = program.tensors[origin].shape != program.tensors[each.input.index].shape
        if is_part:
            parts[each.input.index] = each.c1
        else:
            whole = max(whole, each.c1)
    return whole or sum(parts.values())
