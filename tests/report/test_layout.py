import pytest

from guidelines.report.document import Document, Grid, Head, Row, Section, Value
from guidelines.report.formats import layout, text


@pytest.mark.parametrize(
    ("line", "columns"), [("", 0), ("g=8", 3), ("±0.1", 4), ("数据", 4), ("e\u0301", 1), ("🙂", 2), ("한", 2)]
)
def test_a_wide_character_takes_two_columns_and_a_mark_none(line, columns):
    assert layout.columns_of(line) == columns


def test_columns_stand_below_each_other_whatever_the_letters():
    grid = Grid(
        (Head("variant", is_number=False), Head("slow-down")),
        (
            Row((Value("数据模型"), Value("1.0"))),
            Row((Value("e\u0301"), Value("12.0"))),
            Row((Value("g"), Value("3"))),
        ),
    )
    shown = text.render(Document("", (), (Section("title", grid),)), 80)
    lines = shown.split("\n")[2:]
    assert lines == [
        "          slow-down",
        "--------  ---------",
        "数据模型        1.0",
        "e\u0301              12.0",
        "g                 3",
    ]
    assert {layout.columns_of(line) for line in lines} == {19}


@pytest.mark.parametrize("width", [1, 2, 5, 20, 80])
def test_a_line_with_wide_letters_is_broken_at_the_width(width):
    line = "数据 " * 20 + "模" * 30
    broken = layout.wrapped(line, width, indent="   ")
    assert all(layout.columns_of(part) <= max(width, 5) for part in broken)
    assert "".join(broken).replace(" ", "") == line.replace(" ", "")


def test_lines_are_broken_alike_with_and_without_other_letters():
    words = "the interval of each row; a word that is long and others"
    for width in range(12, 60):
        ours = layout.wrapped(words.replace("each", "eäch"), width, indent="   ")
        assert [part.replace("ä", "a") for part in ours] == layout.wrapped(words, width, indent="   ")


def test_a_cell_of_several_lines_makes_its_row_as_high():
    assert layout.table([["", "b"]], [["x\ny", "1"]], ["left", "right"]) == "   b\n-  -\nx  1\ny"


def test_a_table_of_many_columns_is_split_into_blocks_that_fit():
    names = [f"G{k}" for k in range(1, 8)]
    row = Row((Value("a processor, channels last"), *(Value(f"1.{name}x\nholds") for name in names)))
    grid = Grid((Head("machine", is_number=False), *map(Head, names)), (row,))
    shown = text.render(Document("", (), (Section("title", grid),)), 45)
    assert layout.widest(shown) <= 45
    heads = [line.split() for line in shown.splitlines() if line.startswith("   ")]
    assert [head for head in heads if "G" in head[0]] == [names[:4], names[4:]]
    assert shown.count("a processor") == 2
    whole = text.render(Document("", (), (Section("title", grid),)), 90)
    assert whole.count("a processor") == 1
