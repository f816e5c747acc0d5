"""A network small enough to be compiled in a test, and the conditions to run it under."""

import torch
from torch import nn

from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Variant
from guidelines.spec.work import Conv, Stack

EAGER = Condition("cpu", "", image_size=4)
COMPILED = Condition("cpu", "", mode="compile", image_size=4)


class Unit(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 1, bias=False)

    def forward(self, x):
        return torch.relu(self.conv(x)) + x


def network(forward):
    """A variant whose module holds a convolution and computes forward(convolution, x)."""

    class Network(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = torch.nn.Conv2d(4, 4, 1, bias=False)

        def forward(self, x):
            return forward(self.conv, x)

    return Variant("a", "a", (4,), Stack((Conv(4, 4),)), Network)
