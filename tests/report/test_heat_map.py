from dataclasses import replace
from itertools import chain

import pytest

from guidelines.analysis.compare import compare
from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.tables import tables
from guidelines.report.heat import MOST_ABREAST
from guidelines.report.subjects import comparison, heat_map, machines
from guidelines.report.subjects.changed_map import EFFECTS, SPEEDS
from guidelines.report.subjects.report import parts
from guidelines.results.model import Circumstances, Failure, Machine


def pair(entry, extreme, **changes):
    return [entry(v, s, spread=0, **changes) for v, s in (("g=1", 1.0), ("g=8", extreme))]


def of_report(*machines):
    """The heat map of a report, and the titles of its sections."""
    sections, every = [], []
    for results in machines:
        every.append(tables(results))
        sections += parts(results, every[-1])
    (shown,) = heat_map.of_report(machines, every, sections)
    return shown, [section.title for section in sections]


def said(cell):
    return cell.name, cell.figure, cell.outcome, cell.detail


def test_a_machine_has_a_row_for_each_guideline_and_a_cell_for_each_sweep(entry, results):
    shown, titles = of_report(
        results(
            *pair(entry, 2.0, sweep="x1"),
            *pair(entry, 0.8, sweep="x2"),
            *pair(entry, 0.5, guideline="G4", sweep="c32", expect="faster"),
        )
    )
    assert [(row.name, row.note) for row in shown.rows] == [("G2", "claim"), ("G4", "claim")]
    (right, wrong), (fast,) = (row.cells for row in shown.rows)
    assert said(right)[:3] == ("x1", "2x", "holds")
    assert said(wrong)[:3] == ("x2", "0.8x", "does not hold")
    assert said(fast)[:3] == ("c32", "2x", "holds")
    assert (right.effect, wrong.effect, fast.effect) == pytest.approx((2.0, 0.8, 2.0), rel=0.01)
    assert [titles[cell.section][:2] for cell in (right, wrong, fast)] == ["G2", "G2", "G4"]


def test_a_sweep_whose_last_row_failed_has_no_verdict_and_no_colour(entry, results):
    base, failed = pair(entry, 2.0)
    shown, _ = of_report(results(base, failures=[Failure(failed.place, (184,), failed.identity.work, "no")]))
    (cell,) = shown.rows[0].cells
    assert said(cell) == ("x1", "–", "no verdict", "g=8 failed")
    assert cell.effect is None


def test_what_launches_decide_has_no_colour(entry, results):
    waiting = {"circumstances": Circumstances(launch_s=5e-3, device_s=2e-3)}
    shown, _ = of_report(results(*pair(entry, 2.0, **waiting)))
    (cell,) = shown.rows[0].cells
    assert (cell.outcome, cell.effect) == ("launches decide", None)


def test_a_machine_under_two_conditions_has_a_row_for_each(entry, results):
    one = entry("g=1", 1.0).place.condition
    both = [*pair(entry, 2.0), *pair(entry, 1.0, condition=replace(one, threads=2))]
    shown, titles = of_report(results(*both))
    assert shown.heads == ("G2",)
    assert [row.name for row in shown.rows] == ["a processor, threads 1", "a processor, threads 2"]
    assert [row.cells[0].outcome for row in shown.rows] == ["holds", "does not hold"]
    ends = [titles[row.cells[0].section].rpartition(": ")[2] for row in shown.rows]
    assert ends == ["threads 1", "threads 2"]


def test_a_cell_for_several_sweeps_counts_those_that_hold(entry, results):
    one = entry("g=1", 1.0).place.condition
    shown, _ = of_report(
        results(
            *pair(entry, 2.0, sweep="x1"),
            *pair(entry, 1.0, sweep="x2"),
            *pair(entry, 1.0, condition=replace(one, threads=2)),
        )
    )
    in_part, not_at_all = (row.cells[0] for row in shown.rows)
    assert (in_part.outcome, in_part.detail) == ("holds in part", "1 of 2 hold")
    assert (not_at_all.outcome, not_at_all.detail) == ("does not hold", "1 of 1 do not")


