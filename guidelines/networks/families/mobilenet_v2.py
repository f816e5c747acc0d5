"""MobileNet v2 (Sandler et al. 2018): inverted residual blocks with linear outputs."""

from collections.abc import Callable, Iterable

from torch import Tensor, nn

from guidelines.networks.layers import classifier, conv_norm, depthwise

# Expansion, width, repeats and first stride of each stage at width 1.
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
STEM, HEAD, DIVISOR = 32, 1280, 8


def mobilenet_v2(width: float = 1.0) -> nn.Sequential:
    """The network at a multiple of its widths, each rounded to a multiple of 8; the head never narrows."""
    return stacked(InvertedResidual, STAGES, lambda c: _rounded(c * width), _rounded(HEAD * max(1.0, width)))


def stacked(
    block: Callable[[int, int, int, int], nn.Module],
    stages: Iterable[tuple[int, int, int, int]],
    scaled: Callable[[int], int],
    head: int,
) -> nn.Sequential:
    """A strided convolution, stages of blocks (c1, c2, expansion, stride), a head and a classifier."""
    c1 = scaled(STEM)
    layers: list[nn.Module] = [conv_norm(3, c1, 3, stride=2, activation=nn.ReLU6)]
    for expansion, channels, repeats, stride in stages:
        c2 = scaled(channels)
        for k in range(repeats):
            layers.append(block(c1, c2, expansion, stride if k == 0 else 1))
            c1 = c2
    return nn.Sequential(*layers, conv_norm(c1, head, activation=nn.ReLU6), classifier(head))


class InvertedResidual(nn.Module):
    """Expand, filter each channel, project; added to the input if shapes agree."""

    def __init__(self, c1: int, c2: int, expansion: int, stride: int) -> None:
        super().__init__()
        inner = c1 * expansion
        expand = [conv_norm(c1, inner, activation=nn.ReLU6)] if expansion > 1 else []
        self.branch = nn.Sequential(
            *expand,
            depthwise(inner, stride=stride, activation=nn.ReLU6),
            conv_norm(inner, c2, activation=None),
        )
        self.is_residual = stride == 1 and c1 == c2

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.branch(x)
        return out.add_(x) if self.is_residual else out


def _rounded(channels: float) -> int:
    """Round to the nearest multiple of DIVISOR that loses no more than a tenth."""
    nearest = max(DIVISOR, int(channels + DIVISOR / 2) // DIVISOR * DIVISOR)
    return nearest if nearest >= 0.9 * channels else nearest + DIVISOR
