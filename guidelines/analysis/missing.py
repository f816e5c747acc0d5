"""Name the rows of A that a comparison lacks on B: not measured, failed, or another network there."""

from dataclasses import dataclass, replace

from guidelines.analysis.compare import Comparison, rows_in_words
from guidelines.analysis.measured import Measured, by_sweep
from guidelines.results.model import TableKey, VariantKey
from guidelines.spec.condition import Condition

OTHER_NETWORK = "another network on B"


@dataclass(frozen=True)
class Missing:
    """Rows of one sweep of A that are missing on B for one reason, "" if B has no trace of them."""

    name: str
    rows: int
    reason: str = ""

    @property
    def is_other_network(self) -> bool:
        """True if B has the rows, but of another network: only their slow-downs can be compared."""
        return self.reason == OTHER_NETWORK

    @property
    def text(self) -> str:
        """The rows and the reason: "G2 x1 g=8 (cpu, against g=1): failed: no memory"."""
        return f"{self.name}: {self.reason}" if self.reason else self.name


def missing(comparison: Comparison) -> list[Missing]:
    """The missing rows of each sweep, together if the reason is the same. A row that failed on A is none."""
    reasons = _reasons(comparison)
    lines: list[Missing] = []
    for variants in by_sweep(comparison.a.measured).values():
        by_reason: dict[str, list[Measured]] = {}
        for measured in variants:
            if measured.place.key in reasons:
                by_reason.setdefault(reasons[measured.place.key], []).append(measured)
        lines += [
            Missing(rows_in_words(rows, len(variants)), len(rows), reason)
            for reason, rows in by_reason.items()
        ]
    return lines


def _reasons(comparison: Comparison) -> dict[VariantKey, str]:
    """The reason for which each missing row is."""
    pairs = {row.a.place.key: row for row in comparison.rows}
    failures = _failures(comparison)
    reasons: dict[VariantKey, str] = {}
    for measured in comparison.a.measured:
        key = measured.place.key
        row = pairs.get(key)
        if row is None:
            reasons[key] = failures.get(_under(key, key.sweep.condition), "")
        elif row.a.network != row.b.network:
            reasons[key] = OTHER_NETWORK
    return reasons


def _failures(comparison: Comparison) -> dict[VariantKey, str]:
    """The reason of each failure on B, by the key that the row has on A."""
    on_a: dict[TableKey, Condition] = {}
    for each in comparison.guidelines:
        on_a[TableKey(each.rows[0].b.place.guideline, each.b)] = each.a
    known: dict[VariantKey, str] = {}
    for failure in comparison.b.failures:
        if not failure.is_control:
            table = failure.place.table_key
            reason = failure.reason if failure.is_skip else f"failed: {failure.reason}"
            known[_under(failure.place.key, on_a.get(table, table.condition))] = reason
    return known


def _under(key: VariantKey, condition: Condition) -> VariantKey:
    """The key of a variant under a condition, whatever its device is called."""
    unnamed = replace(condition, device_name="")
    return key._replace(sweep=key.sweep._replace(condition=unnamed))
