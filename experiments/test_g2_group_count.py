"""G2: excessive group convolution raises memory access cost (paper, Table 2)."""

from collections.abc import Callable, Iterator

import pytest

from guidelines import Condition, Sweep
from guidelines.networks import blocks
from guidelines.paper import tables as paper
from guidelines.spec.channels import group_widths

CLAIM = "excessive group convolution raises memory access"
GROUPS = {"paper": (1, 2, 4, 8), "exact": (1, 4, 16)}
MULTIPLIERS = (1, 2, 4)


def sweeps(condition: Condition) -> Iterator[Sweep]:
    """Ten 1x1 group convolutions: the number of groups g grows, c^2 / g stays the same."""
    base, rule = paper.base_width("G2", condition.device.paper_platform), condition.channel_rule
    for multiplier in MULTIPLIERS:
        variants = tuple(
            blocks.group_convolution(*group_widths(base, g, rule, multiplier).widths, groups=g)
            for g in GROUPS[rule]
        )
        yield Sweep("G2", CLAIM, f"x{multiplier}", variants)


@pytest.mark.guideline(sweeps=sweeps)
def test_g2(measure: Callable[[], None]) -> None:
    measure()
