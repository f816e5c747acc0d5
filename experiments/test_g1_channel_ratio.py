"""G1: equal channel width minimises memory access cost (paper, Table 1)."""

from collections.abc import Callable, Iterator

import pytest

from guidelines import Condition, Sweep
from guidelines.networks import blocks
from guidelines.paper import tables as paper
from guidelines.spec.channels import ratio_widths

CLAIM = "equal channel width minimises memory access"
RATIOS = {"paper": (1, 2, 6, 12), "exact": (1, 4, 16)}
MULTIPLIERS = (1, 2, 4)


def sweeps(condition: Condition) -> Iterator[Sweep]:
    """Ten blocks c1 -> c2 -> c1: the ratio c1 : c2 grows, the product c1 c2 stays the same."""
    base, rule = paper.base_width("G1", condition.device.paper_platform), condition.channel_rule
    for multiplier in MULTIPLIERS:
        widths = [ratio_widths(base, ratio, rule, multiplier) for ratio in RATIOS[rule]]
        variants = tuple(blocks.channel_ratio(*width.widths) for width in widths)
        yield Sweep("G1", CLAIM, f"x{multiplier}", variants)


@pytest.mark.guideline(sweeps=sweeps)
def test_g1(measure: Callable[[], None]) -> None:
    measure()
