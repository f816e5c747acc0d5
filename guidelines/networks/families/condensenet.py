"""CondenseNet-74 (Huang et al. 2018) as converted for testing: learned groups become an index and groups."""

from collections.abc import Sequence
from itertools import chain

import torch
from torch import Tensor, nn

from guidelines.networks.families.shufflenet_v2 import shuffled
from guidelines.networks.layers import normed

# Layers and growth of each block.
BLOCKS = ((4, 8), (6, 16), (8, 32), (10, 64), (8, 128))
STEM, INNER = 16, 4


def condensenet74(groups: int = 4) -> nn.Sequential:
    """Five dense blocks with 1x1 and 3x3 convolutions in 4 or 8 groups, condensed by as many.

    Raises ValueError for groups that do not divide its channels. The classifier reads half of the features,
    as in the authors' code. Training chooses which channels an index keeps; here they are evenly spread.
    """
    layers: list[nn.Module] = [nn.Conv2d(3, STEM, 3, stride=2, padding=1, bias=False)]
    c = STEM
    for k, (count, growth) in enumerate(BLOCKS):
        layers += [nn.AvgPool2d(2)] if k > 0 else []
        layers += [DenseLayer(c + growth * i, growth, groups) for i in range(count)]
        c += growth * count
    features = (*normed(c), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    half = range(0, c, 2)
    return nn.Sequential(*layers, *features, Index(half), nn.Linear(len(half), 1000))


class DenseLayer(nn.Module):
    """Index, group 1x1, shuffle, group 3x3, joined to the input: (n, c, h, w) -> (n, c + growth, h, w).

    Each group of the 1x1 convolution reads c / groups channels, and each channel is read by one group.
    """

    def __init__(self, c: int, growth: int, groups: int) -> None:
        super().__init__()
        self.groups = groups
        spread = list(chain.from_iterable(range(first, c, groups) for first in range(groups)))
        self.reduce = nn.Sequential(Index(spread), *_preactivated(c, INNER * growth, 1, groups))
        self.rest = nn.Sequential(*_preactivated(INNER * growth, growth, 3, groups))

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((x, self.rest(shuffled(self.reduce(x), self.groups))), dim=1)


class Index(nn.Module):
    """The channels or features named, in that order: (n, c, ...) -> (n, len(index), ...)."""

    index: Tensor

    def __init__(self, index: Sequence[int]) -> None:
        super().__init__()
        self.register_buffer("index", torch.tensor(index))

    def forward(self, x: Tensor) -> Tensor:
        return x.index_select(1, self.index)


def _preactivated(c1: int, c2: int, kernel_size: int, groups: int) -> list[nn.Module]:
    """Normalisation, activation, convolution."""
    conv = nn.Conv2d(c1, c2, kernel_size, padding=kernel_size // 2, groups=groups, bias=False)
    return [*normed(c1), conv]
