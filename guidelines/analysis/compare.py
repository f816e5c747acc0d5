"""Compare two machines: what both measured, what changed, and what only one of them has."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from guidelines.analysis.by_work import is_per_multiply_add, slowdown_of
from guidelines.analysis.change import change, verdict_confidence
from guidelines.analysis.compared import Compared, effect_ratio, ratio_of, speed_ratio
from guidelines.analysis.launches import launch_bound_slowdowns
from guidelines.analysis.like_tables import LikeTables, condition_differences, like_tables, other_batches
from guidelines.analysis.measured import MachineResults, Measured, by_sweep
from guidelines.results.model import TableKey, VariantKey
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate, Quantity
from guidelines.stats.pooling import geometric_mean


class CompareError(Exception):
    """Results that cannot be compared; its message is one line."""


@dataclass(frozen=True)
class GuidelineComparison:
    """One guideline under a condition on each side, and the differences of the two conditions."""

    a: Condition
    b: Condition
    differences: tuple[str, ...]
    rows: tuple[Compared, ...]


@dataclass(frozen=True)
class Comparison:
    """The results that two machines share, and the names of those that only one has.

    `confidence` is that of each side's figures, `speedup` the geometric mean over all networks with an
    interval as wide as that of a verdict.
    """

    a: MachineResults
    b: MachineResults
    confidence: float
    guidelines: tuple[GuidelineComparison, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    speedup: Estimate | None

    @property
    def rows(self) -> list[Compared]:
        """The variants of all guidelines."""
        rows: list[Compared] = []
        for guideline in self.guidelines:
            rows += guideline.rows
        return rows


class _Pair(NamedTuple):
    """The same variant on both sides."""

    a: Measured
    b: Measured


class _LaunchBound(NamedTuple):
    """The variants of each side whose slow-down is about launches."""

    a: Set[VariantKey]
    b: Set[VariantKey]


def compare(a: MachineResults, b: MachineResults) -> Comparison:
    """Pair by guideline, sweep, variant and condition; each verdict stands for itself.

    Raises CompareError, naming the sweeps of each side, if they share nothing but baselines.
    """
    of_a, of_b = _variants(a), _variants(b)
    pairs = {tables: _pairs(of_a[tables.a], of_b[tables.b]) for tables in like_tables(a, b)}
    together: list[_Pair] = []
    for of_tables in pairs.values():
        together += of_tables
    if all(pair.a.is_baseline for pair in together):
        raise CompareError(f"no sweep in common: A holds {_holds(a)}; B holds {_holds(b)}")
    confidence = max(max(pair.a.confidence, pair.b.confidence) for pair in together)
    bound = _LaunchBound(launch_bound_slowdowns(a.measured), launch_bound_slowdowns(b.measured))
    several = _under_several_conditions(tables for tables, its in pairs.items() if its)
    rows = {pair.a.place.key: _judged(_row(pair, bound, several)) for pair in together}
    return Comparison(
        a=a,
        b=b,
        confidence=confidence,
        guidelines=tuple(_guideline(alike, its, rows) for alike, its in pairs.items() if its),
        only_a=_alone(a, [pair.a for pair in together]),
        only_b=_alone(b, [pair.b for pair in together]),
        speedup=_mean_speedup(rows.values(), confidence),
    )


def _mean_speedup(rows: Iterable[Compared], confidence: float) -> Estimate | None:
    speedups = [row.speedup for row in rows if row.speedup]
    return geometric_mean(speedups)(verdict_confidence(confidence)) if speedups else None


def _guideline(
    tables: LikeTables, pairs: Sequence[_Pair], rows: Mapping[VariantKey, Compared]
) -> GuidelineComparison:
    a, b = tables.a.condition, tables.b.condition
    return GuidelineComparison(
        a=a,
        b=b,
        differences=(*condition_differences(a, b), *other_batches(pairs)),
        rows=tuple(rows[pair.a.place.key] for pair in pairs),
    )


def _judged(row: Compared) -> Compared:
    """A row with its verdicts; a baseline has no effect."""
    effect = None if row.a.is_baseline else change(effect_ratio(row), row.confidence)
    speed = speed_ratio(row)
    return replace(row, effect=effect, speed=change(speed, row.confidence) if speed else None)


def _under_several_conditions(tables: Iterable[LikeTables]) -> set[str]:
    """The guidelines that are compared under more than one condition."""
    conditions = Counter(alike.a.guideline for alike in tables)
    return {guideline for guideline, number in conditions.items() if number > 1}


def _row(pair: _Pair, bound: _LaunchBound, several: Set[str]) -> Compared:
    is_a_launch_bound, is_b_launch_bound = pair.a.place.key in bound.a, pair.b.place.key in bound.b
    per_multiply_add = pair.a.place.per_multiply_add
    if (
        not is_a_launch_bound and not is_b_launch_bound
    ):  # the time of launches has nothing to do with the work
        per_multiply_add = is_per_multiply_add(pair.a) or is_per_multiply_add(pair.b)
    return Compared(
        a=pair.a,
        b=pair.b,
        ratio=ratio_of(slowdown_of(pair.b, per_multiply_add), slowdown_of(pair.a, per_multiply_add)),
        effect=None,
        speedup=_speedup(pair),
        speed=None,
        is_a_launch_bound=is_a_launch_bound,
        is_b_launch_bound=is_b_launch_bound,
        is_per_multiply_add=per_multiply_add,
        condition=pair.a.place.condition.id if pair.a.place.guideline in several else "",
    )


def _speedup(pair: _Pair) -> Quantity | None:
    """The time for an image on A over the time on B; None if the work differs."""
    a, b = pair.a.place.condition, pair.b.place.condition
    if pair.a.network != pair.b.network or a.image_size != b.image_size:
        return None
    ratio = ratio_of(pair.a.seconds_per_call, pair.b.seconds_per_call)
    images = b.batch_size / a.batch_size
    return lambda confidence: ratio(confidence).scaled(images)


class _Name(NamedTuple):
    """The name of a variant, without its condition."""

    sweep: str
    variant: str


def _variants(results: MachineResults) -> dict[TableKey, dict[_Name, Measured]]:
    """The measured variants of each table by their names."""
    by_table: dict[TableKey, dict[_Name, Measured]] = {}
    for measured in results.measured:
        place = measured.place
        by_table.setdefault(place.table_key, {})[_Name(place.sweep, place.variant)] = measured
    return by_table


def _pairs(of_a: Mapping[_Name, Measured], of_b: Mapping[_Name, Measured]) -> list[_Pair]:
    """The variants of both sides about which both claim the same."""
    both = [_Pair(one, of_b[name]) for name, one in of_a.items() if name in of_b]
    return [pair for pair in both if pair.a.claimed == pair.b.claimed]


def _alone(results: MachineResults, together: Iterable[Measured]) -> tuple[str, ...]:
    """A line for each sweep of which the other side lacks variants, naming these unless it lacks all."""
    shared = {m.place.key for m in together}
    lines = []
    for variants in by_sweep(results.measured).values():
        missing = [m for m in variants if m.place.key not in shared]
        if missing:
            lines.append(rows_in_words(missing, len(variants)))
    return tuple(lines)


def rows_in_words(rows: Sequence[Measured], of_sweep: int) -> str:
    """Rows of one sweep of so many: "G2 x1 g=4, g=8 (cpu, against g=1)", "G2 x1 (cpu, ...)" if all."""
    place = rows[0].place
    which = "" if len(rows) == of_sweep else f" {', '.join(row.place.variant for row in rows)}"
    where = f"{place.condition.shared.id}, against {place.baseline}{rows[0].unit}"
    return f"{place.guideline} {place.sweep}{which} ({where})"


def _holds(results: MachineResults) -> str:
    sweeps = dict.fromkeys(f"{m.place.guideline} {m.place.sweep}{m.unit}" for m in results.measured)
    return ", ".join(sweeps) or "failures only"
