"""Build the stacked networks of Tables 1-4: each function returns one variant.

As in the paper's figures there is no bias, no batch normalisation, and a ReLU only in Table 4.
Weights are scaled so that activations keep their size from block to block.

No id of a row is part of another one's, nor of a guideline's: pytest's -k matches parts of words.
"""

from collections.abc import Callable
from functools import partial
from math import sqrt

import torch
from torch import Tensor, nn

from guidelines.spec.sweep import Variant
from guidelines.spec.work import Conv, Stack

DEPTH = 10


def channel_ratio(c1: int, c2: int) -> Variant:
    """Ten blocks of two 1x1 convolutions, c1 -> c2 -> c1. Source: paper, Table 1."""
    convs = (Conv(c1, c2), Conv(c2, c1)) * DEPTH
    ratio = c2 // c1
    return Variant(
        id="equal" if ratio == 1 else f"1to{ratio}",
        name=f"1:{ratio}",
        widths=(c1, c2),
        work=Stack(convs),
        build=partial(_chain, convs),
    )


def group_convolution(c: int, groups: int) -> Variant:
    """Ten 1x1 convolutions of c channels in groups. Source: paper, Table 2."""
    convs = (Conv(c, c, groups=groups),) * DEPTH
    return Variant(
        id="1group" if groups == 1 else f"{groups}groups",
        name=f"g={groups}",
        widths=(c,),
        work=Stack(convs),
        build=partial(_chain, convs),
        groups=groups,
    )


def fragments(c: int, count: int, parallel: bool = False) -> Variant:
    """Ten blocks of `count` 1x1 convolutions of c channels, in series or in parallel.

    Parallel branches take the whole input and are added (the circled plus of the paper's appendix).
    Source: paper, Table 3.
    """
    convs = (Conv(c, c),) * (count * DEPTH)
    chain = partial(_chain, convs)
    if count == 1:
        return Variant(id="1-fragment", name="1-fragment", widths=(c,), work=Stack(convs), build=chain)
    if not parallel:
        name = f"{count}-fragment-series"
        return Variant(id=name, name=name, widths=(c,), work=Stack(convs), build=chain)
    additions = DEPTH * (count - 1)
    name = f"{count}-fragment-parallel"
    return Variant(
        id=name,
        name=name,
        widths=(c,),
        work=Stack(convs, elementwise_accesses=additions * 3 * c),
        build=partial(_stack, partial(ParallelFragments, c, count)),
    )


def bottleneck(c: int, relu: bool = True, shortcut: bool = True) -> Variant:
    """Ten bottleneck units c -> c/4 (1x1), c/4 (3x3), c (1x1), with or without ReLU and shortcut.

    The paper does not give the inner width: c/4 is ResNet's. Source: paper, Table 4.
    """
    inner = c // 4
    convs = (Conv(c, inner), Conv(inner, inner, kernel_size=3), Conv(inner, c)) * DEPTH
    id, name = {
        (True, True): ("relu+shortcut", "ReLU + shortcut"),
        (True, False): ("no-shortcut", "no shortcut"),
        (False, True): ("no-relu", "no ReLU"),
        (False, False): ("neither", "neither"),
    }[relu, shortcut]
    accesses = 2 * (inner + inner + c) * relu + 3 * c * shortcut
    build = partial(_stack, partial(Bottleneck, c, inner, relu=relu, shortcut=shortcut))
    return Variant(id=id, name=name, widths=(c,), work=Stack(convs, DEPTH * accesses), build=build)


class ParallelFragments(nn.Module):
    """Branches of one 1x1 convolution each, added: (n, c, h, w) -> (n, c, h, w)."""

    def __init__(self, c: int, count: int) -> None:
        super().__init__()
        self.branches = nn.ModuleList(_conv(Conv(c, c), gain=1 / sqrt(count)) for _ in range(count))

    def forward(self, x: Tensor) -> Tensor:
        first, *rest = self.branches
        total: Tensor = first(x)
        for branch in rest:
            total += branch(x)
        return total


class Bottleneck(nn.Module):
    """ResNet's bottleneck unit without normalisation: (n, c, h, w) -> (n, c, h, w)."""

    def __init__(self, c: int, inner: int, relu: bool, shortcut: bool) -> None:
        super().__init__()
        gain = sqrt(2) if relu else 1.0
        self.reduce = _conv(Conv(c, inner), gain)
        self.spatial = _conv(Conv(inner, inner, kernel_size=3), gain)
        self.expand = _conv(Conv(inner, c), gain)
        self.relu = relu
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        out = self._activate(self.reduce(x))
        out = self._activate(self.spatial(out))
        out = self.expand(out)
        if self.shortcut:
            out += x
        return self._activate(out)

    def _activate(self, x: Tensor) -> Tensor:
        return torch.relu_(x) if self.relu else x


def _chain(convs: tuple[Conv, ...]) -> nn.Sequential:
    return nn.Sequential(*(_conv(conv) for conv in convs))


def _stack(block: Callable[[], nn.Module]) -> nn.Sequential:
    return nn.Sequential(*(block() for _ in range(DEPTH)))


def _conv(conv: Conv, gain: float = 1.0) -> nn.Conv2d:
    module = nn.Conv2d(
        conv.c1,
        conv.c2,
        conv.kernel_size,
        padding=conv.kernel_size // 2,
        groups=conv.groups,
        bias=False,
    )
    fan_in = conv.kernel_size**2 * conv.c1 // conv.groups
    nn.init.normal_(module.weight, std=gain / sqrt(fan_in))
    return module
