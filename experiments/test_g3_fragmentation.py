"""G3: network fragmentation reduces the degree of parallelism (paper, Table 3)."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest

from guidelines import Condition, Sweep
from guidelines.networks import blocks
from guidelines.paper import tables as paper
from guidelines.spec.channels import fragment_widths

CLAIM = "network fragmentation reduces parallelism"
FRAGMENTS = {"paper": (2, 4), "exact": (4,)}
MULTIPLIERS = (1, 2, 4)


def sweeps(condition: Condition) -> Iterator[Sweep]:
    """Ten blocks of 1, 2 or 4 fragments, in series or in parallel; n c'^2 stays the same."""
    base, rule = paper.base_width("G3", condition.device.paper_platform), condition.channel_rule
    for multiplier in MULTIPLIERS:
        whole = blocks.fragments(base * multiplier, 1)
        split = (
            blocks.fragments(*fragment_widths(base, n, rule, multiplier).widths, n, parallel)
            for parallel, n in product((False, True), FRAGMENTS[rule])
        )
        yield Sweep("G3", CLAIM, f"c{base * multiplier}", (whole, *split))


@pytest.mark.guideline(sweeps=sweeps)
def test_g3(measure: Callable[[], None]) -> None:
    measure()
