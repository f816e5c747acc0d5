"""Write a device beside the recorded ones: the nearest, and where its slow-downs depart from that."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf

from guidelines.analysis.compared import Compared
from guidelines.analysis.machines.nearest import NEAR, Nearest, Neighbour, device_rows
from guidelines.report.digits import brackets, number, times, with_interval
from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.heat import HeatMap, HeatRow
from guidelines.report.subjects import comparison
from guidelines.report.subjects.legend import UNCLEAR
from guidelines.report.subjects.sides import notes_on_one_process, side
from guidelines.results.number_of import number_of

TITLE = "Beside the recorded devices"
HEADS = (
    Head("recorded device", is_number=False),
    Head("apart"),
    Head("interval"),
    Head("slow-downs"),
    Head("about launches"),
    Head("sweeps depart"),
)
APART_NOTE = (
    "apart: root mean square of the ratios of the slow-downs on both devices, without the share of noise; "
    f"near is up to {NEAR}x. About launches: slow-downs that are left out, because they say nothing of a "
    "device. A sweep departs if the interval of a ratio lies beyond 3 % and both noise floors."
)


def document(found: Sequence[Nearest]) -> Document:
    """Each of one's own devices: the nearest ones, the departures from the first, and its table."""
    lead: list[str] = []
    sides: list[str] = []
    sections: list[Section] = []
    heat_maps: list[HeatMap] = []
    notes: dict[str, None] = {}
    for each, name in zip(found, _names(found), strict=True):
        lead += [f"{name}{line}" for line in _answer(each)]
        sides += [f"{name}{line}" for line in _sides(each)]
        if each.first is None:
            continue
        its = comparison.document(each.first.comparison)
        sections += [_distances(each, name), _departures(each.first, name)]
        heat_maps += [_moved(each_map, name, by=len(sections)) for each_map in its.heat_maps[:1]]
        tables = [replace(table, verdicts=()) for table in its.sections if table.picture]
        sections += [replace(table, title=f"{name}{table.title}") for table in tables]
        notes |= dict.fromkeys(its.notes)
    return Document(TITLE, (*lead, *sides), tuple(sections), tuple(notes), heat_maps=tuple(heat_maps))


def sentence(found: Nearest) -> str:
    """The nearest device, or those that are equally near, or that none is near."""
    first = found.first
    if first is None or first.distance is None:
        names = ", ".join(each.name for each in found.neighbours)
        if any(each.sweeps for each in found.neighbours):
            return f"no distance to {names}: intervals are missing; more rounds or passes give these"
        return f"no distance to {names}: what is shared is about launches; mode cudagraph shows the device"
    apart = (
        f"slow-downs differ by a factor of {with_interval(first.distance)} (root mean square of "
        f"{first.distance.rounds})"
    )
    if not found.is_near:
        return f"no recorded device is near: {first.name} comes nearest, {apart}; near is up to {NEAR}"
    if found.equally_near:
        names = " and ".join((first.name, *found.equally_near))
        if (first.distance.high or inf) > NEAR:
            return f"cannot tell which is nearest, {names}: from {first.name}, {apart}; more passes tell"
        return f"{names} are equally near: from {first.name}, {apart}"
    return f"nearest is {first.name}: {apart}"


def departure(row: Compared, name: str) -> str:
    """The row of a sweep that departs most from a recorded device of that name."""
    recorded, own = row.slowdowns(row.confidence)
    ratio = with_interval(row.effect.ratio) if row.effect else ""
    baseline = f"{row.a.place.baseline}{row.unit}"
    disturbed = "; it was disturbed" if row.b.is_disturbed else ""
    return (
        f"{row.name} {row.outcome}: {times(own)} the time of {baseline}, {times(recorded)} on {name}; "
        f"ratio {ratio}{disturbed}"
    )


def _names(found: Sequence[Nearest]) -> list[str]:
    """The beginning of a line on each of several devices: its file, and the device if the file has others."""
    if len(found) == 1:
        return [""]
    files = Counter(each.own.sources for each in found)
    names = []
    for each in found:
        device = each.own.measured[0].place.condition.device
        which = f" {device}" if files[each.own.sources] > 1 else ""
        names.append(f"{each.own.sources[0]}{which}: ")
    return names


def _answer(found: Nearest) -> Iterator[str]:
    if not found.neighbours:
        yield "nothing in common with the recorded devices"
        return
    yield sentence(found)
    if found.first:
        yield _summary(found.first)
        yield from _not_compared(found, found.first.name)


def _not_compared(found: Nearest, name: str) -> Iterator[str]:
    """Lines on guidelines and conditions that the nearest device lacks."""
    conditions: dict[str, list[str]] = {}
    for condition, guidelines in found.not_compared.items():
        conditions.setdefault(", ".join(guidelines), []).append(condition.id)
    for lacked, ids in conditions.items():
        yield f"not compared, because {name} lacks it: {lacked} under {', '.join(ids)}"


def _sides(found: Nearest) -> Iterator[str]:
    """The two sides of the tables, and what to distrust."""
    if found.first:
        yield f"A = {side(found.first.comparison.a)}"
        yield f"B = {side(found.own)}"
        yield from notes_on_one_process(found.first.comparison)
    yield from found.own.notes


def _summary(first: Neighbour) -> str:
    """The number of sweeps that depart, the guidelines that they are of, and how much is undecided."""
    sweeps, rows = number_of(first.sweeps, "sweep"), device_rows(first.comparison)
    undecided = sum(row.outcome == UNCLEAR for row in rows)
    rest = f"; {undecided} of {number_of(len(rows), 'slow-down')} are undecided" if undecided else ""
    if not first.departures:
        return f"departs from {first.name} in none of {sweeps}{rest}"
    guidelines = dict.fromkeys(row.a.place.guideline for row in first.departures)
    return (
        f"departs from {first.name} in {len(first.departures)} of {sweeps}, of {', '.join(guidelines)}: "
        f"most in {first.departures[0].sweep}{rest}"
    )


def _distances(found: Nearest, name: str) -> Section:
    rows = tuple(map(_distance, found.neighbours))
    return Section(f"{name}Distances", Grid(HEADS, rows), notes=(APART_NOTE,))


def _distance(neighbour: Neighbour) -> Row:
    apart = neighbour.distance
    cells = [Value("unknown"), Value(), Value("0", 0)]
    if apart:
        cells = [
            Value(f"{number(apart)}x", apart.estimate),
            Value(brackets(apart)),
            Value(str(apart.rounds), apart.rounds),
        ]
    about_launches, departing = neighbour.about_launches, len(neighbour.departures)
    cells.append(Value(str(about_launches), about_launches))
    cells.append(Value(f"{departing} of {neighbour.sweeps}", departing))
    return Row((Value(neighbour.name), *cells))


def _departures(first: Neighbour, name: str) -> Section:
    lines = tuple(departure(row, first.name) for row in first.departures)
    notes = () if lines else ("nowhere: no slow-down differs beyond both intervals",)
    return Section(f"{name}Where it departs from {first.name}", verdicts=lines, notes=notes)


def _moved(heat_map: HeatMap, name: str, by: int) -> HeatMap:
    """A heat map whose cells lead to sections that stand behind some others."""
    rows = []
    for row in heat_map.rows:
        cells = [cell and replace(cell, section=(cell.section or 0) + by) for cell in row.cells]
        rows.append(HeatRow(row.name, tuple(cells), row.note))
    return replace(heat_map, title=f"{name}{heat_map.title}", rows=tuple(rows))
