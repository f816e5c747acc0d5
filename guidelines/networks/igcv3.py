"""IGCV3-D (Sun et al. 2018): MobileNet v2 of twice the depth, with 1x1 convolutions in two groups."""

from torch import Tensor, nn

from guidelines.networks.layers import classifier, conv_norm, depthwise
from guidelines.networks.mobilenet_v2 import HEAD, STAGES, STEM
from guidelines.networks.shufflenet_v2 import shuffled

GROUPS = 2


def igcv3_d(width: float = 1.0) -> nn.Sequential:
    """The network at a multiple of its widths, each rounded to an even one; the head never narrows."""
    c1 = _even(STEM * width)
    layers: list[nn.Module] = [conv_norm(3, c1, 3, stride=2, activation=nn.ReLU6)]
    for expansion, channels, repeats, stride in STAGES:
        c2 = _even(channels * width)
        for k in range(2 * repeats if repeats > 1 else 1):
            layers.append(InterleavedBlock(c1, c2, expansion, stride if k == 0 else 1))
            c1 = c2
    head = _even(HEAD * max(1.0, width))
    return nn.Sequential(*layers, conv_norm(c1, head, activation=nn.ReLU6), classifier(head))


class InterleavedBlock(nn.Module):
    """Expand and project in groups, shuffle and filter each channel between; added where shapes agree.

    One permutation a block, as in the network that the authors published; their script has a second.
    """

    def __init__(self, c1: int, c2: int, expansion: int, stride: int) -> None:
        super().__init__()
        inner = c1 * expansion
        self.expand = conv_norm(c1, inner, groups=GROUPS, activation=None)
        self.rest = nn.Sequential(
            depthwise(inner, stride=stride, activation=nn.ReLU6),
            conv_norm(inner, c2, groups=GROUPS, activation=None),
        )
        self.is_residual = stride == 1 and c1 == c2

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.rest(shuffled(self.expand(x), GROUPS))
        return out.add_(x) if self.is_residual else out


def _even(channels: float) -> int:
    """To the nearest integer, then up to an even one."""
    nearest = round(channels)
    return nearest + nearest % 2
