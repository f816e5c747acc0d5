"""Build ten units of a network in a row, for four networks at equal multiply-adds (Appendix, Table 1b).

The paper adjusts widths to ShuffleNet v2's multiply-adds but does not print them. Here each unit has the
nearest possible width: within 6.4 % for ShuffleNet v1, whose widths are multiples of 12, and within 1.7 % for
the others. The paper shows no unit of Xception; this one is from its middle flow.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial

from torch import nn

from guidelines.networks.families.mobilenet_v2 import InvertedResidual
from guidelines.networks.families.shufflenet_v1 import ShuffleUnit
from guidelines.networks.families.shufflenet_v2 import SplitUnit
from guidelines.networks.families.xception import Block
from guidelines.networks.whole import stack
from guidelines.spec.sweep import Variant

DEPTH = 10
GROUPS, EXPANSION = 3, 6


@dataclass(frozen=True)
class UnitKind:
    """A unit of c channels: multiply-adds per pixel at c, the step between possible c, its constructor."""

    multiply_adds: Callable[[int], int]
    step: int
    build: Callable[[int], nn.Module]


UNITS: Mapping[str, UnitKind] = {
    "shufflenet_v2": UnitKind(lambda c: 2 * (c // 2) ** 2 + 9 * (c // 2), 2, SplitUnit),
    "shufflenet_v1": UnitKind(
        lambda c: 2 * c * (c // 4) // GROUPS + 9 * (c // 4),
        4 * GROUPS,
        lambda c: ShuffleUnit(c, c, GROUPS, GROUPS, stride=1),
    ),
    "mobilenet_v2": UnitKind(
        lambda c: 2 * EXPANSION * c**2 + 9 * EXPANSION * c,
        1,
        lambda c: InvertedResidual(c, c, EXPANSION, stride=1),
    ),
    "xception": UnitKind(lambda c: 3 * (c**2 + 9 * c), 1, lambda c: Block((c,) * 4)),
}


def width(name: str, c: int) -> int:
    """The width whose multiply-adds come nearest to ShuffleNet v2's unit at c channels."""
    unit, wanted = UNITS[name], UNITS["shufflenet_v2"].multiply_adds(c)
    return min(range(unit.step, 4 * c, unit.step), key=lambda own: abs(unit.multiply_adds(own) - wanted))


@cache
def units(name: str, c: int) -> Variant:
    """Ten units of a network in a row, with the multiply-adds of ShuffleNet v2's units at c channels."""
    own = width(name, c)
    return stack(name, own, DEPTH, partial(UNITS[name].build, own))
