"""Arrange the accounts of slow-downs as bars for a page: of one or more machines, and of a comparison."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import log
from typing import NamedTuple

from guidelines.analysis.account import Account
from guidelines.analysis.account_change import AccountChange
from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import Compared
from guidelines.analysis.explain import accounts
from guidelines.analysis.matrix import Matrix
from guidelines.analysis.measured import MachineResults
from guidelines.analysis.tables import Table
from guidelines.report.bars import Bar, BarChart, BarGroup, Part
from guidelines.report.digits import factor, times, with_interval
from guidelines.report.document import Section
from guidelines.report.labels import LAUNCH_BOUND, attributes
from guidelines.report.short_labels import short_labels
from guidelines.report.subjects.changed_factors import mostly
from guidelines.report.subjects.conditions import condition_labels
from guidelines.report.subjects.how_measured import marked
from guidelines.results.model import SweepKey, VariantKey
from guidelines.spec.condition import Condition

TITLE, CHANGED_TITLE = "Why: what each slow-down is made of", "Why: which factors changed from A to B"
LEGEND = (
    "The lengths add up to the slow-down of the time, where the triangle stands. Factors below 1x make up "
    "for others: they go to the left."
)
# More bars than these make a page slow: rows on which no verdict rests are left out, then the last bars.
MOST_BARS = 200
# Factors nearer to 1, by their logarithm, are too short to be seen.
LEAST_SHOWN = 0.005


class _Under(NamedTuple):
    """A machine, by its index, and a condition."""

    machine: int
    condition: Condition


def of_report(
    machines: Sequence[MachineResults],
    tables_by_machine: Sequence[Sequence[Table]],
    sections: Sequence[Section],
) -> tuple[BarChart, ...]:
    """A group for each table: the rows on which verdicts rest, and on request all others.

    The `sections` are those of the whole document, with one for each table in the order of the tables.
    """
    places = [index for index, section in enumerate(sections) if section.grid and section.picture]
    known: dict[_Under, dict[str, str]] = {}
    conditions = []
    groups = []
    for number, (results, tables) in enumerate(zip(machines, tables_by_machine, strict=True)):
        for table in tables:
            conditions.append(_Under(number, table.condition))
            known[conditions[-1]] = attributes(results.machine, table.condition)
            groups.append(_of_table(table))
    notes = dict(zip(known, short_labels(list(known.values())), strict=True))
    told = []
    for group, under, place in zip(groups, conditions, places, strict=True):
        told.append(replace(group, note=notes[under] if len(notes) > 1 else "", section=place))
    return _shown(TITLE, told)


def of_comparison(
    comparison: Comparison, changes: Mapping[VariantKey, AccountChange]
) -> tuple[BarChart, ...]:
    """Two bars, of A and of B, for each row that changed and each on which a verdict rests.

    Groups lead to the first sections of a comparison, one for each guideline.
    """
    labels = condition_labels([guideline.a for guideline in comparison.guidelines])
    groups = []
    for index, guideline in enumerate(comparison.guidelines):
        bars: list[Bar] = []
        for row in guideline.rows:
            change = changes.get(row.a.place.key)
            if change and (change.most or change.is_deciding):
                bars += _of_change(row, change)
        name = guideline.rows[0].a.place.guideline
        groups.append(BarGroup(name, tuple(bars), note=labels[guideline.a], section=index))
    return _shown(CHANGED_TITLE, groups)


def of_matrix(standings: Matrix, sections: Sequence[Section]) -> tuple[BarChart, ...]:
    """A bar for each machine and condition: the sweep with the largest effect of each guideline.

    Groups lead to the picture of their guideline.
    """
    places = {section.picture: index for index, section in enumerate(sections) if section.picture}
    machines = {id(line.results): line.results for line in standings.lines}
    known = {number: accounts(results) for number, results in machines.items()}
    names = short_labels([attributes(line.machine, line.condition) for line in standings.lines])
    groups = []
    for guideline in standings.guidelines:
        bars = []
        for name, line in zip(names, standings.lines, strict=True):
            standing = line.standings.get(guideline)
            if standing is None:
                continue
            key = SweepKey(guideline, line.condition, standing.sweep)
            account = known[id(line.results)].get(VariantKey(key, standing.extreme))
            if account:
                bars.append(_bar(f"{name}: {_row(standing.sweep, standing.extreme)}", account))
        groups.append(BarGroup(guideline, tuple(bars), section=places.get(guideline)))
    return _shown(TITLE, groups)


def _of_table(table: Table) -> BarGroup:
    deciding: list[Bar] = []
    others: list[Bar] = []
    for sweep in table.sweeps:
        for variant in sweep.variants:
            if variant.account:
                mark = f" {LAUNCH_BOUND}" if variant.cell.is_launch_bound else ""
                bars = deciding if variant.variant == sweep.extreme else others
                bars.append(_bar(f"{_row(marked(sweep), variant.variant)}{mark}", variant.account))
    if not deciding:
        deciding, others = others, []
    return BarGroup(table.guideline, tuple(deciding), more=tuple(others), more_title="other rows")


def _of_change(row: Compared, change: AccountChange) -> list[Bar]:
    """The bars of both sides; that of B says what changed."""
    mark = f" {LAUNCH_BOUND}" if row.is_about_launches else ""
    most = f", {mostly(change.most)}" if change.most else ""
    return [
        _bar(f"A: {_row(row.a.place.sweep, row.a.place.variant)}{mark}", change.a),
        replace(_bar(f"B: {row.outcome}{most}", change.b), is_last=True),
    ]


def _row(sweep: str, variant: str) -> str:
    """The name of a row: "x1 g=8", or "vgg16" for the only row of a sweep of that name."""
    return sweep if sweep.split(" ")[0] == variant else f"{sweep} {variant}"


def _bar(name: str, account: Account) -> Bar:
    parts = []
    for factor_name, estimate in account.factors.items():
        if abs(log(estimate.estimate)) > LEAST_SHOWN:
            part = Part(
                name=factor_name,
                title=account.title(factor_name),
                value=estimate.estimate,
                text=factor(estimate),
                in_full=with_interval(estimate),
            )
            parts.append(part)
    return Bar(name, account.slowdown.estimate, times(account.slowdown), tuple(parts))


def _shown(title: str, groups: Sequence[BarGroup]) -> tuple[BarChart, ...]:
    """A chart of the groups with bars, of no more than a page can hold; none without any."""
    every = BarChart(title, tuple(group for group in groups if group.bars))
    shown = every
    if len(every.bars) > MOST_BARS:
        shown = BarChart(title, tuple(_first(every.groups)))
    left_out = len(every.bars) - len(shown.bars)
    more = f" {left_out} more bars are left to the tables." if left_out else ""
    return (replace(shown, legend=f"{LEGEND}{more}"),) if shown.groups else ()


def _first(groups: Iterable[BarGroup]) -> Iterator[BarGroup]:
    """The groups without what is shown on request, up to the most bars."""
    room = MOST_BARS
    for group in groups:
        bars = group.bars[:room]
        room -= len(bars)
        if bars:
            yield replace(group, bars=bars, more=())
