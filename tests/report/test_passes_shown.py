"""What a reader is told of passes: their number, those that are missing, disturbed ones, and one process."""

from dataclasses import replace

import pytest

from guidelines.analysis.compare import compare
from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.merge import merged
from guidelines.analysis.tables import tables
from guidelines.report import records
from guidelines.report.document import Document
from guidelines.report.formats import html, latex, markdown, text
from guidelines.report.subjects.comparison import document as comparison_document
from guidelines.report.subjects.machines import document as matrix_document
from guidelines.report.subjects.tables import sections
from guidelines.results.model import Circumstances, Machine
from guidelines.stats.intervals import Estimate

ONE_PROCESS = "one process: the interval does not cover other runs"
QUIET = (2.0, 2.01, 1.99, 2.0, 2.0)
OTHER = (2.002, 2.012, 1.992, 2.003)


@pytest.fixture
def run_of(entry_of_passes, results):
    """A sweep of G2 that passes measured with slow-downs of their own."""

    def run_of(*slowdowns, machine=None, **changes):
        baseline = entry_of_passes("g=1", [1.0] * len(slowdowns), **changes)
        found = results(baseline, entry_of_passes("g=8", slowdowns, **changes))
        return replace(found, machine=machine) if machine else found

    return run_of


def notes(found):
    (section,) = sections(tables(found))
    return section.notes


def test_a_sweep_says_its_passes(run_of):
    assert "x1: 200 rounds in 5 passes, stopped by time, noise floor 0 %" in notes(run_of(*QUIET))
    assert not any("one process" in note for note in notes(run_of(*QUIET)))


def test_a_sweep_of_merged_runs_says_passes_and_runs(run_of):
    other = replace(run_of(*OTHER), sources=("b.json",), fingerprint=(1.0,))
    found = merged([run_of(*QUIET), other])
    assert any(note.startswith("x1: 360 rounds in 9 passes of 2 runs, stopped by ") for note in notes(found))


def test_runs_of_one_process_have_no_passes_to_speak_of(run_of):
    other = replace(run_of(2.01), sources=("b.json",), fingerprint=(1.0,))
    found = notes(merged([run_of(2.0), other]))
    assert any(note.startswith("x1: 80 rounds in 2 runs, stopped by ") for note in found)
    assert ONE_PROCESS not in found


def test_one_process_is_said_once_below_a_table(run_of, results, entry):
    assert notes(run_of(2.0)).count(ONE_PROCESS) == 1
    both = [entry(v, s, sweep=m) for m in ("x1", "x2") for v, s in (("g=1", 1.0), ("g=8", 2.0))]
    assert notes(results(*both)).count(ONE_PROCESS) == 1


def test_sweeps_of_one_process_beside_others_are_named(entry, entry_of_passes, results):
    in_passes = [entry_of_passes("g=1", [1.0] * 5), entry_of_passes("g=8", QUIET)]
    alone = [entry(v, s, sweep=m) for m in ("x2", "x4") for v, s in (("g=1", 1.0), ("g=8", 2.0))]
    found = [note for note in notes(results(*in_passes, *alone)) if "one process" in note]
    assert found == [f"x2, x4: {ONE_PROCESS}"]


def test_missing_passes_have_a_note_each(entry_of_passes, results):
    killed = "pass 2: the process that measured it was ended by SIGKILL (out of memory?)"
    baseline = replace(entry_of_passes("g=1", [1.0] * 3), lost=("the control of pass 3: MemoryError",))
    variant = replace(entry_of_passes("g=8", [2.0, 2.01]), lost=(killed,))
    passes = tuple(replace(each, number=number) for each, number in zip(variant.passes, (1, 3), strict=True))
    found = notes(results(baseline, replace(variant, passes=passes)))
    assert f"x1 g=8 lacks {killed}" in found
    assert "x1 g=1 lacks the control of pass 3: MemoryError" in found


def test_one_disturbed_pass_in_five_is_named_but_marks_nothing(run_of):
    one, two = run_of(*QUIET, disturbed=[3]), run_of(*QUIET, disturbed=[3, 4])
    assert "x1 disturbed: pass 3: a hog" in notes(one)
    assert "x1 ! disturbed in 2 of 5 passes, worst pass 3: a hog" in notes(two)
    assert [sections(tables(each))[0].grid.rows[0].group for each in (one, two)] == ["x1", "x1 !"]
    assert [matrix([each]).lines[0].standings["G2"].is_disturbed for each in (one, two)] == [False, True]
    leads = [comparison_document(compare(run_of(*QUIET), each)).lead for each in (one, two)]
    told = [[line for line in lead if "disturbed" in line] for lead in leads]
    assert told == [[], ["B: G2 x1 was disturbed in 2 of 5 passes, worst pass 3: a hog"]]


def disturbed_run(entry_of_passes, results, *reasons):
    """A run of five passes, disturbed for these reasons in the first of them."""
    entries = []
    for name, slowdown in (("g=1", 1.0), ("g=8", 2.0)):
        entry = entry_of_passes(name, [slowdown] * 5)
        passes = list(entry.passes)
        for k, why in enumerate(reasons):
            passes[k] = replace(passes[k], circumstances=Circumstances(disturbed=why))
        entries.append(replace(entry, passes=tuple(passes)))
    return results(*entries)


