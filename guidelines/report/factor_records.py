"""The factors of slow-downs on two sides as records, beside those of a comparison."""

from collections.abc import Sequence

from guidelines.analysis.account.account import FACTORS
from guidelines.analysis.account.change import AccountChange, account_changes
from guidelines.analysis.compare import Comparison
from guidelines.report.figures import Record, of_estimate


def of_factors(comparison: Comparison) -> Sequence[Record]:
    """Factors of each row on A and B, B's over A's, and the factor that carries most of a change.

    They are of the slow-down of the time. The records are empty if a side has no ceilings.
    """
    changes = account_changes(comparison)
    if not changes:
        return [{} for _ in comparison.rows]
    return [_factors(changes.get(row.a.place.key)) for row in comparison.rows]


def _factors(change: AccountChange | None) -> Record:
    known = change.by_name if change else {}
    record: Record = {}
    for name in FACTORS:
        factor = known.get(name)
        record |= of_estimate(factor.a if factor else None, f"a_{name}")
        record |= of_estimate(factor.b if factor else None, f"b_{name}")
        record |= of_estimate(factor.ratio if factor else None, f"{name}_ratio")
    most = change.most if change else None
    record["changed_factor"] = most.title if most else None
    record["changed_factor_share"] = most.share if most else None
    record["changed_factor_is_clear"] = int(most.is_clear) if most else None
    return record
