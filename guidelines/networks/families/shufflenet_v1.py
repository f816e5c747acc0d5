"""ShuffleNet v1 (Zhang et al. 2018): bottlenecks of group convolutions with a channel shuffle between."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from guidelines.networks.families.shufflenet_v2 import shuffled
from guidelines.networks.layers import classifier, conv_norm, depthwise

REPEATS = (4, 8, 4)
# Width of the first stage by groups at width 1 (its Table 1); it doubles from stage to stage.
WIDTHS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
# Width of the first convolution. STEMS holds the exceptions in the authors' own code, by width and groups; it
# gives a bias to the classifier at width 1 only.
STEM = 24
STEMS = {(0.5, 3): 12, (0.5, 8): 16, (2.0, 3): 48, (2.0, 8): 48}
# Width and units of each stage of the network of fifty layers (Ma et al. 2018, Appendix, Table 2).
DEEP = ((360, 3), (720, 4), (1440, 6), (2880, 3))
DEEP_STEM, DEEP_GROUPS = 64, 3


def shufflenet_v1(width: float = 1.0, groups: int = 3) -> nn.Sequential:
    """The network at a multiple of its widths, in 1, 2, 3, 4 or 8 groups. Raises KeyError for others."""
    stem, c2 = STEMS.get((width, groups), STEM), int(WIDTHS[groups] * width)
    stages = ((c2 * 2**stage, repeats) for stage, repeats in enumerate(REPEATS))
    return _network(stem, stages, first_stride=2, groups=groups, bottleneck=4, bias=width == 1)


def shufflenet_v1_50() -> nn.Sequential:
    """The network of fifty layers in 3 groups that Ma et al. compare with ResNet-50.

    Bottlenecks are half as wide, the first stage keeps the image's size and its first unit, whose widths
    differ, has no shortcut: only this gives their 2.3 G multiply-adds with whole groups.
    """
    return _network(DEEP_STEM, DEEP, first_stride=1, groups=DEEP_GROUPS, bottleneck=2, bias=True)


def _network(
    stem: int, stages: Iterable[tuple[int, int]], first_stride: int, groups: int, bottleneck: int, bias: bool
) -> nn.Sequential:
    """A convolution, a maximum pool and stages, each given by its width and its number of units."""
    layers: list[nn.Module] = [conv_norm(3, stem, 3, stride=2), nn.MaxPool2d(3, 2, 1)]
    c1, stride, first_groups = stem, first_stride, 1
    for c2, repeats in stages:
        for _ in range(repeats):
            unit = ShuffleUnit(
                c1, c2, groups=groups, first_groups=first_groups, stride=stride, bottleneck=bottleneck
            )
            layers.append(unit)
            c1, stride, first_groups = c2, 1, groups
        stride = 2
    return nn.Sequential(*layers, classifier(c1, bias=bias))


class ShuffleUnit(nn.Module):
    """Group 1x1, shuffle, depthwise 3x3, group 1x1; added to the input, or joined to it if it halves."""

    def __init__(
        self, c1: int, c2: int, groups: int, first_groups: int, stride: int, bottleneck: int = 4
    ) -> None:
        super().__init__()
        inner = c2 // bottleneck
        out = c2 - c1 if stride == 2 else c2
        self.groups = groups
        self.reduce = conv_norm(c1, inner, groups=first_groups)
        self.rest = nn.Sequential(
            depthwise(inner, stride=stride), conv_norm(inner, out, groups=groups, activation=None)
        )
        self.pool = nn.AvgPool2d(3, 2, 1) if stride == 2 else None
        self.is_residual = stride == 1 and c1 == c2
        self.activate = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        worked: Tensor = self.rest(shuffled(self.reduce(x), self.groups))
        if self.is_residual:
            worked += x
        out: Tensor = self.activate(torch.cat((self.pool(x), worked), 1) if self.pool else worked)
        return out
