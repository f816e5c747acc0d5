"""Choose the ceilings that suffice for most factors of a slow-down, and say which factors stay unknown."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from guidelines.analysis.account.floor import best, by_key, launch_modes
from guidelines.results.ceilings import (
    COPY,
    ELEMENT_WISE,
    FIGURES,
    IN_PLACE,
    LAUNCH,
    MOVING,
    RATE,
    Ceilings,
    key_of,
)
from guidelines.spec.condition import DTYPES, Condition

# The factors that rest on ceilings, and the sets of them that may be known, the best first.
TRAFFIC, LAUNCHES = "traffic", "launches"
CEILINGS_TELL = (TRAFFIC, LAUNCHES)
SETS = (CEILINGS_TELL, (TRAFFIC,), (LAUNCHES,))
INCOMPLETE = "the file holds only some of the ceilings"


class Needs(NamedTuple):
    """A condition whose ceilings are needed, also those of products if a network `has_products`.

    The factors that are `left_out` are not asked for.
    """

    condition: Condition
    has_products: bool
    left_out: frozenset[str] = frozenset()


class Sufficient(NamedTuple):
    """The best of the ceilings of all passes together, the factors that they tell, and some passes.

    These are the ones that tell the same factors alone: their spread gives intervals. There may be none.
    """

    passes: tuple[Ceilings, ...]
    together: Ceilings
    factors: tuple[str, ...]


class Sufficiency:
    """The ceilings of a machine; those that suffice are chosen once for the same needs."""

    def __init__(self, ceilings: Iterable[Ceilings]) -> None:
        self._by_key = by_key(ceilings)
        self._known: dict[Needs, Sufficient | None] = {}

    def of(self, needs: Needs) -> Sufficient | None:
        """The ceilings that suffice for most of what is needed; None if no factor can be told."""
        if needs not in self._known:
            self._known[needs] = sufficient(self._by_key.get(key_of(needs.condition), ()), needs)
        return self._known[needs]


def sufficient(passes: Sequence[Ceilings], needs: Needs) -> Sufficient | None:
    """Ceilings that suffice for most of what is needed, from the passes of its condition; None if none do.

    Each figure is the best of all passes that have it.
    """
    if not passes:
        return None
    together = best(passes)
    for factors in SETS:
        is_asked_for = needs.left_out.isdisjoint(factors) and _are_enough(factors, needs.condition)
        if is_asked_for and _has(together, factors, needs):
            enough = tuple(each for each in passes if _has(each, factors, needs))
            return Sufficient(enough, together, factors)
    return None


def _has(ceilings: Ceilings, factors: Sequence[str], needs: Needs) -> bool:
    return not any(lacking(ceilings, name, needs) for name in factors)


def lacking(ceilings: Ceilings, factor: str, needs: Needs) -> tuple[str, ...]:
    """Reasons why a factor cannot be told from some ceilings; () if nothing is lacking."""
    if factor == LAUNCHES:
        launch_s = ceilings.launch_s
        are_there = all(ELEMENT_WISE in launch_s.get(mode, {}) for mode in launch_modes(needs.condition))
        return () if are_there else _reasons(ceilings, LAUNCH)
    if needs.condition.dtype not in DTYPES:
        return (f"the bytes of a {needs.condition.dtype} are unknown",)
    reasons: tuple[str, ...] = ()
    if not all(ceilings.traffic.get(kind) for kind in (COPY, IN_PLACE)):
        reasons += _reasons(ceilings, MOVING)
    if needs.has_products and not ceilings.multiply_adds_per_s:
        reasons += _reasons(ceilings, RATE)
    return tuple(dict.fromkeys(reasons))


def _are_enough(factors: Sequence[str], condition: Condition) -> bool:
    """False for launches alone if they go on beside the computing, whose time is not known then."""
    return TRAFFIC in factors or len(launch_modes(condition)) == 1


def _reasons(ceilings: Ceilings, figure: str) -> tuple[str, ...]:
    """The reasons for which a figure is missing, or those that are of no other figure."""
    own = [reason for reason in ceilings.missing if reason.startswith(figure)]
    of_all = [reason for reason in ceilings.missing if not reason.startswith(FIGURES)]
    return tuple(own or of_all) or (INCOMPLETE,)
