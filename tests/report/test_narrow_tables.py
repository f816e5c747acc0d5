from pathlib import Path

import pytest

from guidelines.cli.main import main
from guidelines.report.document import AnswerLine, Document, Grid, Head, Row, Section, Value
from guidelines.report.formats import text
from guidelines.report.formats.layout import widest

RECORDED = Path(__file__).parents[2] / "experiments" / "recorded"
CPU, SSE41, H200, EXPLAINED = (
    str(RECORDED / f"{name}.json")
    for name in ("cpu-epyc-2-cores", "cpu-epyc-2-cores-sse41", "h200", "cpu-epyc-2-cores-explained")
)


@pytest.mark.parametrize("columns", [60, 66, 72, 80])
@pytest.mark.parametrize(
    "arguments",
    [["networks"], ["compare", CPU, SSE41], ["compare", CPU, SSE41, H200], ["report", EXPLAINED]],
    ids=["networks", "comparison", "matrix", "report"],
)
def test_no_line_is_wider_than_the_terminal(capsys, monkeypatch, columns, arguments):
    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(arguments) == 0
    assert widest(capsys.readouterr().out) <= columns


def shown(grid, width):
    written = text.render(Document("", (), (Section("A table", grid),)), width)
    return written.partition("\n\n")[2].splitlines()


HEADS = (Head("row", is_number=False), Head("time"), Head("why", is_number=False))
WHY = Grid(
    HEADS,
    (
        Row((Value("one"), Value("1.25"), Value("it needs no more words than these"))),
        Row((Value("two"), Value("30.5"), Value("few"))),
    ),
)


def test_words_of_a_cell_are_broken_and_figures_are_whole():
    assert shown(WHY, 60) == [
        "     time  why",
        "---  ----  ---------------------------------",
        "one  1.25  it needs no more words than these",
        "two  30.5  few",
    ]
    assert shown(WHY, 30) == [
        "     time  why",
        "---  ----  ----------------",
        "one  1.25  it needs no more",
        "           words than these",
        "two  30.5  few",
    ]


def test_a_table_that_cannot_fit_keeps_words_that_can_be_read():
    assert shown(WHY, 5) == [
        "     time  why",
        "---  ----  --------",
        "one  1.25  it needs",
        "           no more",
        "           words",
        "           than",
        "           these",
        "two  30.5  few",
    ]


def test_groups_are_broken_before_words():
    rows = (Row((Value("one"), Value("1.25"), Value("it is so")), "a group, per mult-add"),)
    assert shown(Grid(HEADS, rows, "sweep"), 30) == [
        "              time  why",
        "------------  ----  --------",
        "a group, per",
        "mult-add",
        " one          1.25  it is so",
    ]


def test_an_answer_without_room_beside_it_stands_below():
    outcome = "holds on 3 of 4 machines or conditions"
    line = AnswerLine("G1", outcome, "part", "1.27-1.51x slower", "x1 1.27-1.51x slower", rest="in part on 1")
    assert text.answer([line], 50).splitlines()[1:] == [
        f"G1  {outcome}",
        "   1.27-1.51x slower; in part on 1",
    ]
    assert text.answer([line], 62).splitlines()[1:] == [
        f"G1  {outcome}  1.27-1.51x slower;",
        f"{' ' * 44}in part on 1",
    ]
