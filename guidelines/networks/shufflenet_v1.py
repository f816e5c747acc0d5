"""ShuffleNet v1 (Zhang et al. 2018): bottlenecks of group convolutions with a channel shuffle between."""

import torch
from torch import Tensor, nn

from guidelines.networks.layers import classifier, conv_norm, depthwise
from guidelines.networks.shufflenet_v2 import shuffled

REPEATS = (4, 8, 4)
# Width of the first stage by groups at width 1 (its Table 1); it doubles from stage to stage.
WIDTHS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
# Width of the first convolution, where the authors' own code departs from STEM; it also gives no bias to the
# classifiers of other widths than 1.
STEM = 24
STEMS = {(0.5, 3): 12, (0.5, 8): 16, (2.0, 3): 48, (2.0, 8): 48}


def shufflenet_v1(width: float = 1.0, groups: int = 3) -> nn.Sequential:
    """The network at a multiple of its widths, in 1, 2, 3, 4 or 8 groups. Raises KeyError for others."""
    c1, c2 = STEMS.get((width, groups), STEM), int(WIDTHS[groups] * width)
    layers: list[nn.Module] = [conv_norm(3, c1, 3, stride=2), nn.MaxPool2d(3, 2, 1)]
    for stage, repeats in enumerate(REPEATS):
        for k in range(repeats):
            first_groups = 1 if stage == k == 0 else groups
            layers.append(Unit(c1, c2, groups, first_groups, stride=2 if k == 0 else 1))
            c1 = c2
        c2 *= 2
    return nn.Sequential(*layers, classifier(c1, bias=width == 1))


class Unit(nn.Module):
    """Group 1x1, shuffle, depthwise 3x3, group 1x1; added to the input, or beside it where halved."""

    def __init__(self, c1: int, c2: int, groups: int, first_groups: int, stride: int) -> None:
        super().__init__()
        inner = c2 // 4
        out = c2 - c1 if stride == 2 else c2
        self.groups = groups
        self.reduce = conv_norm(c1, inner, groups=first_groups)
        self.rest = nn.Sequential(
            depthwise(inner, stride=stride), conv_norm(inner, out, groups=groups, activation=None)
        )
        self.pool = nn.AvgPool2d(3, 2, 1) if stride == 2 else None
        self.activate = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        worked = self.rest(shuffled(self.reduce(x), self.groups))
        out: Tensor = self.activate(torch.cat((self.pool(x), worked), 1) if self.pool else worked + x)
        return out
