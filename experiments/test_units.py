"""Units at equal multiply-adds: ShuffleNet v2's is the fastest (paper, Appendix, Table 1b)."""

from collections.abc import Callable, Iterator

import pytest

from guidelines import Condition, Setup, Sweep
from guidelines.networks.units import UNITS, units

SETUP = Setup(image_sizes=(56, 28))
CLAIM = "a multiply-add takes least time in ShuffleNet v2's unit"
WIDTHS = (64, 128, 256)


def sweeps(condition: Condition) -> Iterator[Sweep]:
    """Ten units of each network, with the multiply-adds of ShuffleNet v2's unit of c channels."""
    for c in WIDTHS:
        every = tuple(units(name, c) for name in UNITS)
        yield Sweep("U", CLAIM, f"c{c}", every, per_multiply_add=True, claims_every_row=True)


@pytest.mark.guideline(sweeps=sweeps, setup=SETUP, on_request="about 100 seconds on two CPU cores")
def test_units(measure: Callable[[], None]) -> None:
    measure()
