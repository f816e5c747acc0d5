import csv
import io
import json
from dataclasses import replace

import pytest
from made_up_ceilings import ADDS, ceilings, with_ceilings, with_operators

from guidelines.analysis.compare import compare
from guidelines.report import records
from guidelines.report.formats import html, latex, markdown, text
from guidelines.report.formats.csv_records import to_csv
from guidelines.report.subjects.changed_factors import TITLE
from guidelines.report.subjects.comparison import document

PASSES = ceilings(), ceilings(number=2)


@pytest.fixture
def compared(entry, results):
    """A comparison of a machine with another, on which g=8 takes longer; both have ceilings by default."""

    def compared(a=2.0, b=2.6, passes_a=PASSES, passes_b=PASSES, run_by_a=ADDS):
        sides = []
        for g8, passes, run in ((a, passes_a, run_by_a), (b, passes_b, ADDS)):
            made = [with_operators(entry("g=1", 1.0), ADDS), with_operators(entry("g=8", g8), run)]
            sides.append(replace(with_ceilings(results(*made)), ceilings=tuple(passes)))
        return compare(*sides)

    return compared


def section(shown):
    return next((each for each in shown.sections if each.title == TITLE), None)


def test_the_sentence_on_a_change_ends_with_the_factor(compared):
    (sentence,) = document(compared()).sections[0].verdicts
    assert sentence.startswith("G2 x1 g=8 STRONGER: 1.999x the time of g=1 on A, ")
    assert sentence.endswith("]; mostly kernels 2.00 -> 2.60")


def test_a_factor_whose_interval_says_little_is_perhaps_the_one(compared):
    shown = document(compared(passes_b=PASSES[:1]))
    assert "; perhaps kernels 2.00 -> ~2.60" in shown.sections[0].verdicts[0]
    table = section(shown)
    assert table.grid.rows[0].values[-1].text == "kernels 100 %, perhaps"
    assert any(note.startswith("perhaps: ") for note in table.notes)


def test_a_side_without_ceilings_is_named_with_the_reason(compared):
    without = compared(passes_b=())
    (line,) = [line for line in document(without).lead if "explained" in line]
    start = "B: changes are not explained: a.json lacks what its device does at best"
    assert line == f"{start} (an older run, or short passes)"
    short = replace(without, b=replace(without.b, is_too_short_for_ceilings=True))
    assert f"{start} (too short passes: a larger --benchmark-max-time helps)" in document(short).lead
    for alike in (compared(), compared(passes_a=(), passes_b=())):
        assert not any("explained" in line for line in document(alike).lead)


def test_sides_that_know_no_factor_both_say_so(compared):
    lacks_traffic = ceilings(traffic={}, missing=("rates of moving bytes: no memory",))
    lacks_launches = ceilings(launch_s={}, missing=("launches in mode eager: no time",))
    shown = document(compared(passes_a=(lacks_traffic,), passes_b=(lacks_launches,)))
    assert section(shown) is None
    label = "cpu, float32, nchw, 1 thread"
    assert [line for line in shown.lead if "known" in line] == [
        f"A: {label}: traffic not known: rates of moving bytes: no memory",
        f"B: {label}: launches not known: launches in mode eager: no time",
        "changes are not explained: no factor is known on both sides",
    ]


def test_networks_that_are_too_fast_are_named_with_their_side(compared):
    many = replace(ADDS, calls=9)
    (line, last) = [line for line in document(compared(run_by_a=many)).lead if "explained" in line]
    assert line.startswith("A: a network takes less time than the floor, so that their slow-downs")
    assert last == "changes are not explained: no factor is known on both sides"


def test_the_table_sets_the_accounts_of_both_sides_beside_each_other(compared):
    table = section(document(compared()))
    assert [head.name for head in table.grid.heads[1:5]] == ["work", "traffic", "launches", "kernels"]
    (row,) = table.grid.rows
    assert row.group == "G2 x1"
    assert [value.text for value in row.values] == [
        *("g=8", "1.00", "1.00", "1.00", "2.00 -> 2.60", "kernels 100 %")
    ]
    assert not any(note.startswith("perhaps: ") for note in table.notes)


def test_a_share_beyond_the_whole_change_is_explained(compared):
    table = section(document(compared(run_by_a=replace(ADDS, memory_access=2_000_000))))
    (row,) = table.grid.rows
    assert [value.text for value in row.values[2:]] == [
        *("2.00 -> 1.00", "1.00", "1.00 -> 2.60", "kernels 360 %")
    ]
    assert any(note.startswith("More than 100 % of the change") for note in table.notes)


def test_a_row_that_decides_has_its_accounts_though_nothing_changed(compared):
    shown = document(compared(b=2.0))
    assert shown.sections[0].verdicts == ()
    assert [value.text for value in section(shown).grid.rows[0].values][-2:] == ["2.00", ""]


@pytest.mark.parametrize("lacking", [{"passes_a": ()}, {"passes_b": ()}])
def test_nothing_is_said_if_a_side_has_no_ceilings(compared, lacking):
    comparison = compared(**lacking)
    shown = document(comparison)
    assert section(shown) is None
    assert "kernels" not in shown.sections[0].verdicts[0]
    assert not any("kernels" in key for record in records.of_comparison(comparison) for key in record)


def test_records_hold_the_factors_of_both_sides(compared):
    comparison = compared()
    first, last = records.of_comparison(comparison)
    assert (first["a_kernels"], first["changed_factor"]) == (None, None)
    assert (last["a_kernels"], last["b_kernels"]) == pytest.approx((2.0, 2.6), rel=0.01)
    assert last["kernels_ratio_low"] < last["kernels_ratio"] < last["kernels_ratio_high"]
    assert (last["changed_factor"], last["changed_factor_is_clear"]) == ("kernels", 1)
    assert last["changed_factor_share"] == pytest.approx(1.0)
    made = [first, last]
    assert json.loads(records.to_json("compare", made, document(comparison)))["records"] == made
    (_, row) = csv.DictReader(io.StringIO(to_csv(made)))
    assert float(row["b_kernels"]) == last["b_kernels"]


def test_every_format_names_the_factor(compared):
    shown = document(compared())
    assert "kernels 2.00 -> 2.60" in " ".join(text.render(shown, width=80).split())
    assert r"kernels 2.00 -&gt; 2.60" in markdown.render(shown)
    assert r"kernels 2.00 {-}\textgreater{} 2.60" in latex.render(shown)
    assert "kernels 2.00 -&gt; 2.60" in html.render(shown, {})
