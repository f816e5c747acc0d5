"""How a report names the widths of its networks."""

from dataclasses import replace

import pytest

from guidelines.analysis.compare import compare
from guidelines.analysis.gate import gate
from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.tables import tables
from guidelines.analysis.triggers import triggers
from guidelines.report.document import Document
from guidelines.report.formats import text
from guidelines.report.heat import HeatCell
from guidelines.report.labels import AS_PUBLISHED, NOT_COUNTED
from guidelines.report.subjects import comparison
from guidelines.report.subjects.answer import lines
from guidelines.report.subjects.machines import document
from guidelines.report.subjects.report import parts
from guidelines.report.subjects.uncounted import EAGER_NOTE, WIDTHS_NOTE
from guidelines.results.model import Circumstances


@pytest.fixture
def run_of(entry, results):
    """Results of guidelines, each with fields of its condition, slow-downs by sweep, and changes."""

    def run_of(*given):
        entries = []
        for guideline, fields, slowdowns, changes in given:
            condition = replace(entry("g=1", 1.0).place.condition, **{"dtype": "float16", **fields})
            for name, slowdown in slowdowns.items():
                here = {"guideline": guideline, "sweep": name, "condition": condition, **changes}
                entries += [entry("g=1", 1.0, **here), entry("g=8", slowdown, **here)]
        return results(*entries)

    return run_of


def given(guideline, published, aligned, **changes):
    """A guideline at published and at aligned widths."""
    papers = changes.pop("papers", {})
    return (guideline, {}, published, papers), (guideline, {"channel_rule": "exact"}, aligned, changes)


def test_a_line_says_what_both_kinds_of_widths_show(run_of):
    unequal = {"work_ratio": 1.25}
    (line,) = lines(
        [tables(run_of(*given("G2", {"x1": 2.5, "x2": 5.0}, {"x1": 1.3, "x2": 2.0}, papers=unequal)))]
    )
    assert line.name == "G2 cpu"
    assert line.outcome == "holds"
    assert line.effect == "1.30-2.00x slower (published widths: 2.00-4.00x per mult-add; paper 1.32-1.39x)"
    assert line.effect_in_full == (
        "g=8 is 1.30-2.00x slower than g=1 (published widths, g=8: 2.00-4.00x per mult-add; paper 1.32-1.39x)"
    )


def test_a_line_names_a_finding_and_a_direction_that_differ(run_of):
    (line,) = lines([tables(run_of(*given("G2", {"x1": 2.0}, {"x1": 0.8})))])
    assert (line.outcome, line.tone) == ("does not hold", "bad")
    assert line.effect == "1.25x faster (published widths: holds, 2.00x slower; paper 1.44x slower)"


def test_both_kinds_of_widths_are_one_condition_of_the_answer(run_of):
    both = *given("G2", {"x1": 2.0}, {"x1": 1.5}), ("G4", {}, {"x1": 1.2}, {})
    assert [line.name for line in lines([tables(run_of(*both))])] == ["G2 cpu", "G4 cpu"]
    machines = [tables(run_of(*both)) for _ in range(2)]
    assert [line.outcome for line in lines(machines)] == ["holds on 2 of 2 machines"] * 2
    (line, _) = lines(machines)
    assert line.effect == "1.50x slower (published widths: 2.00x; paper 1.44x)"


def test_a_label_names_the_widths_of_guidelines_at_one_kind(run_of):
    one_kind = (
        *given("G2", {"x1": 2.0}, {"x1": 1.5}),
        ("G3", {"channel_rule": "exact"}, {"x1": 1.2}, {}),
        ("G4", {}, {"x1": 1.2}, {}),
    )
    assert [line.name for line in lines([tables(run_of(*one_kind))])] == [
        "G2 cpu",
        "G3 cpu, aligned widths",
        "G4 cpu, published widths",
    ]


def test_a_count_says_that_only_some_conditions_have_aligned_widths(run_of):
    mixed = [*given("G2", {"x1": 2.0}, {"x1": 1.5})]
    mixed += [("G2", {"dtype": "float32", "threads": k}, {"x1": 1.2}, {}) for k in range(1, 10)]
    (line,) = lines([tables(run_of(*mixed))])
    assert line.outcome == "holds under 10 of 10 conditions"
    assert line.effect == ("1.20-1.50x slower (published widths in place of aligned: 2.00x; paper 1.44x)")


def test_aligned_widths_alone_are_told_as_published_ones_alone_are(run_of):
    (line,) = lines([tables(run_of(("G2", {"channel_rule": "exact"}, {"x1": 1.5}, {})))])
    assert line.text == "G2 cpu holds: g=8 is 1.50x slower than g=1 (paper 1.44x)"


