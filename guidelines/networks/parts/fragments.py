"""Find products that read one tensor side by side, and could be one product (G3)."""

from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

from guidelines.networks.cost.classes import ELEMENTWISE, NORMALISATION
from guidelines.networks.parts.product import Product, product
from guidelines.networks.parts.program import Call, Program, Slot, TensorSpec

# Operators that leave channels where they are: what reads their result reads the tensor before them.
PASSING = (ELEMENTWISE, NORMALISATION)


class Fragments(NamedTuple):
    """Products that read one tensor side by side, and the channels that they read in all."""

    products: tuple[Product, ...]
    channels: int


class Origin(NamedTuple):
    """The tensor that another one shows element by element, or a part of.

    `changes` counts the times that it became another tensor because it was changed in place.
    """

    tensor: int
    changes: int = 0


def fragments(program: Program) -> list[Fragments]:
    """Groups of two or more products without groups, or depthwise ones, that read one tensor.

    They read it, or different parts of it, directly or through operators that work element by element, and
    give images of the same size. None of them reads what another one computed.
    """
    origins = _Origins(program)
    sides: dict[Hashable, list[Product]] = {}
    of_sides: dict[Hashable, Origin] = {}
    for call in program.calls:
        each = product(call, program.tensors)
        if each is not None and (each.groups == 1 or each.is_depthwise):
            origin = origins.of(each.input)
            size = each.output.shape[2:] if each.kernel else each.output.shape[:1]
            side: Hashable = (origin, size, each.is_depthwise, call.name)
            sides.setdefault(side, []).append(each)
            of_sides[side] = origin
        origins.follow(call, is_product=each is not None)
    groups = []
    for each_side, products in sides.items():
        if len(products) > 1:
            whole = program.tensors[of_sides[each_side].tensor]
            groups.append(Fragments(tuple(products), _channels(products, whole, program.tensors)))
    return groups


def _channels(products: Iterable[Product], whole: TensorSpec, tensors: Mapping[int, TensorSpec]) -> int:
    """Channels that products read of a tensor in all, those of one part of it once."""
    most, parts = 0, {}
    for each in products:
        if tensors[each.input.index].shape == whole.shape:
            most = max(most, each.c1)
        else:
            parts[each.input.index] = each.c1
    return most or sum(parts.values())


class _Origins:
    """The origins of tensors, call by call."""

    def __init__(self, program: Program) -> None:
        self._tensors = program.tensors
        self._given = set(program.given)
        self._origins: dict[Slot, Origin] = {}
        self._read: set[Slot] = set()

    def of(self, slot: Slot) -> Origin:
        """The origin of a tensor, itself if it shows no other one."""
        return self._origins.get(slot, Origin(slot.index))

    def follow(self, call: Call, is_product: bool) -> None:
        """Take note of what a call shows, and of what it changes."""
        source = self._shown(call)
        for slot in call.written:
            is_changed = slot in call.read and call.cost is not None
            if is_changed and (slot in self._read or source is None):
                self._origins[slot] = Origin(slot.index, self.of(slot).changes + 1)
            elif source is not None:
                self._origins[slot] = self.of(source)
        if is_product:
            self._read.update(call.read)

    def _shown(self, call: Call) -> Slot | None:
        """The tensor that a call shows: of a view, or of an operator that changes each element alone."""
        if not call.read or not call.written:
            return None
        if call.cost is None:
            return call.read[0]
        if call.cost.kind not in PASSING:
            return None
        shape = self._tensors[call.written[0].index].shape
        shown = [slot for slot in call.read if self._tensors[slot.index].shape == shape]
        others = [slot for slot in call.read if slot not in shown]
        depends = any(self.of(slot).tensor not in self._given for slot in others)
        return shown[0] if len(shown) == 1 and not depends else None
