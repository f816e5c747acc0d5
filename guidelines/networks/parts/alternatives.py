"""Operators of equal multiply-adds that keep the guideline which a part of a network breaks."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from guidelines.networks.parts.product import Product
from guidelines.networks.parts.program import Program

# Widths are multiples of this if those of the original are.
ALIGNED = 8


@dataclass(frozen=True)
class Alternative:
    """An operator to time beside the original: `text` says which, `work` is its multiply-adds over its."""

    program: Program
    text: str
    work: float


def of_equal_widths(each: Product) -> Alternative:
    """G1: both widths are their geometric mean."""
    width = _near(sqrt(each.c1 * each.c2), each)
    return Alternative(
        each.with_widths(width, width),
        text=f"widths {width} and {width}",
        work=each.work_with(width, width),
    )


def without_groups(each: Product) -> Alternative:
    """G2: one group, both widths divided by the root of the groups."""
    c1, c2 = (_near(c / sqrt(each.groups), each) for c in (each.c1, each.c2))
    return Alternative(
        each.with_widths(c1, c2), text=f"one group, widths {c1} and {c2}", work=each.work_with(c1, c2)
    )


def in_one_piece(group: Sequence[Product]) -> Alternative:
    """G3: one operator with the kernel of the fragment that does most work, and equal widths, as in Table 3.

    As wide as all fragments together, it would break G1.
    """
    largest = max(group, key=lambda each: each.multiply_adds)
    multiply_adds = sum(each.multiply_adds for each in group)
    work = multiply_adds / largest.multiply_adds
    if largest.is_depthwise:
        width = _near(largest.c1 * work, largest)
        outputs = width * (largest.c2 // largest.c1)
        return Alternative(
            largest.with_widths(width, outputs, groups=width),
            text=f"one operator, depthwise on {width} channels",
            work=width / (largest.c1 * work),
        )
    width = _near(sqrt(work * largest.c1 * largest.c2), largest)
    return Alternative(
        largest.with_widths(width, width),
        text=f"one operator, widths {width} and {width}",
        work=largest.work_with(width, width) / work,
    )


def _near(width: float, like: Product) -> int:
    """A whole width, and a multiple of 8 if those of the original are."""
    step = ALIGNED if like.c1 % ALIGNED == 0 and like.c2 % ALIGNED == 0 else 1
    return max(step, step * round(width / step))
