"""Arrange a comparison as heat maps for the first screen of a page: which effects and speeds changed."""

from collections.abc import Iterable, Mapping, Sequence
from math import log
from typing import NamedTuple

from guidelines.analysis.change import Change
from guidelines.analysis.compare import Comparison, GuidelineComparison
from guidelines.analysis.compared import Compared
from guidelines.analysis.verdict import directed
from guidelines.report.digits import number, times
from guidelines.report.heat import HeatCell, HeatMap, HeatRow, abreast
from guidelines.report.labels import LAUNCH_BOUND
from guidelines.report.subjects.conditions import condition_labels
from guidelines.report.subjects.legend import UNCLEAR
from guidelines.results.number_of import number_of

EFFECTS, SPEEDS = "What changed from A to B: effects", "What changed from A to B: speed"
EFFECTS_LEGEND = (
    "Effect on A → on B of the row that changed most: times slower than the baseline, or faster if that is "
    "claimed. Colour: B's effect over A's."
)
SPEEDS_LEGEND = "B's speed over A's of the row that changed most: above 1x B is faster."


class _Changed(NamedTuple):
    """A row, a change of it, and the word for that."""

    row: Compared
    change: Change
    outcome: str

    @property
    def size(self) -> tuple[bool, float]:
        """A key that sorts rows by the size of their change, sure changes behind all others."""
        return self.outcome not in ("SAME", UNCLEAR), abs(log(self.change.ratio.estimate))


def of_comparison(comparison: Comparison) -> tuple[HeatMap, ...]:
    """A map of effects and one of speeds: a row for each guideline, a cell for each sweep.

    Cells lead to the sections of a comparison: one for each guideline, then that of all speeds.
    """
    speeds = len(comparison.guidelines)
    labels = condition_labels([guideline.a for guideline in comparison.guidelines])
    effect_rows: list[HeatRow] = []
    speed_rows: list[HeatRow] = []
    for place, guideline in enumerate(comparison.guidelines):
        name, note = guideline.rows[0].a.place.guideline, labels[guideline.a]
        effects: list[HeatCell] = []
        paces: list[HeatCell] = []
        for rows in _by_sweep(guideline).values():
            effects += _effect(rows, place, comparison.confidence)
            paces += _speed(rows, speeds)
        effect_rows += abreast(name, effects, note)
        speed_rows += abreast(name, paces, note)
    maps = (
        HeatMap(EFFECTS, tuple(effect_rows), legend=EFFECTS_LEGEND),
        HeatMap(SPEEDS, tuple(speed_rows), legend=SPEEDS_LEGEND),
    )
    return tuple(each for each in maps if each.rows)


def _by_sweep(guideline: GuidelineComparison) -> Mapping[str, list[Compared]]:
    rows: dict[str, list[Compared]] = {}
    for row in guideline.rows:
        rows.setdefault(row.a.place.sweep, []).append(row)
    return rows


def _effect(rows: Iterable[Compared], place: int, confidence: float) -> Sequence[HeatCell]:
    """A cell for the row whose effect changed most; none if all are baselines."""
    changed = [_Changed(row, row.effect, row.outcome) for row in rows if row.effect]
    if not changed:
        return ()
    row, change, outcome = max(changed, key=lambda each: each.size)
    expect, sweep = row.a.place.expect, row.a.place.sweep
    a, b = (number(directed(slowdown, expect)) for slowdown in row.slowdowns(confidence))
    cell = HeatCell(
        figure=f"{a} → {b}x",
        outcome=outcome,
        name=f"{sweep} {LAUNCH_BOUND}" if row.is_about_launches else sweep,
        detail=_detail(f"{row.a.place.variant}{row.unit}", changed, outcome),
        effect=None if row.is_about_launches else directed(change.ratio, expect).estimate,
        section=place,
    )
    return (cell,)


def _detail(name: str, changed: Sequence[_Changed], shown: str) -> str:
    """The name of the row that is shown; if it is decided, below it the number of those that are not."""
    unclear = sum(each.outcome == UNCLEAR for each in changed)
    if not unclear or shown == UNCLEAR:
        return name
    return f"{name}\n{number_of(unclear, 'other')} {UNCLEAR}"


def _speed(rows: Iterable[Compared], place: int) -> Sequence[HeatCell]:
    """A cell for the row whose speed changed most; none if no network did the same work on both sides."""
    changed = [_Changed(row, row.speed, row.pace) for row in rows if row.speed]
    if not changed:
        return ()
    row, change, outcome = max(changed, key=lambda each: each.size)
    cell = HeatCell(
        figure=times(change.ratio),
        outcome=outcome,
        name=row.a.place.sweep,
        detail=_detail(row.a.place.variant, changed, outcome),
        effect=change.ratio.estimate,
        section=place,
    )
    return (cell,)
