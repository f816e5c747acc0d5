"""G4: element-wise operations are not negligible (paper, Table 4)."""

from collections.abc import Callable, Iterator

import pytest

from guidelines.networks import blocks
from guidelines.paper import tables as paper
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Sweep

CLAIM = "element-wise operators are not negligible"
MULTIPLIERS = (1, 2, 4)


def sweeps(condition: Condition) -> Iterator[Sweep]:
    """Ten bottleneck units, with ReLU and shortcut and without; equal work under every rule."""
    base = paper.base_width("G4", condition.device.paper_platform)
    for multiplier in MULTIPLIERS:
        c = base * multiplier
        variants = tuple(
            blocks.bottleneck(c, relu, shortcut) for relu in (True, False) for shortcut in (True, False)
        )
        yield Sweep("G4", CLAIM, f"c{c}", variants, expect="faster")


@pytest.mark.guideline(sweeps=sweeps)
def test_g4(measure: Callable[[], None]) -> None:
    measure()