def test_a_sweep_has_one_line_on_its_disturbances_and_the_rest_folded(entry_of_passes, results):
    reasons = (
        ("the baseline took 0.80 times its usual time",),
        ("the baseline took 4.56 times its usual time",),
        ("other processes used 1.60 of 2 processors", "the baseline took 1.30 times its usual time"),
    )
    run = disturbed_run(entry_of_passes, results, *reasons)
    told = [note for note in notes(run) if "disturbed" in note]
    assert told == [
        "x1 ! disturbed in 3 of 5 passes, worst pass 3: other processes used 1.60 of 2 processors; "
        "the baseline took 1.30 times its usual time"
    ]
    run = disturbed_run(entry_of_passes, results, *reasons[:2])
    assert any(
        note.endswith("worst pass 2: the baseline took 4.56 times its usual time") for note in notes(run)
    )
    (section,) = sections(tables(run))
    assert section.details == tuple(f"x1: pass {k}: {why[0]}" for k, why in enumerate(reasons[:2], 1))
    document = Document("", (), (section,))
    assert section.details[0] not in text.render(document, 300)
    assert "<details><summary>All disturbances</summary>" in markdown.render(document)
    assert section.details[0] in html.render(document, {})


def test_one_disturbance_needs_no_folding(entry_of_passes, results):
    (section,) = sections(tables(disturbed_run(entry_of_passes, results, ("a hog",))))
    assert "x1 disturbed: pass 1: a hog" in section.notes
    assert section.details == ()


def test_a_comparison_names_its_sides_of_one_process(run_of):
    advice = "; --passes 5 would, or a folder of runs"
    for a, b, sides in (
        (run_of(2.0), run_of(*QUIET), ["A"]),
        (run_of(2.0), run_of(2.1), ["A and B"]),
        (run_of(*QUIET), run_of(*QUIET), []),
    ):
        found = [note for note in comparison_document(compare(a, b)).lead if "one process" in note]
        assert found == [f"{side}: {ONE_PROCESS}{advice}" for side in sides]


@pytest.mark.parametrize(
    ("slowdowns", "expected"),
    [
        ([(2.0,), (2.1,)], [ONE_PROCESS]),
        ([(2.0,), QUIET], [f"a processor, one: {ONE_PROCESS}"]),
        ([QUIET, (2.0,)], [f"a processor, two: {ONE_PROCESS}"]),
        ([QUIET, QUIET], []),
    ],
)
def test_a_matrix_names_its_rows_of_one_process(run_of, slowdowns, expected):
    machines = [Machine(cpu_model=name) for name in ("one", "two")]
    pairs = zip(slowdowns, machines, strict=True)
    (section, *_) = matrix_document(matrix([run_of(*s, machine=machine) for s, machine in pairs])).sections
    assert [note for note in section.notes if "one process" in note] == expected


@pytest.mark.parametrize("form", [html, latex, markdown])
def test_every_format_says_that_there_was_one_process(run_of, form):
    document = Document("", (), sections(tables(run_of(2.0))))
    page = form.render(document, {}) if form is html else form.render(document)
    assert "the interval does not cover other runs" in page


@pytest.mark.parametrize(("slowdowns", "passes"), [((2.0,), 1), (QUIET, 5)])
def test_records_hold_the_number_of_passes(run_of, slowdowns, passes):
    found = run_of(*slowdowns)
    assert [record["passes"] for record in records.of_tables(found, tables(found))] == [passes] * 2
    (of_matrix,) = records.of_matrix(matrix([found]))
    assert (of_matrix["runs"], of_matrix["passes"]) == (1, passes)
    (_, of_comparison) = records.of_comparison(compare(found, run_of(2.0, 2.1)))
    assert (of_comparison["a_passes"], of_comparison["b_passes"]) == (passes, 2)


def test_records_count_the_passes_of_all_runs(run_of):
    other = replace(run_of(*OTHER), sources=("b.json",), fingerprint=(1.0,))
    found = merged([run_of(*QUIET), other])
    records_of_run = records.of_tables(found, tables(found))
    assert {(record["runs"], record["passes"]) for record in records_of_run} == {(2, 9)}


def controls_of(found, control):
    """The same results with a control whose interval reaches from 1 / 371 to 371."""
    return replace(found, measured=tuple(replace(each, control=control) for each in found.measured))


def test_two_passes_cannot_tell_a_noise_floor_but_json_holds_its_number(run_of):
    def control(confidence):
        return Estimate(1.0, 1 / 371, 371.0, confidence, 80)

    two, five = controls_of(run_of(2.0, 2.01), control), controls_of(run_of(*QUIET), control)
    assert any("noise floor unknown (2 passes cannot tell)" in note for note in notes(two))
    assert any("noise floor 37000 %" in note for note in notes(five))
    (section,) = sections(tables(two))
    assert section.verdicts[0].endswith("; 2 passes cannot tell the noise floor; --passes 5 would")
    assert {record["noise_floor"] for record in records.of_tables(two, tables(two))} == {370.0}
    changed = [row.effect.reason for row in compare(two, five).rows if row.effect]
    assert changed == ["2 passes cannot tell the noise floor"]
