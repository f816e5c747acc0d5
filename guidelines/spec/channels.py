"""Widths of variants at (nearly) equal multiply-adds, with the remaining difference.

There are three rules. "nearest" takes the whole number of channels that comes closest. "paper" takes the
published widths, which are not always the closest. "exact" takes aligned widths: multiples of 8 at which the
multiply-adds are exactly equal, so that a sweep compares structures and not channel alignment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm
from typing import Literal

from guidelines.paper import tables as paper
from guidelines.spec.condition import DTYPES

Rule = Literal["nearest", "paper", "exact"]
# A multiple that suits the matrix units of every type.
ALIGNMENT_CHANNELS = max(dtype.aligned_channels for dtype in DTYPES.values())


@dataclass(frozen=True)
class EqualWork:
    """Widths of a variant; `residue` is its multiply-adds over those of the baseline, minus one."""

    widths: tuple[int, ...]
    residue: Fraction


def ratio_widths(base: int, ratio: int, rule: Rule = "nearest", multiplier: int = 1) -> EqualWork:
    """(c1, c2) with c2 = ratio c1 and c1 c2 near (multiplier base)^2. Source: paper, Table 1.

    `base` is the baseline's width at multiplier 1. Raises ValueError if the rule gives no width.

    >>> ratio_widths(128, 4, "exact").widths
    (64, 256)
    """
    c1 = _width("G1", f"1:{ratio}", base, factor=Fraction(ratio), rule=rule, multiplier=multiplier)
    return _equal_work((c1, ratio * c1), Fraction(ratio * c1**2), base * multiplier)


def group_widths(base: int, groups: int, rule: Rule = "nearest", multiplier: int = 1) -> EqualWork:
    """Width c with c^2 / groups near (multiplier base)^2, divisible by groups. Source: paper, Table 2.

    Raises ValueError as `ratio_widths`.

    >>> group_widths(64, 8)
    EqualWork(widths=(184,), residue=Fraction(17, 512))
    """
    factor = Fraction(1, groups)
    c = _width("G2", f"g={groups}", base, factor=factor, step=groups, rule=rule, multiplier=multiplier)
    return _equal_work((c,), Fraction(c**2, groups), base * multiplier)


def fragment_widths(base: int, fragments: int, rule: Rule = "nearest", multiplier: int = 1) -> EqualWork:
    """Width c' with fragments c'^2 near (multiplier base)^2. Source: paper, Table 3; widths as drawn there.

    Raises ValueError as `ratio_widths`.
    """
    name = "1-fragment" if fragments == 1 else f"{fragments}-fragment-series"
    c = _width("G3", name, base, factor=Fraction(fragments), rule=rule, multiplier=multiplier)
    return _equal_work((c,), Fraction(fragments * c**2), base * multiplier)


def _equal_work(widths: tuple[int, ...], work: Fraction, baseline: int) -> EqualWork:
    return EqualWork(widths, work / baseline**2 - 1)


def _width(
    guideline: str, name: str, base: int, *, factor: Fraction, step: int = 1, rule: Rule, multiplier: int
) -> int:
    """The first width c of a variant whose work is factor c^2."""
    if base < 1 or multiplier < 1 or factor <= 0:
        raise ValueError(f"{name} at base {base} x{multiplier}: all numbers must be positive")
    if rule == "paper":
        return multiplier * _published(guideline, name, base)
    if rule == "nearest":
        return _nearest(base * multiplier, factor, step)
    c = _nearest(base * multiplier, factor, lcm(step, ALIGNMENT_CHANNELS))
    if factor * c**2 != (base * multiplier) ** 2:
        raise ValueError(
            f"{name} at base {base * multiplier}: no multiple of {ALIGNMENT_CHANNELS} has exactly "
            "equal multiply-adds; squares such as 1, 4 and 16 have one if the base is wide enough"
        )
    return c


def _nearest(base: int, factor: Fraction, step: int) -> int:
    """The multiple c of step whose factor c^2 is nearest to base^2; the smaller of two equally near."""
    below = max(1, isqrt(int(base**2 / factor)) // step) * step
    return min(below, below + step, key=lambda c: abs(factor * c**2 - base**2))


def _published(guideline: str, name: str, base: int) -> int:
    tables = [paper.widths(guideline, platform) for platform in ("arm", "gpu")]
    bases = [_baseline(table) for table in tables]
    for table, printed_base in zip(tables, bases, strict=True):
        if printed_base == base and name in table:
            return table[name][0]
    possible = " and ".join(map(str, bases))
    raise ValueError(
        f"the paper prints no width for {name} at base {base}; it prints {', '.join(tables[0])} at {possible}"
    )


def _baseline(table: Mapping[str, tuple[int, ...]]) -> int:
    """The first width of a table's first row."""
    return next(iter(table.values()))[0]
