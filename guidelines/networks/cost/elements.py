"""Count the elements of tensors in memory, and those that an operator is given but does not read."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import prod
from typing import Any, NamedTuple

from torch import Tensor

from guidelines.networks.cost.products import CONVOLUTIONS, tensors

# Operators beside convolutions that may pass over parts of an image: pools and interpolations.
POOLS = {
    *("avg_pool1d", "avg_pool2d", "avg_pool3d", "fractional_max_pool2d", "fractional_max_pool3d"),
    *("max_pool1d", "max_pool1d_with_indices", "max_pool2d", "max_pool2d_with_indices", "mkldnn_max_pool2d"),
    *("max_pool3d", "max_pool3d_with_indices", "mkldnn_max_pool3d"),
}
# Interpolations, and how many positions each of their outputs reads along a dimension.
INTERPOLATIONS = {
    **dict.fromkeys((f"upsample_nearest{n}d" for n in (1, 2, 3)), 1),
    **dict.fromkeys((f"_upsample_nearest_exact{n}d" for n in (1, 2, 3)), 1),
    **dict.fromkeys(("upsample_linear1d", "upsample_bilinear2d", "upsample_trilinear3d"), 2),
    "upsample_bicubic2d": 4,
}
BATCH_AND_CHANNELS = 2


def elements(values: Iterable[Any]) -> int:
    """Elements in memory of the tensors among values, also within lists."""
    return sum(_distinct(tensor.shape, tensor.stride()) for tensor in tensors(values))


def not_read(name: str, given: Mapping[str, Any], out: Any) -> int:
    """Elements that an operator is given more than once, or that it passes over since its stride is large.

    `given` are its arguments by their names in the schema, in order. The windows of `x.unfold(...)` overlap,
    so that they hold elements more than once.
    """
    number = 0
    seen: set[int] = set()
    for tensor in tensors(given.values()):
        shape = tensor.shape if seen else _read_of_image(name, given, tensor, out)
        read = 0 if id(tensor) in seen else _in_memory(shape, tensor.stride())
        number += _distinct(tensor.shape, tensor.stride()) - read
        seen.add(id(tensor))
    return number


def _read_of_image(name: str, given: Mapping[str, Any], x: Tensor, out: Any) -> Sequence[int]:
    """Positions along each dimension of the first tensor that at least one output reads."""
    windows = _windows(name, given, x)
    if not windows:
        return x.shape
    y = next(tensors((out,)))
    read = list(x.shape)
    for dim, window in enumerate(windows, start=-len(windows)):
        read[dim] = _positions_read(read[dim], y.shape[dim], window)
    return read


class _Window(NamedTuple):
    """Positions that an output reads along one dimension; `stride` is None if its outputs lie unevenly."""

    kernel: int
    stride: int | None = None
    padding: int = 0
    dilation: int = 1


def _windows(name: str, given: Mapping[str, Any], x: Tensor) -> list[_Window]:
    """The window along each dimension of an image; [] for operators without one, which read everything."""
    if name in INTERPOLATIONS:
        return [_Window(INTERPOLATIONS[name])] * (x.dim() - BATCH_AND_CHANNELS)
    if name in POOLS:
        dimensions = next(int(letter) for letter in name if letter.isdigit())
        kernel = _along_each(given["kernel_size"], dimensions)
    elif name in CONVOLUTIONS and name != "conv_tbc" and not _is_transposed(name, given):
        kernel = given["weight"].shape[BATCH_AND_CHANNELS:]
        dimensions = len(kernel)
    else:
        return []
    if "output_size" in given:
        return [_Window(size) for size in kernel]
    stride = _along_each(given.get("stride") or kernel, dimensions)
    padding = _along_each(given.get("padding", 0), dimensions)
    dilation = _along_each(given.get("dilation", 1), dimensions)
    return [_Window(*each) for each in zip(kernel, stride, padding, dilation, strict=True)]


def _is_transposed(name: str, given: Mapping[str, Any]) -> bool:
    """True for a convolution that reads every input for several outputs."""
    return bool(given.get("transposed")) or "transpose" in name


def _along_each(size: int | Sequence[int], dimensions: int) -> Sequence[int]:
    """One size for each dimension; a single one holds for all."""
    each = [size] if isinstance(size, int) else list(size)
    return each * dimensions if len(each) == 1 else each


@cache
def _positions_read(size: int, outputs: int, window: _Window) -> int:
    """Positions along a dimension of some size that at least one output reads."""
    if window.stride is None:
        return min(size, outputs * window.kernel)
    read: set[int] = set()
    for tap in range(window.kernel):
        first = tap * window.dilation - window.padding
        read.update(range(first, first + outputs * window.stride, window.stride))
    return len(read.intersection(range(size)))


def _distinct(shape: Sequence[int], strides: Sequence[int]) -> int:
    """Elements in memory; an element that a stride of zero repeats counts once."""
    sizes_and_strides = zip(shape, strides, strict=True)
    return prod(size for size, stride in sizes_and_strides if stride)


def _in_memory(shape: Sequence[int], strides: Sequence[int]) -> int:
    """Elements in memory, also if strides are so small that some are elements of others, too."""
    last = sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    return min(_distinct(shape, strides), max(0, last + 1))
