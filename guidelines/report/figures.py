"""Write estimates as figures of a record: each with the ends of its interval."""

from guidelines.analysis.account.account import FACTORS
from guidelines.analysis.sweep_result import SweepResult, VariantResult
from guidelines.stats.intervals import Estimate

Scalar = str | int | float | None
Record = dict[str, Scalar]


def of_estimate(estimate: Estimate | None, name: str) -> Record:
    """An estimate and its interval under a name; None if it is unknown."""
    if estimate is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    return {name: estimate.estimate, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def of_account(sweep: SweepResult, variant: VariantResult) -> Record:
    """The factors of the slow-down in time, and the share of the floor; None for those that are unknown."""
    account = variant.account
    record: Record = {}
    for name in FACTORS:
        record |= of_estimate(account.factors.get(name) if account else None, name)
    record["floor_share"] = account.floor_share if account else None
    if variant.variant == sweep.baseline:
        accounts = [each.account for each in sweep.variants if each.account]
        shares = [each.baseline_floor_share for each in accounts]
        record["floor_share"] = next((share for share in shares if share is not None), None)
    return record
