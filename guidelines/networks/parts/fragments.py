"""Find products that read one tensor side by side, and could be one product (G3)."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import prod
from typing import NamedTuple

from guidelines.networks.cost.classes import ELEMENTWISE, NORMALISATION
from guidelines.networks.parts.product import Product, product
from guidelines.networks.parts.program import Call, Program, Slot, TensorSpec

# Operators that leave channels where they are: what reads their result reads the tensor before them.
PASSING = (ELEMENTWISE, NORMALISATION)


class Fragments(NamedTuple):
    """Products that read one tensor side by side, and the channels that they read in all.

    `is_one_input` is True if they read the very same elements, in the same form.
    """

    products: tuple[Product, ...]
    channels: int
    is_one_input: bool


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
    sides: dict[Hashable, list[_Read]] = {}
    for call in program.calls:
        each = product(call, program)
        if each is not None and (each.groups == 1 or each.is_depthwise):
            read = _Read(each, origins.of(each.input), origins.form_of(each.input))
            size = each.output.shape[2:] if each.kernel else each.output.shape[:1]
            sides.setdefault((read.origin, size, each.is_depthwise, call.name), []).append(read)
        origins.follow(call)
    return [_together(reads, program.tensors) for reads in sides.values() if len(reads) > 1]


class _Read(NamedTuple):
    """A product, the origin of its input, and the form in which it reads it."""

    product: Product
    origin: Origin
    form: Hashable


def _together(reads: Sequence[_Read], tensors: Mapping[int, TensorSpec]) -> Fragments:
    return Fragments(
        products=tuple(read.product for read in reads),
        channels=_channels(reads, tensors),
        is_one_input=len({read.form for read in reads}) == 1,
    )


def _channels(reads: Iterable[_Read], tensors: Mapping[int, TensorSpec]) -> int:
    """Channels that products read of a tensor in all, those of one part of it once."""
    most, parts = 0, {}
    for each, origin, form in reads:
        if prod(tensors[each.input.index].shape) == prod(tensors[origin.tensor].shape):
            most = max(most, each.c1)
        else:
            parts[form] = each.c1
    return most or sum(parts.values())


class _Origins:
    """The origins of tensors, call by call."""

    def __init__(self, program: Program) -> None:
        self._tensors = program.tensors
        self._given = set(program.given)
        self._origins: dict[Slot, Origin] = {}
        self._forms: dict[Slot, Hashable] = {}

    def of(self, slot: Slot) -> Origin:
        """The origin of a tensor, itself if it shows no other one."""
        return self._origins.get(slot, Origin(slot.index))

    def form_of(self, slot: Slot) -> Hashable:
        """A key that two tensors share if they are the same view of one tensor."""
        return self._forms.get(slot, slot)

    def follow(self, call: Call) -> None:
        """Take note of what a call shows, and of what it changes."""
        source = self._shown(call)
        for number, slot in enumerate(call.written):
            is_changed = slot in call.read and call.cost is not None
            if source is not None:
                self._origins[slot] = self.of(source)
            elif is_changed:
                self._origins[slot] = Origin(slot.index, self.of(slot).changes + 1)
            if is_changed:
                self._forms[slot] = (self.form_of(slot), "changed")
            elif source is not None and call.cost is None:
                self._forms[slot] = (self.form_of(source), call.name, repr(call.args), number)

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
