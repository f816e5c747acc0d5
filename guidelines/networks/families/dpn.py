"""DPN-92 (Chen et al. 2017): each block adds to its residual channels and appends to its dense ones."""

import torch
from torch import Tensor, nn

from guidelines.networks.layers import classifier, conv_norm, normed, with_epsilon

# Blocks and growth of each stage (its Table 1).
STAGES = ((3, 16), (4, 32), (20, 24), (3, 128))
STEM, GROUPS = 64, 32
# Widths of the first stage, which double from stage to stage.
RESIDUAL, INNER = 256, 96
# Of its batch normalisations, in the authors' models.
EPSILON = 1e-3


def dpn92() -> nn.Sequential:
    """Four stages of dual paths behind a 7x7 convolution and a maximum pool."""
    layers: list[nn.Module] = [conv_norm(3, STEM, 7, stride=2), nn.MaxPool2d(3, 2, 1)]
    c1 = STEM
    for stage, (blocks, growth) in enumerate(STAGES):
        residual = RESIDUAL * 2**stage
        for k in range(blocks):
            shortcut = residual + 2 * growth if k == 0 else c1
            stride = 2 if stage > 0 and k == 0 else 1
            layers.append(DualPath(c1, shortcut=shortcut, residual=residual, growth=growth, stride=stride))
            c1 = shortcut + growth
    return with_epsilon(nn.Sequential(*layers, *normed(c1), classifier(c1)), EPSILON)


class DualPath(nn.Module):
    """Bottleneck beside a shortcut, which it adds to and lengthens: (n, c1, h, w) -> (n, c2, h', w').

    The first `residual` channels are added to, the others are the dense path: c2 = shortcut + growth. A
    shortcut of another width than c1 is a projection.
    """

    def __init__(self, c1: int, shortcut: int, residual: int, growth: int, stride: int) -> None:
        super().__init__()
        inner = residual * INNER // RESIDUAL
        self.shortcut: nn.Module = nn.Identity()
        if shortcut != c1:
            self.shortcut = _preactivated(c1, nn.Conv2d(c1, shortcut, 1, stride, bias=False))
        self.branch = _preactivated(
            c1,
            conv_norm(c1, inner),
            conv_norm(inner, inner, 3, stride=stride, groups=GROUPS),
            nn.Conv2d(inner, residual + growth, 1, bias=False),
        )
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        kept, worked, r = self.shortcut(x), self.branch(x), self.residual
        return torch.cat((kept[:, :r] + worked[:, :r], kept[:, r:], worked[:, r:]), dim=1)


def _preactivated(c1: int, *layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(*normed(c1), *layers)
