"""IGCV3-D (Sun et al. 2018): MobileNet v2 of twice the depth, with 1x1 convolutions in two groups."""

from torch import Tensor, nn

from guidelines.networks.families.mobilenet_v2 import HEAD, STAGES, stacked
from guidelines.networks.families.shufflenet_v2 import shuffled
from guidelines.networks.layers import conv_norm, depthwise

GROUPS = 2


def igcv3_d(width: float = 1.0) -> nn.Sequential:
    """The network at a multiple of its widths, each rounded to an even one; the head never narrows."""
    stages = ((t, c, 2 * repeats if repeats > 1 else 1, stride) for t, c, repeats, stride in STAGES)
    return stacked(InterleavedBlock, stages, lambda c: _even(c * width), _even(HEAD * max(1.0, width)))


class InterleavedBlock(nn.Module):
    """Expand and project in groups, shuffle and filter each channel between; added if shapes agree.

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
    """Round to the nearest integer, then up to an even one."""
    nearest = round(channels)
    return nearest + nearest % 2
