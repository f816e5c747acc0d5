"""Layers that several families share: a convolution with normalisation, and a classifier."""

from math import sqrt
from typing import TypeVar

import torch
from torch import nn

Net = TypeVar("Net", bound=nn.Module)


def conv_norm(
    c1: int,
    c2: int,
    kernel_size: int = 1,
    stride: int = 1,
    groups: int = 1,
    activation: type[nn.Module] | None = nn.ReLU,
) -> nn.Sequential:
    """Convolution without bias, equal padding, normalisation, activation: (n, c1, ...) -> (n, c2, ...)."""
    padding = kernel_size // 2
    conv = nn.Conv2d(c1, c2, kernel_size, stride=stride, padding=padding, groups=groups, bias=False)
    layers: list[nn.Module] = [conv, nn.BatchNorm2d(c2)]
    if activation is not None:
        layers.append(activation(inplace=True))
    return nn.Sequential(*layers)


def normed(c: int) -> list[nn.Module]:
    """Normalisation and activation before a convolution: (n, c, ...) -> (n, c, ...)."""
    return [nn.BatchNorm2d(c), nn.ReLU(inplace=True)]


def depthwise(c: int, stride: int = 1, activation: type[nn.Module] | None = None) -> nn.Sequential:
    """One 3x3 filter a channel, with normalisation: (n, c, h, w) -> (n, c, h', w')."""
    return conv_norm(c, c, 3, stride, groups=c, activation=activation)


def classifier(c: int, classes: int = 1000, bias: bool = True) -> nn.Sequential:
    """Mean over the image, then one linear layer: (n, c, h, w) -> (n, classes)."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, classes, bias=bias))


@torch.no_grad()
def at_unit_gain(network: nn.Module) -> nn.Module:
    """Scale the weights of a network up, in place, to keep its activations in range; returns it.

    Torch's initial weights have a third of the variance that keeps the variance of a linear layer's input.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.weight.mul_(sqrt(3))
    return network


def with_epsilon(network: Net, epsilon: float) -> Net:
    """Set the epsilon of every batch normalisation, in place; returns the network."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = epsilon
    return network


def deep_classifier(features: int, inner: int = 4096, classes: int = 1000) -> nn.Sequential:
    """Three linear layers on all pixels, without dropout: (n, ...) of `features` values -> (n, classes)."""
    layers = [
        nn.Flatten(),
        nn.Linear(features, inner),
        nn.ReLU(inplace=True),
        nn.Linear(inner, inner),
        nn.ReLU(inplace=True),
        nn.Linear(inner, classes),
    ]
    return nn.Sequential(*layers)
