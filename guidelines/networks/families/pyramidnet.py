"""PyramidNet-101 (Han et al. 2017): bottlenecks that widen by equal steps, not by doubling at each stage."""

from torch import Tensor, nn

from guidelines.networks.layers import classifier, conv_norm, normed

BLOCKS = (3, 4, 23, 3)
STEM, WIDENING, EXPANSION = 64, 360, 4


def pyramidnet101_a360() -> nn.Sequential:
    """Widened by 360 inner channels in all, the same share at every block; widths are rounded."""
    layers: list[nn.Module] = [conv_norm(3, STEM, 7, stride=2), nn.MaxPool2d(3, 2, 1)]
    strides: list[int] = []
    for stage, blocks in enumerate(BLOCKS):
        strides += [2 if stage > 0 else 1, *[1] * (blocks - 1)]
    c1 = STEM
    for block, stride in enumerate(strides, start=1):
        inner = round(STEM + WIDENING * block / len(strides))
        layers.append(Bottleneck(c1, inner, stride))
        c1 = inner * EXPANSION
    return nn.Sequential(*layers, *normed(c1), classifier(c1))


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 between normalisations: (n, c1, h, w) -> (n, 4 inner, h', w').

    Nothing is projected: the input, averaged if the block halves, is added to the first c1 channels.
    """

    def __init__(self, c1: int, inner: int, stride: int) -> None:
        super().__init__()
        self.branch = nn.Sequential(
            nn.BatchNorm2d(c1),
            conv_norm(c1, inner),
            conv_norm(inner, inner, 3, stride),
            conv_norm(inner, inner * EXPANSION, activation=None),
        )
        self.shortcut = nn.AvgPool2d(2, stride, ceil_mode=True) if stride > 1 else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.branch(x)
        # As a shortcut padded with zeros, which need not be written or added.
        out[:, : x.shape[1]].add_(self.shortcut(x))
        return out
