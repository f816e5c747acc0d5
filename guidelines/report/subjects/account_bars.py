"""Arrange the accounts of slow-downs as bars for a page: of one or more machines, and of a comparison."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from guidelines.analysis.account.account import Account
from guidelines.analysis.account.change import AccountChange
from guidelines.analysis.account.explain import accounts
from guidelines.analysis.compare import Comparison
from guidelines.analysis.compared import Compared
from guidelines.analysis.machines.matrix import Matrix
from guidelines.analysis.measured import MachineResults
from guidelines.analysis.tables import Table
from guidelines.report.bars import Bar, BarChart, BarGroup, Part
from guidelines.report.digits import times, with_interval
from guidelines.report.document import Section, places_of_tables
from guidelines.report.labels import LAUNCH_BOUND, attributes
from guidelines.report.short_labels import short_labels
from guidelines.report.subjects.account import is_one, shown
from guidelines.report.subjects.changed_factors import mostly
from guidelines.report.subjects.conditions import condition_labels
from guidelines.report.subjects.how_measured import marked
from guidelines.results.model import SweepKey, VariantKey
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Expectation
from guidelines.stats.intervals import Estimate

TITLE, CHANGED_TITLE = "Why: what each effect is made of", "Why: which factors changed from A to B"
LEGEND = (
    "Effects are in the units of the map above. The lengths, on a logarithmic scale, add up to the effect, "
    "where the triangle stands. Factors below 1x make up for others: they go to the left."
)
FASTER, PER_MULTIPLY_ADD = "faster", "per mult-add"
# More bars than these make a page slow: rows on which no verdict rests are left out, then the last bars.
MOST_BARS = 200


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
    places = places_of_tables(sections)
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
                unit = _Unit(standing.expect, standing.is_per_multiply_add)
                bar = _bar(f"{name}: {_row(standing.sweep, standing.extreme)}", account, unit)
                bars.append(_judged(bar, standing.effect, standing.verdict.outcome))
        groups.append(BarGroup(guideline, tuple(bars), section=places.get(guideline)))
    return _shown(TITLE, groups)


def _of_table(table: Table) -> BarGroup:
    deciding: list[Bar] = []
    others: list[Bar] = []
    for sweep in table.sweeps:
        unit = _Unit(sweep.expect, sweep.is_judged_per_multiply_add)
        for variant in sweep.variants:
            if variant.account is None:
                continue
            mark = f" {LAUNCH_BOUND}" if variant.cell.is_launch_bound else ""
            bar = _bar(f"{_row(marked(sweep), variant.variant)}{mark}", variant.account, unit)
            if variant.variant == sweep.extreme and sweep.verdict and sweep.effect:
                deciding.append(_judged(bar, sweep.effect, sweep.verdict.outcome))
            else:
                others.append(bar)
    if not deciding:
        deciding, others = others, []
    return BarGroup(table.guideline, tuple(deciding), more=tuple(others), more_title="other rows")


def _of_change(row: Compared, change: AccountChange) -> list[Bar]:
    """The bars of both sides; that of B says what changed."""
    mark = f" {LAUNCH_BOUND}" if row.is_about_launches else ""
    name = f"{_row(row.a.place.sweep, row.a.place.variant)}{mark}"
    unit = _Unit(row.a.place.expect, row.is_per_multiply_add)
    a, b = _bar(f"A: {name}", change.a, unit), _bar(f"B: {name}", change.b, unit)
    most = mostly(change.most) if change.most else ""
    return [a, replace(_noted(b, row.outcome, most), is_last=True)]


def _row(sweep: str, variant: str) -> str:
    """The name of a row: "x1 g=8", or "vgg16" for the only row of a sweep of that name."""
    return sweep if sweep.split(" ")[0] == variant else f"{sweep} {variant}"


class _Unit(NamedTuple):
    """The unit of an effect: times slower or faster, of the time or of the time per multiply-add."""

    expect: Expectation
    is_per_multiply_add: bool

    def of(self, account: Account) -> Account:
        """The account of the slow-down of the time as that of the effect."""
        account = account.per_multiply_add if self.is_per_multiply_add else account
        return account.inverse if self.expect == "faster" else account


def _bar(name: str, account: Account, unit: _Unit) -> Bar:
    known = unit.of(account)
    parts = []
    for factor_name, factor in known.factors.items():
        text = "" if is_one(factor) else shown(factor)
        part = Part(
            name=factor_name,
            title=known.title(factor_name),
            value=factor.estimate,
            text=text,
            in_full=with_interval(factor),
        )
        parts.append(part)
    bar = Bar(name, known.slowdown.estimate, times(known.slowdown), tuple(parts))
    direction = FASTER if unit.expect == "faster" else ""
    return _noted(bar, direction, PER_MULTIPLY_ADD if unit.is_per_multiply_add else "")


def _noted(bar: Bar, *notes: str) -> Bar:
    """The bar with some more notes, but for those that are ""."""
    return replace(bar, note=", ".join(filter(None, (bar.note, *notes))))


def _judged(bar: Bar, effect: Estimate, outcome: str) -> Bar:
    """The bar of a row on which a verdict rests, with its figure, and its outcome unless it holds."""
    return _noted(replace(bar, text=times(effect)), "" if outcome == "holds" else outcome)


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
