"""MobileNet v1 (Howard et al. 2017): a 3x3 convolution, then thirteen depthwise-separable blocks."""

from torch import nn

from guidelines.networks.layers import classifier, conv_norm, depthwise

# Width and stride of each block at width 1.
BLOCKS = (
    *((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)),
    *((512, 1),) * 5,
    *((1024, 2), (1024, 1)),
)
STEM = 32


def mobilenet_v1(width: float = 1.0) -> nn.Sequential:
    """The network at a multiple of its widths."""
    c1 = int(STEM * width)
    layers: list[nn.Module] = [conv_norm(3, c1, 3, stride=2)]
    for channels, stride in BLOCKS:
        c2 = int(channels * width)
        layers += [depthwise(c1, stride=stride, activation=nn.ReLU), conv_norm(c1, c2)]
        c1 = c2
    return nn.Sequential(*layers, classifier(c1))
