"""A plain network with one breach of each guideline at random places, whole or with one of them undone.

A breach reads the first channels of the tensor before it, and its first channels take their place: so the
network is the same without it, but for an operator of equal multiply-adds that keeps the guideline.
"""

import random

import torch
from torch import nn

WIDTH, SIZE, LAYERS = 96, 56, 5
INPUT = (1, WIDTH, SIZE, SIZE)


class Fragments(nn.Module):
    def __init__(self, c1, c2, count):
        super().__init__()
        self.branches = nn.ModuleList(conv(c1, c2 // count, 3) for _ in range(count))

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


class Elementwise(nn.Module):
    def forward(self, x):
        return torch.clamp(torch.abs(torch.relu(x) * 0.5) + 1, max=6)


def conv(c1, c2, kernel, groups=1):
    return nn.Conv2d(c1, c2, kernel, padding=kernel // 2, groups=groups, bias=False)


# Channels that a breach reads, channels that it is followed by, the breach, and what keeps its guideline.
BREACHES = {
    "G1": (16, 56, lambda: conv(16, 192, 1), lambda: conv(56, 56, 1)),
    "G2": (WIDTH, 16, lambda: conv(WIDTH, WIDTH, 3, groups=32), lambda: conv(16, 16, 3)),
    "G3": (32, 32, lambda: Fragments(32, 32, 4), lambda: conv(32, 32, 3)),
    "G4": (WIDTH, WIDTH, Elementwise, nn.Identity),
}


class Planted(nn.Module):
    """The breaches are at places that the seed gives; `undone` is the guideline that is kept nevertheless."""

    def __init__(self, seed, undone=""):
        super().__init__()
        chosen = random.Random(seed)
        kernels = chosen.sample((3, *[1] * (LAYERS - 1)), LAYERS)
        self.layers = nn.ModuleList(conv(WIDTH, WIDTH, kernel) for kernel in kernels)
        self.guidelines = dict(zip(chosen.sample(range(LAYERS), len(BREACHES)), BREACHES, strict=True))
        self.breaches = nn.ModuleDict()
        for guideline, (_, _, breach, kept) in BREACHES.items():
            self.breaches[guideline] = kept() if guideline == undone else breach()
        self.undone = undone

    def forward(self, x):
        for place, layer in enumerate(self.layers):
            x = layer(x)
            if place in self.guidelines:
                x = self._after(self.guidelines[place], x)
        return x

    def _after(self, guideline, x):
        read, followed_by, _, _ = BREACHES[guideline]
        if guideline == self.undone:
            read = followed_by
        y = self.breaches[guideline](x[:, :read])
        if followed_by == WIDTH:
            return y
        return torch.cat([y[:, :followed_by], x[:, followed_by:]], 1)
