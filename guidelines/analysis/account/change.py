"""Tell which factor of a slow-down changed from one machine to another, by its account on both."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log

from guidelines.analysis.account.account import LEAST_EFFECT, WORK, Account
from guidelines.analysis.account.explain import accounts
from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import Compared
from guidelines.analysis.verdict import evidence_by_sweep
from guidelines.results.model import VariantKey
from guidelines.stats.intervals import Estimate
from guidelines.stats.quotients import over

CHANGED = ("STRONGER", "WEAKER")


@dataclass(frozen=True)
class FactorChange:
    """A factor of a slow-down on A and on B, and B's over A's.

    `title` is its name, with the factor that kernels hold if that is unknown. `share` is the share of the
    factor in the change of the slow-down, by logarithms; None if the slow-down is about the same, or if the
    factor takes no part in what is compared.
    """

    name: str
    title: str
    a: Estimate
    b: Estimate
    ratio: Estimate
    share: float | None

    @property
    def is_clear(self) -> bool:
        """True if the whole interval lies on one side of 1: the factor did change."""
        ratio = self.ratio
        return ratio.low is not None and ratio.high is not None and (ratio.low > 1 or ratio.high < 1)


@dataclass(frozen=True)
class AccountChange:
    """The account of a slow-down on both sides, and its factors one by one.

    `most` is the factor that carries most of a change that is STRONGER or WEAKER, None for other changes.
    `is_deciding` is True if the verdict of the sweep rests on this row, on A or on B.
    """

    a: Account
    b: Account
    factors: tuple[FactorChange, ...]
    most: FactorChange | None
    is_deciding: bool

    @property
    def by_name(self) -> dict[str, FactorChange]:
        """The factors by their names, without those that are unknown on a side."""
        return {factor.name: factor for factor in self.factors}


def account_changes(comparison: Comparison) -> dict[VariantKey, AccountChange]:
    """The changes of all rows that have an account on both sides, by their key on A.

    Both accounts rest on what both sides measured: if only one has a network in a captured graph, too, that
    does not tell its launches. A factor that is known on one side only is left to kernels on the other, too.
    """
    of_a, of_b = _accounts(comparison)
    if not of_a or not of_b:
        return {}
    deciding = _deciding(comparison)
    changes: dict[VariantKey, AccountChange] = {}
    for row in comparison.rows:
        a, b = of_a.get(row.a.place.key), of_b.get(row.b.place.key)
        if a and b:
            changes[row.a.place.key] = _change(row, a, b, is_deciding=row.a.place.key in deciding)
    return changes


def _accounts(comparison: Comparison) -> tuple[dict[VariantKey, Account], dict[VariantKey, Account]]:
    """The accounts of both sides; those of a row are of the same factors."""
    a = replace(comparison.a, measured=tuple(row.a for row in comparison.rows))
    b = replace(comparison.b, measured=tuple(row.b for row in comparison.rows))
    of_a, of_b = accounts(a), accounts(b)
    only_in_a: dict[VariantKey, frozenset[str]] = {}
    only_in_b: dict[VariantKey, frozenset[str]] = {}
    for row in comparison.rows:
        own, other = of_a.get(row.a.place.key), of_b.get(row.b.place.key)
        if own and other and own.factors.keys() != other.factors.keys():
            only_in_a[row.a.place.key] = frozenset(own.factors.keys() - other.factors.keys())
            only_in_b[row.b.place.key] = frozenset(other.factors.keys() - own.factors.keys())
    if not only_in_a:
        return of_a, of_b
    return accounts(a, left_out=only_in_a), accounts(b, left_out=only_in_b)


def _deciding(comparison: Comparison) -> set[VariantKey]:
    """The rows on A on which a verdict rests on either side."""
    of_a, of_b = (evidence_by_sweep(side.measured) for side in (comparison.a, comparison.b))
    deciding = set()
    for row in comparison.rows:
        a, b = of_a.get(row.a.place.sweep_key), of_b.get(row.b.place.sweep_key)
        if row.a.place.variant in {evidence.extreme for evidence in (a, b) if evidence}:
            deciding.add(row.a.place.key)
    return deciding


def _change(row: Compared, a: Account, b: Account, is_deciding: bool) -> AccountChange:
    ratios = {name: over(b.factors[name], factor) for name, factor in a.factors.items()}
    shares = _shares(row, ratios)
    factors = []
    for name, ratio in ratios.items():
        factor = FactorChange(
            name=name,
            title=a.title(name),
            a=a.factors[name],
            b=b.factors[name],
            ratio=ratio,
            share=shares.get(name),
        )
        factors.append(factor)
    most = max(factors, key=lambda factor: factor.share or 0.0)
    is_told = row.outcome in CHANGED and most.share is not None
    return AccountChange(
        a=a, b=b, factors=tuple(factors), most=most if is_told else None, is_deciding=is_deciding
    )


def _shares(row: Compared, ratios: Mapping[str, Estimate]) -> dict[str, float]:
    """The shares of the factors in the change; work has none in slow-downs per multiply-add."""
    logs = {name: log(ratio.estimate) for name, ratio in ratios.items()}
    if row.is_per_multiply_add:
        del logs[WORK]
    effect = sum(logs.values())
    if abs(effect) < LEAST_EFFECT:
        return {}
    return {name: each / effect for name, each in logs.items()}
