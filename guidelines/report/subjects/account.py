"""Write the account of a verdict's slow-down: work x traffic x launches x kernels."""

from collections.abc import Iterator, Mapping
from math import log

from guidelines.analysis.account.account import Account, is_clear
from guidelines.analysis.sweep_result import SweepResult
from guidelines.report import digits
from guidelines.report.digits import percent
from guidelines.stats.intervals import Estimate

NOTHING = "= about 1: nothing to explain"
# Intervals narrower than this share of a factor are not shown, and smaller shares of the effect not named.
LEAST_INTERVAL, LEAST_SHARE = 0.02, 0.05
# Factors nearer to 1, by their logarithm, may be noise.
LEAST_FACTOR = 0.03
# A floor of less than this share of the time, on both sides, explains little of it.
LEAST_FLOOR_SHARE = 0.5
# A factor of 1 with a wider interval than this is shown.
WIDE_INTERVAL = 0.05


def account(sweep: SweepResult) -> str:
    """The factors whose product a verdict's slow-down or speed-up is, and the part of memory; "" if unknown.

    Factors that are 1 as far as they are known are left out. The part of memory is left out if the verdict
    tells nothing of the device: it is undecided, or launches decide.
    """
    if sweep.account is None or sweep.verdict is None:
        return ""
    known = sweep.account.inverse if sweep.verdict.slowdown.estimate < 1 else sweep.account
    factors = [_factor(known.title(name), each) for name, each in known.factors.items() if not is_one(each)]
    product = f"= {' x '.join(factors)}"
    if sweep.verdict.outcome in ("undecided", "launches decide"):
        return product if factors else ""
    shares = known.shares
    if not factors or (shares is None and _are_small(known)):
        return NOTHING
    if shares is None:
        return f"{product}, which cancel out"
    against = " and ".join(_against(known, shares))
    memory = _memory(known, shares, is_opposed=bool(against))
    return "; ".join(filter(None, (product, memory, against and f"against it: {against}")))


def named_factors(account: Account) -> Iterator[str]:
    """The names of the factors that are not 1 as far as they are known."""
    for name, factor in account.factors.items():
        if not is_one(factor):
            yield name


def _are_small(known: Account) -> bool:
    """True if no factor differs much from 1."""
    return all(map(_is_small, known.factors.values()))


def _is_small(factor: Estimate) -> bool:
    """True if a factor differs from 1 by no more than noise."""
    return abs(log(factor.estimate)) < LEAST_FACTOR


def _factor(name: str, factor: Estimate) -> str:
    """A factor with its name: "1.57 ±0.05 kernels"."""
    return f"{shown(factor)} {name}"


def is_one(factor: Estimate) -> bool:
    """True if a factor is 1 as shown, and its interval is too narrow to say more."""
    is_narrow = factor.half_width is None or factor.half_width < WIDE_INTERVAL
    return is_narrow and float(digits.factor(factor).lstrip("~")) == 1


def shown(factor: Estimate) -> str:
    """The factor, with its interval if that is wide enough to say something."""
    half_width = factor.half_width
    if half_width is None or half_width < LEAST_INTERVAL * factor.estimate:
        return digits.factor(factor)
    return digits.factor_with_half_width(factor)


def _memory(known: Account, shares: Mapping[str, float], *, is_opposed: bool) -> str:
    """The part of the effect that traffic explains; "" if it is opposite to it, or if traffic is unknown.

    It says so if the floor is only a small part of the time, so that memory matters less than its share says.
    """
    share = shares.get("traffic", 0.0)
    if known.traffic is None or share < -LEAST_SHARE:
        return ""
    if share > LEAST_SHARE and not is_clear(known.traffic):
        return "what memory explains of it is not clear"
    floor_share = max(known.floor_share or 0.0, known.baseline_floor_share or 0.0)
    if share <= LEAST_SHARE or floor_share >= LEAST_FLOOR_SHARE:
        return f"memory explains {_part(share, is_opposed)} of it"
    floor = f"the floor is {percent(floor_share)} of the time"
    if share > 1 + LEAST_SHARE:
        return f"memory may explain all of it ({floor})"
    return f"memory explains {_part(share, is_opposed)} of it ({floor})"


def _part(share: float, is_opposed: bool) -> str:
    """A share as a part: "26 %", "all"."""
    if share > 1 + LEAST_SHARE:
        return "more than all" if is_opposed else "all"
    return f"{min(100, max(0, round(100 * share)))} %"


def _against(known: Account, shares: Mapping[str, float]) -> Iterator[str]:
    """The factors that clearly work against the effect."""
    for name, factor in known.factors.items():
        if shares[name] < -LEAST_SHARE and is_clear(factor) and not _is_small(factor):
            yield known.title(name)
