"""AlexNet (Krizhevsky et al. 2012): the first group convolution, in two groups for two devices."""

from torch import nn

from guidelines.networks.layers import deep_classifier


def alexnet() -> nn.Sequential:
    """Five convolutions, three linear layers; for images of 227x227."""
    layers: list[nn.Module] = [
        *_conv(3, 96, 11, stride=4, padding=0),
        nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0),
        nn.MaxPool2d(3, 2),
        *_conv(96, 256, 5, padding=2, groups=2),
        nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0),
        nn.MaxPool2d(3, 2),
        *_conv(256, 384, 3, padding=1),
        *_conv(384, 384, 3, padding=1, groups=2),
        *_conv(384, 256, 3, padding=1, groups=2),
        nn.MaxPool2d(3, 2),
        deep_classifier(256 * 6 * 6),
    ]
    return nn.Sequential(*layers)


def _conv(
    c1: int, c2: int, kernel_size: int, padding: int, stride: int = 1, groups: int = 1
) -> list[nn.Module]:
    conv = nn.Conv2d(c1, c2, kernel_size, stride=stride, padding=padding, groups=groups)
    return [conv, nn.ReLU(inplace=True)]
