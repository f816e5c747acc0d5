"""Say which factors of slow-downs are unknown, and why; which networks lack the operators that tell them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from guidelines.analysis.account.explain import pairs
from guidelines.analysis.account.floor import FUSING
from guidelines.analysis.account.sufficient import CEILINGS_TELL, Needs, lacking, sufficient
from guidelines.analysis.measured import MachineResults, distinct
from guidelines.results.ceilings import Ceilings, key_of
from guidelines.results.model import TableKey, VariantKey
from guidelines.spec.condition import Condition

COMPILED = "mode compile: what the operators that a compiler fuses read and write is not known"
NOT_MEASURED = "what the device does at best there was not measured"

# The reasons why factors are unknown, by their names.
Reasons = Mapping[str, tuple[str, ...]]


class Unknown(NamedTuple):
    """The factors that are unknown in accounts of a condition; `guidelines` are () if it is all of them.

    There is no account if all factors are unknown that rest on ceilings.
    """

    condition: Condition
    guidelines: tuple[str, ...]
    reasons: Reasons


def unknown(results: MachineResults) -> list[Unknown]:
    """The unknown factors under each condition of a machine; [] for a file without any ceilings."""
    if not results.ceilings:
        return []
    by_condition: dict[Condition, dict[str, Reasons]] = {}
    for table, needs in _needs(results).items():
        reasons = _reasons(results.ceilings, table.condition, needs)
        if reasons is not None:
            by_condition.setdefault(table.condition, {})[table.guideline] = reasons
    every: list[Unknown] = []
    for condition, by_guideline in by_condition.items():
        every += _alike(condition, by_guideline)
    return every


def without_operators(results: MachineResults) -> list[VariantKey]:
    """The networks that have ceilings, but whose operators a file does not hold. Compiled ones need none."""
    known = {ceilings.key for ceilings in results.ceilings}
    lacking_them = []
    for each in results.measured:
        condition = each.place.condition
        if not each.operators and condition.mode != FUSING and key_of(condition) in known:
            lacking_them.append(each.place.key)
    return lacking_them


def _needs(results: MachineResults) -> dict[TableKey, list[Needs]]:
    """The needs of the networks of each guideline under each condition."""
    needs: dict[TableKey, list[Needs]] = {each.place.table_key: [] for each in results.measured}
    for pair in pairs(results.measured):
        of_table = needs[pair.measured.place.table_key]
        if pair.needs() not in of_table:
            of_table.append(pair.needs())
    return needs


def _alike(condition: Condition, by_guideline: Mapping[str, Reasons]) -> Iterator[Unknown]:
    """The guidelines that lack the same factors together."""
    several: list[Reasons] = []
    for reasons in by_guideline.values():
        if reasons not in several:
            several.append(reasons)
    for reasons in several:
        guidelines = tuple(name for name, own in by_guideline.items() if own == reasons)
        if reasons:
            yield Unknown(condition, guidelines if len(several) > 1 else (), reasons)


def _reasons(ceilings: Iterable[Ceilings], condition: Condition, every: Sequence[Needs]) -> Reasons | None:
    """The factors that are unknown in an account with some needs, and why; None if there is no account."""
    if condition.mode == FUSING:
        return dict.fromkeys(CEILINGS_TELL, (COMPILED,))
    passes = [each for each in ceilings if each.key == key_of(condition)]
    if not passes:
        return dict.fromkeys(CEILINGS_TELL, (NOT_MEASURED,))
    if not every:
        return None
    reasons: dict[str, tuple[str, ...]] = {}
    for needs in every:
        known = sufficient(passes, needs)
        for name in CEILINGS_TELL:
            if known is None or name not in known.factors:
                own = distinct(lacking(each, name, needs) for each in passes)
                reasons[name] = distinct((reasons.get(name, ()), own))
    return reasons
