"""Closed formulas for the work of a (grouped) convolution with stride 1 and equal padding.

Symbols are the paper's: c1 input channels, c2 output channels, g groups, h x w the feature map.
"""

from math import isqrt

from guidelines.spec.mistakes import check_sizes


def multiply_adds(height: int, width: int, c1: int, c2: int, *, kernel_size: int = 1, groups: int = 1) -> int:
    """Multiply-adds of one convolution on one image: B = h w k^2 c1 c2 / g.

    Raises ValueError for a size that is not a positive integer or channels that groups do not divide.
    Source: paper, section 2, the text before equations (1) and (2).

    >>> multiply_adds(56, 56, 64, 64)
    12845056
    """
    check_sizes(height=height, width=width)
    return height * width * parameters(c1, c2, kernel_size=kernel_size, groups=groups)


def memory_access(
    height: int,
    width: int,
    c1: int,
    c2: int,
    *,
    kernel_size: int = 1,
    groups: int = 1,
    batch_size: int = 1,
) -> int:
    """Elements read and written plus weights read: n h w (c1 + c2) + k^2 c1 c2 / g.

    The weights are read once for a batch of n images. Assumes a cache that is large enough to read and
    write each element once.
    Raises ValueError as `multiply_adds`. Source: paper, equation (2), first line.
    """
    check_sizes(height=height, width=width, batch_size=batch_size)
    weights = parameters(c1, c2, kernel_size=kernel_size, groups=groups)
    return batch_size * height * width * (c1 + c2) + weights


def parameters(c1: int, c2: int, *, kernel_size: int = 1, groups: int = 1) -> int:
    """Weights of one convolution without bias: k^2 c1 c2 / g.

    Raises ValueError as `multiply_adds`.
    """
    check_sizes(c1=c1, c2=c2, kernel_size=kernel_size, groups=groups)
    for name, channels in (("c1", c1), ("c2", c2)):
        if channels % groups:
            raise ValueError(f"{name} = {channels} is not divisible by groups = {groups}")
    return kernel_size**2 * c1 * c2 // groups


def memory_access_at(height: int, width: int, c1: int, multiply_adds: int, groups: int = 1) -> int:
    """Memory access of a 1x1 convolution from its multiply-adds B: h w c1 + B g / c1 + B / (h w).

    Raises ValueError if no such layer has B multiply-adds. Source: paper, equation (2), last line.
    """
    check_sizes(height=height, width=width, c1=c1, multiply_adds=multiply_adds, groups=groups)
    c2, remainder = divmod(multiply_adds * groups, height * width * c1)
    if remainder:
        raise ValueError(
            f"multiply_adds = {multiply_adds} is not h w c1 c2 / g for any whole c2 "
            f"at {height}x{width}, c1 = {c1}, groups = {groups}"
        )
    return memory_access(height, width, c1, c2, groups=groups)


def memory_access_lower_bound(height: int, width: int, multiply_adds: int) -> int:
    """Lower bound on the memory access of a 1x1 convolution of B multiply-adds: 2 sqrt(h w B) + B / (h w).

    Exact, rounded up to an integer; equality holds if and only if c1 = c2 (guideline 1).
    Source: paper, equation (1).

    >>> memory_access_lower_bound(56, 56, multiply_adds(56, 56, 64, 64))
    405504
    """
    check_sizes(height=height, width=width, multiply_adds=multiply_adds)
    pixels = height * width
    root = isqrt(4 * pixels**3 * multiply_adds - 1) + 1
    return -(-(multiply_adds + root) // pixels)
