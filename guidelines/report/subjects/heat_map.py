"""Arrange verdicts as a heat map for the first screen of a page: where guidelines hold, by how much."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from guidelines.analysis.machines.kinds import KindLine, KindStanding
from guidelines.analysis.machines.matrix import Line, Matrix, Standing, matrix
from guidelines.analysis.machines.same_widths import has_widths_as_published
from guidelines.analysis.measured import MachineResults
from guidelines.analysis.same_machine import Kind
from guidelines.analysis.sweep_result import SweepResult
from guidelines.analysis.tables import Table
from guidelines.analysis.verdict import directed
from guidelines.report.digits import times
from guidelines.report.document import Section, places_of_tables
from guidelines.report.heat import HeatCell, HeatMap, HeatRow, abreast
from guidelines.report.labels import AS_PUBLISHED, DISTURBED, NOT_COUNTED, attributes
from guidelines.report.short_labels import short_labels
from guidelines.report.subjects.how_measured import marked
from guidelines.results.model import TableKey
from guidelines.results.number_of import number_of

TITLE = "Effects and verdicts at a glance"
LEGEND = "Times slower than the baseline, or faster if that is claimed: above 1x the guideline is right."
SWEEPS_LEGEND = f"{LEGEND} One cell for each sweep; it leads to the table."
MACHINES_LEGEND = (
    f"{LEGEND} Each cell: the sweep with the largest effect of those that carry the finding (if it holds, of "
    "those that hold), then the finding from all sweeps, which the answer counts, and how many carry it."
)
KINDS_LEGEND = f"{LEGEND} Each cell: a typical machine of the kind, and how many have its finding."
DISTURBED_LEGEND = f"{DISTURBED}: something disturbed that sweep."
PER_MULTIPLY_ADD = "per mult-add"
# More rows are left to the tables.
MOST_ROWS = 40


class _Place(NamedTuple):
    """A table and the machine, by its index, that it belongs to."""

    machine: int
    key: TableKey


def of_report(
    machines: Sequence[MachineResults],
    tables_by_machine: Sequence[Sequence[Table]],
    sections: Sequence[Section],
) -> tuple[HeatMap, ...]:
    """A row for each guideline of a machine, or for each machine and condition if there are several.

    The `sections` are those of the whole document, with one for each table in the order of the tables.
    """
    keys: list[_Place] = []
    for index, tables in enumerate(tables_by_machine):
        keys += [_Place(index, TableKey(table.guideline, table.condition)) for table in tables]
    of_tables = places_of_tables(sections)
    places = dict(zip(keys, of_tables, strict=True))
    if len(machines) == 1 and not _has_several_conditions(tables_by_machine[0]):
        return _shown(_guideline_rows(tables_by_machine[0], of_tables), SWEEPS_LEGEND)
    numbers = {id(results): number for number, results in enumerate(machines)}

    def place(line: Line, guideline: str) -> int | None:
        return places.get(_Place(numbers[id(line.results)], TableKey(guideline, line.condition)))

    return _of_lines(matrix(machines), place)


def of_matrix(standings: Matrix, sections: Sequence[Section]) -> tuple[HeatMap, ...]:
    """A row for each machine and condition, a column for each guideline; cells lead to its picture."""
    places = {section.picture: index for index, section in enumerate(sections) if section.picture}
    return _of_lines(standings, lambda line, guideline: places.get(guideline))


def of_kinds(
    kinds: Sequence[KindLine], standings: Matrix, labels: Mapping[Kind, str], sections: Sequence[Section]
) -> tuple[HeatMap, ...]:
    """A row for each kind of machines: the typical effect, the most frequent finding and its number."""
    places = {section.picture: index for index, section in enumerate(sections) if section.picture}
    rows = []
    for kind in kinds:
        cells: list[HeatCell | None] = []
        for guideline in standings.guidelines:
            of_kind = kind.standings.get(guideline)
            cells.append(_of_kind(of_kind, places.get(guideline)) if of_kind else None)
        rows.append(HeatRow(labels[kind.kind], tuple(cells), number_of(len(kind.lines), "machine")))
    return _shown(rows, KINDS_LEGEND, tuple(standings.guidelines))


def _of_kind(standing: KindStanding, place: int | None) -> HeatCell:
    cell = _of_standing(standing.typical, place)
    detail = f"on {standing.outcomes[standing.most]} of {len(standing.machines)}"
    return replace(cell, name="", detail=detail)


def _shown(rows: Sequence[HeatRow], legend: str, heads: tuple[str, ...] = ()) -> tuple[HeatMap, ...]:
    """A heat map of the first rows; none if there are no cells."""
    if any(_has_disturbed(row) for row in rows[:MOST_ROWS]):
        legend = f"{legend} {DISTURBED_LEGEND}"
    more = len(rows) - MOST_ROWS
    if more > 0:
        legend = f"{legend} {more} more rows are left to the tables."
    if not any(any(row.cells) for row in rows):
        return ()
    return (HeatMap(TITLE, tuple(rows[:MOST_ROWS]), heads, legend),)


def _has_disturbed(row: HeatRow) -> bool:
    return any(cell.name.endswith(DISTURBED) for cell in row.cells if cell)


def _has_several_conditions(tables: Sequence[Table]) -> bool:
    """True if a guideline was measured under two conditions or more."""
    return len({table.guideline for table in tables}) < len(tables)


def _guideline_rows(tables: Sequence[Table], places: Sequence[int]) -> list[HeatRow]:
    rows: list[HeatRow] = []
    for table, place in zip(tables, places, strict=True):
        cells = [_of_sweep(sweep, place) for sweep in table.sweeps]
        rows += abreast(table.guideline, cells, table.claim)
    return rows


def _of_sweep(sweep: SweepResult, place: int) -> HeatCell:
    if sweep.verdict is None:
        return HeatCell("–", "no verdict", marked(sweep), f"{sweep.extreme} failed", section=place)
    effect = directed(sweep.verdict.slowdown, sweep.expect)
    return HeatCell(
        figure=times(effect),
        outcome=sweep.verdict.outcome,
        name=marked(sweep),
        detail=PER_MULTIPLY_ADD if sweep.is_judged_per_multiply_add else "",
        effect=None if sweep.verdict.is_about_launches else effect.estimate,
        section=place,
    )


def _of_lines(standings: Matrix, place: Callable[[Line, str], int | None]) -> tuple[HeatMap, ...]:
    known = [attributes(line.machine, line.condition) for line in standings.lines]
    rows = []
    for label, line in zip(short_labels(known), standings.lines, strict=True):
        cells = []
        for guideline in standings.guidelines:
            standing = line.standings.get(guideline)
            cells.append(
                _of_standing(standing, place(line, guideline)) if standing else _absent(line, guideline)
            )
        rows.append(HeatRow(label, tuple(cells)))
    return _shown(rows, MACHINES_LEGEND, tuple(standings.guidelines))


def _absent(line: Line, guideline: str) -> HeatCell | None:
    return HeatCell("–", AS_PUBLISHED) if has_widths_as_published(line, guideline) else None


def _of_standing(standing: Standing, place: int | None) -> HeatCell:
    is_bound = standing.verdict.is_about_launches
    name = f"{standing.sweep} {DISTURBED}" if standing.is_disturbed else standing.sweep
    unit = PER_MULTIPLY_ADD if standing.is_per_multiply_add else ""
    return HeatCell(
        figure=times(standing.effect),
        outcome=standing.outcome,
        name=name,
        detail="\n".join(filter(None, (unit, counted(standing), _uncounted(standing)))),
        effect=None if is_bound else standing.effect.estimate,
        section=place,
    )


def counted(standing: Standing) -> str:
    """The number of sweeps that carry a finding: "2 of 3 hold", "3 sweeps" if undecided; else ""."""
    judged = standing.sweeps_judged
    if standing.verdict.is_about_launches:
        return ""
    if standing.finding == "undecided":
        return number_of(judged, "sweep")
    if standing.finding == "does not hold":
        return f"{standing.sweeps_denied} of {judged} do not"
    return f"{standing.sweeps_held} of {judged} hold"


def _uncounted(standing: Standing) -> str:
    return "" if standing.is_counted else NOT_COUNTED
