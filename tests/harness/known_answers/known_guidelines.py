"""Guidelines whose slow-downs have a known reason: one factor of the account carries all of each.

`known_answers.py` beside this folder runs them; `guidelines run` finds them by their path.
"""

from functools import partial

import pytest
import torch
from torch import nn

from guidelines import Conv, Stack, Sweep, Variant

# Each network begins with the same small convolution, since every network has multiply-adds.
FIRST = Conv(1, 1)
PIXELS = 56**2


class Additions(nn.Module):
    """The convolution, and additions of each of some parts to itself, several times over."""

    def __init__(self, elements, parts, calls):
        super().__init__()
        self.first = nn.Conv2d(1, 1, 1, bias=False)
        self.calls = calls
        for number in range(parts):
            self.register_buffer(f"part_{number}", torch.randn(elements))

    def forward(self, x):
        parts = list(self.buffers())
        for _ in range(self.calls):
            for part in parts:
                part + part
        return self.first(x)


def additions(name, *, elements, parts, calls):
    """A variant that adds parts of so many elements to themselves."""
    accesses, rest = divmod(3 * elements * parts * calls, PIXELS)
    assert not rest
    work = Stack((FIRST,), elementwise_accesses=accesses)
    return Variant(name, name, (elements,), work, partial(Additions, elements, parts, calls))


def stack(c1, c2, calls):
    """Pairs of convolutions c1 -> c2 -> c1, called several times over."""
    pair = nn.Sequential(nn.Conv2d(c1, c2, 1, bias=False), nn.Conv2d(c2, c1, 1, bias=False))
    return nn.Sequential(*[pair] * calls)


def convolutions(name, c1, c2, calls):
    work = Stack((Conv(c1, c2), Conv(c2, c1)) * calls)
    return Variant(name, name, (c1, c2), work, partial(stack, c1, c2, calls))


def sweeps(condition):
    yield Sweep(
        "traffic",
        "twice the elements take twice the time",
        "elements",
        (
            additions("once", elements=80 * PIXELS, parts=1, calls=10),
            additions("twice", elements=160 * PIXELS, parts=1, calls=10),
        ),
    )
    yield Sweep(
        "launches",
        "ten small operators are slower than one of equal bytes",
        "operators",
        (
            additions("one", elements=3920, parts=1, calls=100),
            additions("ten", elements=392, parts=10, calls=100),
        ),
    )
    yield Sweep(
        "kernels",
        "odd widths are slower than aligned ones",
        "widths",
        (convolutions("aligned", 64, 64, 5), convolutions("odd", 63, 65, 5)),
    )
    yield Sweep(
        "work",
        "a layer called twice takes twice the time",
        "calls",
        (convolutions("once", 64, 64, 3), convolutions("twice", 64, 64, 6)),
    )


@pytest.mark.guideline(sweeps=sweeps)
def test_known_answers(measure):
    measure()
