import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from guidelines.report.formats.csv_records import inert, plain, to_csv
from guidelines.results.checked import printable

FORMULAS = [
    *("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠A1"),
    *(" =1", '"=1', "'=1", "−1"),
]
SEPARATORS = [",", ";", "\t", "|", "；", "｜"]


def begins_a_formula(cell):
    return cell.lstrip(' "“”').startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))


@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("formula", FORMULAS)
def test_no_locale_reads_a_formula(formula, separator):
    text = f"EPYC{separator}{formula}"
    content = to_csv([{"one": text, "two": formula, "three": f"{formula}{separator}{formula}"}])
    for delimiter in (",", separator):
        for row in csv.reader(io.StringIO(content), delimiter=delimiter):
            assert not any(map(begins_a_formula, row))


@pytest.mark.parametrize("text", ["", "g=8", "a; b", "x|y", "1:2", "(48,) | (64,)", "pass 3: a - b", "don't"])
def test_a_text_without_formulas_stays(text):
    assert inert(text) == text


@given(st.text(alphabet="=+-@;|'\" \ta＝；", max_size=12))
@example("'=1")
@example("''=1;'=2")
def test_the_apostrophes_can_be_taken_away_again(text):
    assert plain(inert(text)) == text


@given(st.lists(st.text(max_size=20).map(printable), min_size=1, max_size=4))
def test_texts_and_numbers_read_back(texts):
    record = {f"column {k}": text for k, text in enumerate(texts)} | {"number": -1.5, "none": None}
    (row,) = csv.DictReader(io.StringIO(to_csv([record]), newline=""))
    assert [plain(row[f"column {k}"]) for k in range(len(texts))] == texts
    assert (row["number"], row["none"]) == ("-1.5", "")