def test_sections_and_rows_name_the_widths(run_of):
    run = run_of(*given("G2", {"x1": 2.0}, {"x1": 1.5}))
    shown = text.render(Document("", (), parts(run, tables(run))), 200)
    assert "G2 claim (paper: Table 2, ARM): published widths" in shown
    assert "G2 claim (paper: Table 2, ARM): aligned widths" in shown
    assert "G2 x1 (aligned widths) holds" in shown
    assert shown.count(NOT_COUNTED) == 2
    assert WIDTHS_NOTE in shown
    assert EAGER_NOTE not in shown


def test_a_matrix_says_why_cells_are_not_counted(run_of):
    run = run_of(*given("G2", {"x1": 2.0}, {"x1": 1.5}))
    (holds, *_) = document(matrix([run, run_of(("G2", {}, {"x1": 1.3}, {}))])).sections
    assert WIDTHS_NOTE in holds.notes
    cells = [row.values[1].text for row in holds.grid.rows]
    assert [NOT_COUNTED in cell for cell in cells] == [True, False, False]


@pytest.mark.parametrize(("width", "expected"), [(64, AS_PUBLISHED), (90, "not measured")])
def test_a_cell_tells_widths_that_are_the_same_from_those_that_were_not_measured(run_of, width, expected):
    run = run_of(*given("G2", {"x1": 2.0}, {"x1": 1.5}), ("G4", {}, {"x1": 1.2}, {"widths": (width,)}))
    shown = document(matrix([run, run]))
    texts = [[value.text.split("\n")[-1] for value in row.values[1:]] for row in shown.sections[0].grid.rows]
    assert texts[:2] == [[NOT_COUNTED, "1 of 1 hold"], ["1 of 1 hold", expected]]
    (heat,) = shown.heat_maps
    assert heat.rows[1].cells[1] == (HeatCell("–", AS_PUBLISHED) if expected == AS_PUBLISHED else None)


def test_eager_mode_and_widths_have_notes_of_their_own(run_of):
    both_modes = [
        ("G2", {"device": "cuda:0", "mode": mode}, {"x1": 2.0}, {}) for mode in ("eager", "cudagraph")
    ]
    (holds, *_) = document(matrix([run_of(*both_modes)])).sections
    assert EAGER_NOTE in holds.notes
    assert WIDTHS_NOTE not in holds.notes


def test_both_kinds_of_widths_are_compared_as_conditions_of_their_own(run_of):
    a = run_of(*given("G2", {"x1": 2.0}, {"x1": 1.5}), ("G4", {}, {"x1": 1.2}, {}))
    b = run_of(*given("G2", {"x1": 3.0}, {"x1": 1.5}), ("G4", {}, {"x1": 1.2}, {}))
    compared = compare(a, b)
    effects = {row.name: row.outcome for row in compared.rows if row.effect}
    assert effects == {
        "G2 x1 g=8 (cpu-float16)": "STRONGER",
        "G2 x1 g=8 (cpu-float16-exact)": "SAME",
        "G4 x1 g=8": "SAME",
    }
    titles = [section.title for section in comparison.document(compared).sections]
    assert titles[:2] == ["G2 claim: published widths", "G2 claim: aligned widths"]
    (check,) = gate(compared, triggers("stronger")).checks
    assert check.checked == "3 slow-downs"
    assert [trip.name for trip in check.trips] == ["G2 x1 g=8 (cpu-float16)"]


def test_a_file_of_published_widths_is_compared_with_those_of_both(run_of):
    both = run_of(*given("G2", {"x1": 2.0}, {"x1": 1.5}))
    compared = compare(run_of(("G2", {}, {"x1": 2.0}, {})), both)
    assert [row.name for row in compared.rows] == ["G2 x1 g=1", "G2 x1 g=8"]
    assert compared.only_b == ("G2 x1 (cpu-float16-exact, against g=1)",)
    other_type = compare(run_of(("G2", {"dtype": "float32"}, {"x1": 2.0}, {})), both)
    assert other_type.guidelines[0].differences == ("dtype float32 | float16",)


def test_disturbed_sweeps_at_both_kinds_of_widths_are_told_apart(run_of):
    how = {"circumstances": Circumstances(disturbed=("a hog",))}
    a = run_of(*given("G2", {"x1": 2.0}, {"x1": 1.5}, papers=how, **how))
    compared = compare(a, run_of(*given("G2", {"x1": 2.0}, {"x1": 1.5})))
    (check,) = gate(compared, triggers("disturbed")).checks
    names = ["G2 x1 (cpu-float16)", "G2 x1 (cpu-float16-exact)"]
    assert (check.checked, [trip.name for trip in check.trips]) == ("4 sweeps", names)
    lead = comparison.document(compared).lead
    assert [line for line in lead if "a hog" in line] == [f"A: {name} was disturbed: a hog" for name in names]
