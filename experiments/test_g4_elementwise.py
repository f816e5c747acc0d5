"""G4: element-wise operations are not negligible (paper, Table 4)."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest

from guidelines import Condition, Sweep
from guidelines.networks import blocks
from guidelines.paper import tables as paper

CLAIM = "element-wise operators are not negligible"
MULTIPLIERS = (1, 2, 4)


def sweeps(condition: Condition) -> Iterator[Sweep]:
    """Ten bottleneck units, with or without ReLU and shortcut; every channel rule gives the same widths."""
    base = paper.base_width("G4", condition.device.paper_platform)
    for multiplier in MULTIPLIERS:
        c = base * multiplier
        variants = tuple(
            blocks.bottleneck(c, relu, shortcut) for relu, shortcut in product((True, False), repeat=2)
        )
        yield Sweep("G4", CLAIM, f"c{c}", variants, expect="faster")


@pytest.mark.guideline(sweeps=sweeps)
def test_g4(measure: Callable[[], None]) -> None:
    measure()
