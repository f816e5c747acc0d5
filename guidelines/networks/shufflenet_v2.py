"""ShuffleNet v2 (Ma et al. 2018): units that split, work on one half, join and shuffle."""

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
STEM = 24


def shufflenet_v2(width: float = 1.0) -> nn.Sequential:
    """The network at one of the paper's widths: 0.5, 1, 1.5 or 2. Raises KeyError for another."""
    *stages, last = WIDTHS[width]
    layers: list[nn.Module] = [conv_norm(3, STEM, 3, stride=2), nn.MaxPool2d(3, 2, 1)]
    c1 = STEM
    for c2, repeats in zip(stages, REPEATS, strict=True):
        layers.append(Downsampling(c1, c2))
        layers += [Unit(c2) for _ in range(repeats - 1)]
        c1 = c2
    return nn.Sequential(*layers, conv_norm(c1, last), classifier(last, bias=False))


class Unit(nn.Module):
    """Figure 3 (c): half of the channels pass, the others are convolved: (n, c, h, w) -> (n, c, h, w)."""

    def __init__(self, c: int) -> None:
        super().__init__()
        half = c // 2
        self.branch = nn.Sequential(conv_norm(half, half), depthwise(half), conv_norm(half, half))

    def forward(self, x: Tensor) -> Tensor:
        kept, worked = x.chunk(2, dim=1)
        return shuffled(torch.cat((kept, self.branch(worked)), dim=1))


class Downsampling(nn.Module):
    """Figure 3 (d): both branches see all channels: (n, c1, h, w) -> (n, c2, h / 2, w / 2).

    The left branch keeps the input's width and the right fills up to c2: only this gives the multiply-adds
    that the paper prints.
    """

    def __init__(self, c1: int, c2: int) -> None:
        super().__init__()
        inner = c2 // 2
        self.left = nn.Sequential(depthwise(c1, stride=2), conv_norm(c1, c1))
        self.right = nn.Sequential(
            conv_norm(c1, inner), depthwise(inner, stride=2), conv_norm(inner, c2 - c1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return shuffled(torch.cat((self.left(x), self.right(x)), dim=1))


def shuffled(x: Tensor, groups: int = 2) -> Tensor:
    """Channels of each group in turn: (n, g c, h, w) -> (n, c g, h, w)."""
    n, c, h, w = x.shape
    return x.view(n, groups, c // groups, h, w).transpose(1, 2).reshape(n, c, h, w)
