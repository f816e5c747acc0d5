"""Sweeps with one network that misbehaves as the variable NETWORK says, between networks that do not."""

import asyncio
import os
import sys
import time

import pytest
import torch
from torch import Tensor, nn

from guidelines import Conv, Stack, Sweep, Variant

WORK = Stack((Conv(16, 16, 3),))
TWICE = Stack((Conv(16, 16, 3), Conv(16, 16, 3)))


def conv() -> nn.Conv2d:
    return nn.Conv2d(16, 16, 3, padding=1, bias=False)


class Plain(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = conv()

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Hostile(Plain):
    """Does what its method with the name of NETWORK does."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.kept: list[Tensor] = []
        self.act = getattr(self, os.environ.get("NETWORK") or "nothing")

    def forward(self, x: Tensor) -> Tensor:
        self.calls += 1
        return self.act(x)

    def nothing(self, x: Tensor) -> Tensor:
        return self.conv(x)

    def cache(self, x: Tensor) -> Tensor:
        if not self.kept:
            self.kept.append(self.conv(x))
        return self.kept[0]

    def not_a_number(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return y * float("nan") if self.calls > 5 else y

    def grow_input(self, x: Tensor) -> Tensor:
        return self.conv(x.mul_(1e3))

    def shrink_input(self, x: Tensor) -> Tensor:
        return self.conv(x.mul_(0.5))

    def leak(self, x: Tensor) -> Tensor:
        self.kept.append(torch.ones(250_000))
        return self.conv(x)

    def set_threads(self, x: Tensor) -> Tensor:
        torch.set_num_threads(2)
        return self.conv(x)

    def switch_onednn_off(self, x: Tensor) -> Tensor:
        torch.backends.mkldnn.set_flags(False)
        return self.conv(x)

    def cancel(self, x: Tensor) -> Tensor:
        if self.calls > 3:
            raise asyncio.CancelledError
        return self.conv(x)

    def sleep(self, x: Tensor) -> Tensor:
        if not x.is_meta:
            time.sleep(0.05)
        return self.conv(x)


class PooledNorm(Plain):
    """Batch normalisation after pooling: legal with one image, but not in training mode."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(16)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x).mean((2, 3), keepdim=True))


class TrainingHead(Plain):
    """A second head that only training uses, as in GoogLeNet."""

    def __init__(self) -> None:
        super().__init__()
        self.head = conv()

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return y + self.head(x) if self.training else y


class HalfInEval(Plain):
    """Leaves half of its declared work out unless it is training."""

    def __init__(self) -> None:
        super().__init__()
        self.second = conv()

    def forward(self, x: Tensor) -> Tensor:
        y = self.conv(x)
        return self.second(y) if self.training else y


class Traced(Plain):
    """Fails if something traces or profiles its calls."""

    def forward(self, x: Tensor) -> Tensor:
        if sys.gettrace() or sys.getprofile():
            raise RuntimeError("is traced")
        return self.conv(x)


def deep() -> nn.Sequential:
    """A deep network with torch's own weights, whose activations end among the denormal numbers."""
    layers: list[nn.Module] = []
    for _ in range(128):
        layers += [conv(), nn.ReLU()]
    return nn.Sequential(*layers)


def wide() -> nn.Sequential:
    layers: list[nn.Module] = []
    for _ in range(8):
        layers += [nn.Conv2d(64, 64, 3, padding=1, bias=False), nn.ReLU()]
    return nn.Sequential(*layers)


def variant(name, build, work=WORK):
    return Variant(name, name, (16,), work, build)


def two(name):
    return Sweep("G8", "a claim", name, (variant("a", Plain), variant("b", Plain)))


def sweeps(condition):
    yield two("before")
    networks = (variant("a", Plain), variant("b", Plain), variant("hostile", Hostile), variant("c", Plain))
    yield Sweep("G8", "a claim", "hostile", networks)
    yield two("after")


def training_sweeps(condition):
    networks = (variant("plain", Plain), variant("pooled", PooledNorm), variant("head", TrainingHead))
    yield Sweep("G9", "a claim", "eval", networks)
    halved = (
        variant("two", lambda: nn.Sequential(conv(), conv()), TWICE),
        variant("half", HalfInEval, TWICE),
    )
    yield Sweep("G9", "a claim", "half", halved)


def traced_sweeps(condition):
    yield Sweep("G10", "a claim", "traced", (variant("a", Traced), variant("b", Traced)))


def deep_sweeps(condition):
    narrow = Variant("deep", "deep", (16,), Stack((Conv(16, 16, 3),) * 128), deep)
    yield Sweep(
        "G11",
        "a claim",
        "depth",
        (Variant("wide", "wide", (64,), Stack((Conv(64, 64, 3),) * 8), wide), narrow),
    )


@pytest.mark.guideline(sweeps=sweeps)
def test_g8(measure):
    measure()


@pytest.mark.guideline(sweeps=training_sweeps)
def test_g9(measure):
    measure()


@pytest.mark.guideline(sweeps=traced_sweeps)
def test_g10(measure):
    measure()


@pytest.mark.guideline(sweeps=deep_sweeps)
def test_g11(measure):
    measure()
