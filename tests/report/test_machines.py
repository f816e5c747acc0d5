from dataclasses import replace

import pytest

from guidelines.analysis.machines.matrix import matrix
from guidelines.report.subjects.machines import by_condition, document
from guidelines.results.model import Circumstances, Failure, Machine


@pytest.fixture
def sweep_of(entry):
    """A whole sweep of a guideline under an image size."""
    condition = entry("g=1", 1.0).place.condition

    def sweep_of(guideline, image_size, **changes):
        here = replace(condition, image_size=image_size)
        pair = (("g=1", 1.0), ("g=8", 2.0))
        return [entry(v, s, spread=0, guideline=guideline, condition=here, **changes) for v, s in pair]

    return sweep_of


def shown(section):
    """The heads, and the first line of every cell."""
    rows = [[value.text.partition("\n")[0] for value in row.values] for row in section.grid.rows]
    return [head.name for head in section.grid.heads], rows


def test_experiments_of_different_conditions_have_no_matrix(results, sweep_of):
    assert by_condition(results(*sweep_of("G2", 56), *sweep_of("T8", 224))) == ()


def test_the_matrix_has_only_guidelines_of_several_conditions_and_only_those_conditions(results, sweep_of):
    found = results(*sweep_of("G2", 56), *sweep_of("T8", 224), *sweep_of("U", 56), *sweep_of("U", 28))
    (section,) = by_condition(found)
    assert shown(section) == (
        ["condition", "U"],
        [["a processor, 56x56", "2x x1"], ["a processor, 28x28", "2x x1"]],
    )
    (sureness,) = (note for note in section.notes if note.startswith("[ ]: "))
    assert "the verdicts of one cell are right together at 99 % (Holm), as in" in sureness
    assert sureness.endswith("; of many cells, up to 1 % may hold a wrong one")
    assert not any(note.startswith(("G2: ", "T8: ")) for note in section.notes)


def test_a_guideline_that_failed_under_one_of_three_conditions_keeps_its_line(results, sweep_of):
    base, failed = sweep_of("G2", 112)
    failure = Failure(failed.place, (184,), 7, 8, "no memory")
    (section,) = by_condition(results(*sweep_of("G2", 56), *sweep_of("G2", 28), base, failures=[failure]))
    assert [cell for _, cell in shown(section)[1]] == ["2x x1", "2x x1", "not measured"]


@pytest.mark.parametrize("per_multiply_add", [False, True])
def test_a_cell_says_where_it_is_per_multiply_add_and_the_legend_where_a_cell_does(
    results, sweep_of, per_multiply_add
):
    how = {"per_multiply_add": True, "work_ratio": 1.25} if per_multiply_add else {}
    (section,) = by_condition(results(*sweep_of("U", 56, **how), *sweep_of("U", 28, **how)))
    cell = section.grid.rows[0].values[1].text.split("\n")
    legend = [note for note in section.notes if note.startswith("per mult-add: ")]
    if per_multiply_add:
        assert cell[:2] == ["1.6x x1", "per mult-add"]
        assert len(legend) == 1
    else:
        assert cell[0] == "2x x1"
        assert "per mult-add" not in cell
        assert legend == []


def test_the_legend_names_guidelines_that_their_weakest_row_decides(results, sweep_of):
    sides = [
        results(*sweep_of("T8", 224, claims_every_row=True), *sweep_of("G2", 224), machine=Machine(node=name))
        for name in ("one", "two")
    ]
    notes = document(matrix(sides)).sections[0].notes
    assert [note for note in notes if "in place of the last row" in note] == [
        "T8: in place of the last row, the one farthest from the claim"
    ]


def test_a_disturbed_cell_of_the_matrix_is_marked(entry, results):
    one = entry("g=1", 1.0).place.condition
    other = [entry(v, s, condition=replace(one, threads=2)) for v, s in (("g=1", 1.0), ("g=8", 2.0))]
    how = Circumstances(disturbed=("a hog",))
    disturbed = [entry(v, s, circumstances=how) for v, s in (("g=1", 1.0), ("g=8", 2.0))]
    (section,) = by_condition(results(*disturbed, *other))
    assert [row.values[1].text.partition("\n")[0][-4:] for row in section.grid.rows] == ["x1 !", "x x1"]
    assert any(note.startswith("!: ") for note in section.notes)


@pytest.fixture
def waiting():
    return {"circumstances": Circumstances(launch_s=5e-3, device_s=2e-3)}


def lines_of(section):
    """The lines of the only cell of each row."""
    return [row.values[1].text.split("\n") for row in section.grid.rows]


def test_a_cell_of_launches_says_so_and_counts_nothing(results, sweep_of, waiting):
    found = results(*sweep_of("G2", 56, **waiting), *sweep_of("G2", 28))
    (section,) = by_condition(found)
    launches, device = lines_of(section)
    assert launches == ["2x x1", "[2.0000, 2.0000]", "launches decide"]
    assert device[2:] == ["holds", "1 of 1 hold"]
    (note,) = (note for note in section.notes if note.startswith("launches decide: "))
    assert "a cell shows one only if its guideline has no others" in note
    assert any("the verdicts of one cell are right together at" in note for note in section.notes)


def test_launch_bound_sweeps_beside_others_are_counted_apart(results, sweep_of, waiting):
    found = results(
        *sweep_of("G2", 56, sweep="x1", **waiting), *sweep_of("G2", 56, sweep="x2"), *sweep_of("G2", 28)
    )
    (section,) = by_condition(found)
    assert lines_of(section)[0] == ["2x x2", "[2.0000, 2.0000]", "holds", "1 of 1 hold", "launches decide 1"]


def test_a_matrix_of_launches_only_speaks_of_no_verdicts(results, sweep_of, waiting):
    (section,) = by_condition(results(*sweep_of("G2", 56, **waiting), *sweep_of("G2", 28, **waiting)))
    assert {lines[-1] for lines in lines_of(section)} == {"launches decide"}
    assert not any("verdict rests on" in note for note in section.notes)


def test_launches_are_not_explained_if_they_decide_nothing(results, sweep_of):
    (section,) = by_condition(results(*sweep_of("G2", 56), *sweep_of("G2", 28)))
    assert not any("launch" in note for note in section.notes)
