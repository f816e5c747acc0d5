"""Find products that read one tensor side by side, and could be one product (G3)."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from guidelines.networks.parts.origins import Cut, Origins
from guidelines.networks.parts.product import Product, product
from guidelines.networks.parts.program import Program


class Fragments(NamedTuple):
    """Products that read one tensor side by side.

    `is_one_input` is True if they read the very same elements, in the same form.
    """

    products: tuple[Product, ...]
    is_one_input: bool


class _Read(NamedTuple):
    """A product, and how it reads its input; `side` is a key that it shares with those beside it."""

    product: Product
    side: Hashable
    form: Hashable


def fragments(program: Program) -> list[Fragments]:
    """Groups of two or more products without groups, or depthwise ones, that read one tensor.

    They read it, or channels of it, directly or through operators that work element by element, and give
    images of the same size. None of them reads what another one computed, or has the weights of another one.
    """
    origins = Origins(program)
    sides: dict[Hashable, dict[Hashable, _Read]] = {}
    for call in program.calls:
        each = product(call, program)
        if each is not None and (each.groups == 1 or each.is_depthwise):
            read = _read(each, origins)
            sides.setdefault(read.side, {}).setdefault(origins.form_of(each.weights), read)
        origins.follow(call)
    return [_together(tuple(reads.values())) for reads in sides.values() if len(reads) > 1]


def _read(each: Product, origins: Origins) -> _Read:
    origin, cuts = origins.of(each.input)
    others = tuple(cut.part for cut in cuts if not _is_by_channel(cut, each))
    size = each.output.shape[2:] if each.kernel else each.output.shape[:1]
    return _Read(
        product=each,
        side=(origin, others, size, each.is_depthwise, each.call.name),
        form=origins.form_of(each.input),
    )


def _is_by_channel(cut: Cut, each: Product) -> bool:
    """True if a cut divides the channels: dimension 1 of images, the last one of rows."""
    channels_at = 1 if each.kernel else cut.dimensions - 1
    stride = each.tensors[each.input.index].stride[1]
    return (cut.dimension, cut.stride) == (channels_at, stride)


def _together(reads: Sequence[_Read]) -> Fragments:
    return Fragments(
        products=tuple(read.product for read in reads),
        is_one_input=len({read.form for read in reads}) == 1,
    )
