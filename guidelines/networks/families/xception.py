"""Xception (Chollet 2017): separable convolutions with shortcuts, in an entry, a middle and an exit flow."""

from itertools import pairwise

from torch import Tensor, nn

from guidelines.networks.layers import classifier, conv_norm, depthwise

ENTRY = (128, 256, 728)
MIDDLE_BLOCKS = 8
WIDEST_BLOCK, EXIT = 1024, (1536, 2048)


def xception() -> nn.Sequential:
    """The network for images of 299x299."""
    layers: list[nn.Module] = [_stem(3, 32, 2), _stem(32, 64, 1)]
    c1 = 64
    for k, c2 in enumerate(ENTRY):
        layers.append(Block((c1, c2, c2), stride=2, activates_first=k > 0))
        c1 = c2
    layers += [Block((c1,) * 4) for _ in range(MIDDLE_BLOCKS)]
    layers.append(Block((c1, c1, WIDEST_BLOCK), stride=2))
    c1 = WIDEST_BLOCK
    for c2 in EXIT:
        layers += [*_separable(c1, c2), nn.ReLU(inplace=True)]
        c1 = c2
    return nn.Sequential(*layers, classifier(c1))


class Block(nn.Module):
    """Separable convolutions, each behind a ReLU, and a shortcut, projected if the block halves."""

    def __init__(self, channels: tuple[int, ...], stride: int = 1, activates_first: bool = True) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for k, (c1, c2) in enumerate(pairwise(channels)):
            layers += [nn.ReLU()] if k > 0 or activates_first else []
            layers += _separable(c1, c2)
        shortcut: nn.Module = nn.Identity()
        if stride > 1:
            layers.append(nn.MaxPool2d(3, stride, 1))
            shortcut = conv_norm(channels[0], channels[-1], stride=stride, activation=None)
        self.branch = nn.Sequential(*layers)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.branch(x)
        out += self.shortcut(x)
        return out


def _stem(c1: int, c2: int, stride: int) -> nn.Sequential:
    conv = nn.Conv2d(c1, c2, 3, stride, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(c2), nn.ReLU(inplace=True))


def _separable(c1: int, c2: int) -> list[nn.Module]:
    """A depthwise 3x3 without normalisation, then a 1x1 with it."""
    return [depthwise(c1)[0], conv_norm(c1, c2, activation=None)]