def test_machines_of_a_report_lead_each_to_its_own_tables(entry, results):
    machines = [
        results(*pair(entry, 2.0), machine=Machine(node=name, name=name)) for name in ("one", "two", "three")
    ]
    shown, _ = of_report(*machines)
    assert [row.name for row in shown.rows] == ["one", "two", "three"]
    assert [row.cells[0].section for row in shown.rows] == [0, 1, 2]


def test_what_a_machine_lacks_is_an_empty_cell(entry, results):
    one = results(*pair(entry, 2.0), machine=Machine(name="one"))
    two = results(*pair(entry, 2.0, guideline="G5"), machine=Machine(name="two"))
    (shown,) = machines.document(matrix([one, two])).heat_maps
    assert shown.heads == ("G2", "G5")
    assert [[cell is None for cell in row.cells] for row in shown.rows] == [[False, True], [True, False]]


def test_cells_of_a_matrix_lead_to_the_picture_of_their_guideline(entry, results):
    both = [results(*pair(entry, 2.0), machine=Machine(name=name)) for name in ("one", "two")]
    document = machines.document(matrix(both))
    cell = document.heat_maps[0].rows[0].cells[0]
    assert document.sections[cell.section].picture == "G2"


def test_many_sweeps_go_on_below_and_many_rows_are_counted(entry, results):
    sweeps = [pair(entry, 2.0, sweep=f"s{k}") for k in range(MOST_ABREAST + 1)]
    shown, _ = of_report(results(*chain(*sweeps)))
    assert [(row.name, len(row.cells)) for row in shown.rows] == [("G2", MOST_ABREAST), ("", 1)]
    guidelines = [pair(entry, 2.0, guideline=f"H{k}") for k in range(heat_map.MOST_ROWS + 3)]
    shown, _ = of_report(results(*chain(*guidelines)))
    assert len(shown.rows) == heat_map.MOST_ROWS
    assert shown.legend.endswith("3 more rows are left to the tables.")


def test_of_two_machines_it_shows_what_changed(entry, results):
    a = results(*pair(entry, 1.2), *pair(entry, 0.9, guideline="G4", expect="faster"))
    b = results(*pair(entry, 1.8), *pair(entry, 0.45, guideline="G4", expect="faster"))
    document = comparison.document(compare(a, b))
    effects, speeds = document.heat_maps
    assert (effects.title, speeds.title) == (EFFECTS, SPEEDS)
    assert [said(row.cells[0]) for row in effects.rows] == [
        ("x1", "1.2 → 1.8x", "STRONGER", "g=8"),
        ("x1", "1.111 → 2.222x", "STRONGER", "g=8"),
    ]
    assert [row.cells[0].effect for row in effects.rows] == pytest.approx([1.5, 2.0], rel=0.01)
    assert [row.cells[0].outcome for row in speeds.rows] == ["SLOWER", "FASTER"]
    titles = [section.title for section in document.sections]
    assert [titles[row.cells[0].section] for row in effects.rows] == ["G2 claim", "G4 claim"]
    assert {titles[row.cells[0].section] for row in speeds.rows} == {"Absolute speed"}


def test_a_cell_that_is_decided_says_how_many_rows_behind_it_are_not(entry, results):
    sides = []
    for g4, g8 in ((1.2, 1.2), (1.26, 1.8)):
        unsure = [entry("g=2", 1.1, spread=0.4), entry("g=4", g4, spread=0.4)]
        sides.append(results(entry("g=1", 1.0), *unsure, entry("g=8", g8, spread=0)))
    effects, _ = comparison.document(compare(*sides)).heat_maps
    (cell,) = effects.rows[0].cells
    assert (cell.outcome, cell.detail) == ("STRONGER", "g=8\n1 other UNCLEAR")
    effects, _ = comparison.document(compare(sides[0], sides[0])).heat_maps
    assert ["\n" in cell.detail for cell in effects.rows[0].cells] == [False]
