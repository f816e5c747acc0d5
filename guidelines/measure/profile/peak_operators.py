"""Operators whose speed is a ceiling: those that only move bytes, do nothing much, or mostly multiply."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import prod

import torch
from torch import Tensor, nn

from guidelines.measure.device.timing import MEMORY_FORMATS
from guidelines.measure.profile.best_time import Act
from guidelines.results.ceilings import (
    CONVOLUTION,
    COPY,
    ELEMENT_WISE,
    IN_PLACE,
    MATRIX_PRODUCT,
    PRODUCTS,
    READ,
    TRAFFIC,
    WRITE,
)
from guidelines.spec.condition import Condition

# Memory does not know types: bytes are moved in float32, which every device does at full speed.
ITEM_BYTES = 4
SIDE = 56
SMALLEST_WIDTH = 8
# Batch and channels of convolutions, and sizes of square matrices; each does at most 8 times the work of the
# one before.
CONVOLUTIONS = ((1, 64), (1, 128), (1, 256), (1, 512), (4, 512), (16, 512), (64, 512))
MATRICES = (256, 512, 1024, 2048, 4096, 8192)
MATRICES_OF_VECTORS = MATRICES[:4]
# The work of an operator in multiply-adds, and what makes the operator, for which memory may not suffice.
Product = tuple[int, Callable[[], Act]]


def moving(kind: str, buffer: Tensor) -> Sequence[Act]:
    """Operators of a kind of traffic whose working set is a buffer, each the fastest on some device."""
    return [make(buffer) for make in _MOVING[kind]]


def moved_bytes(kind: str, working_set_bytes: int) -> int:
    """Bytes that each of them reads and writes."""
    return 2 * working_set_bytes if kind == IN_PLACE else working_set_bytes


def _copies(buffer: Tensor) -> Act:
    source, target = buffer.tensor_split(2)
    return partial(target.copy_, source)


def _changes_in_place(buffer: Tensor) -> Act:
    return buffer.relu_


def _finds_largest(buffer: Tensor) -> Act:
    return buffer.amax


def _multiplies_halves(buffer: Tensor) -> Act:
    """The product of two vectors: it reads two places at once, and keeps up with memory on one thread."""
    first, second = buffer.tensor_split(2)
    return partial(torch.dot, first, second)


def _overwrites(buffer: Tensor) -> Act:
    return buffer.zero_


_MOVING: Mapping[str, Sequence[Callable[[Tensor], Act]]] = {
    COPY: (_copies,),
    IN_PLACE: (_changes_in_place,),
    READ: (_finds_largest, _multiplies_halves),
    WRITE: (_overwrites,),
}
MOVING_OPERATORS = sum(len(_MOVING[kind]) for kind in TRAFFIC)


@dataclass(frozen=True)
class PeakOperators:
    """Operators in the type and layout of a condition."""

    condition: Condition

    def small(self) -> Mapping[str, Act]:
        """The smallest operator of each kind, called as networks do: layers are modules."""
        image = self._image(1, SMALLEST_WIDTH, 1)
        row = image.flatten(1)
        conv = nn.Conv2d(SMALLEST_WIDTH, SMALLEST_WIDTH, 1, bias=False).to(image.device, image.dtype)
        linear = nn.Linear(SMALLEST_WIDTH, SMALLEST_WIDTH).to(row.device, row.dtype)
        return {
            CONVOLUTION: partial(conv, image),
            MATRIX_PRODUCT: partial(linear, row),
            ELEMENT_WISE: partial(torch.add, row, row),
        }

    def products(self, kind: str) -> Iterator[Product]:
        """Ever larger products of one of the PRODUCTS."""
        matrices, pointwise, spatial, _ = PRODUCTS
        if kind in (pointwise, spatial):
            return self._convolutions({pointwise: 1, spatial: 3}[kind])
        return self._matrices() if kind == matrices else self._vectors()

    def _matrices(self) -> Iterator[Product]:
        for size in MATRICES:
            yield size**3, partial(self._matrix_product, size)

    def _matrix_product(self, size: int) -> Act:
        matrix = self._drawn(size, size)
        return partial(torch.mm, matrix, matrix)

    def _vectors(self) -> Iterator[Product]:
        """A matrix times a vector, as a linear layer at batch 1, for which some types have other kernels."""
        for size in MATRICES_OF_VECTORS:
            yield size**2, partial(self._vector_product, size)

    def _vector_product(self, size: int) -> Act:
        return partial(torch.mv, self._drawn(size, size), self._drawn(size))

    def _convolutions(self, kernel_size: int) -> Iterator[Product]:
        for batch, width in CONVOLUTIONS:
            multiply_adds = prod((batch, width, width, SIDE**2, kernel_size**2))
            yield multiply_adds, partial(self._convolution, batch, width, kernel_size)

    def _convolution(self, batch: int, width: int, kernel_size: int) -> Act:
        x, weight = self._image(batch, width, SIDE), self._image(width, width, kernel_size)
        return partial(torch.conv2d, x, weight, padding=kernel_size // 2)

    def _image(self, batch: int, width: int, side: int) -> Tensor:
        x = self._drawn(batch, width, side, side)
        return x.to(memory_format=MEMORY_FORMATS[self.condition.layout])

    def _drawn(self, *shape: int) -> Tensor:
        device = self.condition.device
        generator = torch.Generator(device).manual_seed(0)
        dtype = getattr(torch, self.condition.dtype)
        return torch.randn(*shape, generator=generator, device=device, dtype=dtype)
