"""DenseNet-121 (Huang et al. 2017): every layer sees the outputs of all layers of its block."""

import torch
from torch import Tensor, nn

from guidelines.networks.layers import classifier, conv_norm, normed

BLOCKS = (6, 12, 24, 16)
GROWTH, STEM, INNER = 32, 64, 4


def densenet121() -> nn.Sequential:
    """Four blocks of growth 32, whose widths are halved between them."""
    layers: list[nn.Module] = [conv_norm(3, STEM, 7, stride=2), nn.MaxPool2d(3, 2, 1)]
    c = STEM
    for k, count in enumerate(BLOCKS):
        layers += [DenseLayer(c + GROWTH * i) for i in range(count)]
        c += GROWTH * count
        if k + 1 < len(BLOCKS):
            layers += [*normed(c), nn.Conv2d(c, c // 2, 1, bias=False), nn.AvgPool2d(2)]
            c //= 2
    return nn.Sequential(*layers, *normed(c), classifier(c))


class DenseLayer(nn.Module):
    """1x1 and 3x3 convolutions behind their normalisation, joined to the input: c -> c + GROWTH."""

    def __init__(self, c: int) -> None:
        super().__init__()
        inner = INNER * GROWTH
        self.branch = nn.Sequential(
            *normed(c),
            conv_norm(c, inner),
            nn.Conv2d(inner, GROWTH, 3, padding=1, bias=False),
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat((x, self.branch(x)), dim=1)
