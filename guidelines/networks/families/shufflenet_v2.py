"""ShuffleNet v2 (Ma et al. 2018): units that split, work on one half, join and shuffle."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from guidelines.networks.layers import classifier, conv_norm, depthwise

# Units and widths of the three stages, and the width of the last convolution (paper, Table 5).
REPEATS = (4, 8, 4)
WIDTHS = {
    0.5: (48, 96, 192, 1024),
    1.0: (116, 232, 464, 1024),
    1.5: (176, 352, 704, 1024),
    2.0: (244, 488, 976, 2048),
}
STEM = (24,)
# Widths of the stem's convolutions, width and units of each stage (Appendix, Table 2), by number of layers.
DEEP = {
    50: ((64,), ((244, 3), (488, 4), (976, 6), (1952, 3))),
    164: ((64, 64, 128), ((340, 10), (680, 10), (1360, 23), (2720, 10))),
}
DEEP_LAST = 2048
COMPLEX_PARTS = (torch.float32, torch.float64)


def shufflenet_v2(width: float = 1.0, residual: bool = False, se: bool = False) -> nn.Sequential:
    """The network at one of the paper's widths: 0.5, 1, 1.5 or 2. Raises KeyError for another."""
    *widths, last = WIDTHS[width]
    stages = zip(widths, REPEATS, strict=True)
    return _network(STEM, stages, first_stride=2, last=last, residual=residual, se=se)


def deep_shufflenet_v2(layers: int = 50, residual: bool = False, se: bool = False) -> nn.Sequential:
    """The network of 50 or 164 layers. Raises KeyError for another number.

    The maximum pool halves the image as printed and the first stage keeps it: only this gives 2.3 G
    multiply-adds.
    """
    stem, stages = DEEP[layers]
    return _network(stem, stages, first_stride=1, last=DEEP_LAST, residual=residual, se=se)


def _network(
    stem: Iterable[int],
    stages: Iterable[tuple[int, int]],
    first_stride: int,
    last: int,
    residual: bool,
    se: bool,
) -> nn.Sequential:
    """A stem, a maximum pool, stages given by width and number of units, one more convolution."""
    layers: list[nn.Module] = []
    c1, stride = 3, 2
    for c2 in stem:
        layers += conv_norm(c1, c2, 3, stride)
        c1, stride = c2, 1
    layers.append(nn.MaxPool2d(3, 2, 1))
    stride = first_stride
    for c2, repeats in stages:
        layers.append(Downsampling(c1, c2, stride, se))
        layers += [SplitUnit(c2, residual, se) for _ in range(repeats - 1)]
        c1, stride = c2, 2
    return nn.Sequential(*layers, *conv_norm(c1, last), *classifier(last, bias=False))


class SplitUnit(nn.Module):
    """Figure 3 (c): half of the channels pass, the others are convolved: (n, c, h, w) -> (n, c, h, w).

    With `residual`, the convolved half is added to what it was before (Appendix, Figure 2).
    """

    def __init__(self, c: int, residual: bool = False, se: bool = False) -> None:
        super().__init__()
        self.channels = c
        self.branch = _branch(c // 2, inner=c // 2, c2=c // 2, stride=1, se=se)
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        kept, worked = x.chunk(2, dim=1)
        out: Tensor = self.branch(worked)
        if self.residual:
            out += worked
        return shuffled_halves(kept, out.relu_())


class Downsampling(nn.Module):
    """Figure 3 (d): both branches see all channels: (n, c1, h, w) -> (n, c2, h / stride, w / stride).

    The left branch keeps the input's width and the right fills up to c2: only this gives the multiply-adds
    that the paper prints.
    """

    def __init__(self, c1: int, c2: int, stride: int = 2, se: bool = False) -> None:
        super().__init__()
        self.left = nn.Sequential(*depthwise(c1, stride), *conv_norm(c1, c1, activation=None))
        self.right = _branch(c1, inner=c2 // 2, c2=c2 - c1, stride=stride, se=se)

    def forward(self, x: Tensor) -> Tensor:
        joined = torch.cat((self.left(x), self.right(x)), dim=1).relu_()
        return shuffled_halves(*joined.chunk(2, dim=1))


def _branch(c1: int, inner: int, c2: int, stride: int, se: bool) -> nn.Sequential:
    """1x1, depthwise 3x3, 1x1 and squeeze-and-excitation, all before the last activation."""
    layers = [*conv_norm(c1, inner), *depthwise(inner, stride), *conv_norm(inner, c2, activation=None)]
    if se:
        layers.append(SqueezeExcitation(c2, 2 * inner))
    return nn.Sequential(*layers)


class SqueezeExcitation(nn.Module):
    """Each channel times a factor computed from all means (Hu et al. 2018): (n, c, h, w) -> the same.

    Its hidden layer is as wide as the whole unit: only this gives both 597 M (Table 8) and 12.7 G
    multiply-adds (Table 6).
    """

    def __init__(self, c: int, hidden: int) -> None:
        super().__init__()
        layers = [
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(c, hidden),
            nn.ReLU(inplace=True),
            nn.Linear(hidden, c),
            nn.Sigmoid(),
            nn.Unflatten(1, (c, 1, 1)),
        ]
        self.gate = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x * self.gate(x)
        return out


def shuffled_halves(a: Tensor, b: Tensor) -> Tensor:
    """The channels of two halves in turn, with one copy: 2 x (n, c, h, w) -> (n, 2 c, h, w), laid out as b.

    Equal to `shuffled` of their concatenation. If channels lie next to each other in memory, a pair of them
    looks like a complex number, which torch writes with vector instructions.
    """
    if b.stride(1) != 1:
        return torch.stack((a, b), 2).flatten(1, 2)
    a, b = a.permute(0, 2, 3, 1), b.permute(0, 2, 3, 1)
    can_be_parts = a.dtype == b.dtype and b.dtype in COMPLEX_PARTS and not torch.compiler.is_compiling()
    pairs = torch.view_as_real(torch.complex(a, b)) if can_be_parts else torch.stack((a, b), -1)
    return pairs.flatten(-2).permute(0, 3, 1, 2)


def shuffled(x: Tensor, groups: int = 2) -> Tensor:
    """Channels of each group in turn: (n, g c, h, w) -> (n, c g, h, w)."""
    n, c, h, w = x.shape
    return x.view((n, groups, c // groups, h, w)).transpose(1, 2).reshape(n, c, h, w)
