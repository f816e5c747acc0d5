import io
import json
from dataclasses import replace

import pytest

from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.tables import tables
from guidelines.report import records
from guidelines.report.document import ANSWER_TITLE, AnswerLine, Document, Section
from guidelines.report.formats import html, latex, markdown, text
from guidelines.report.formats.colour import has_colour
from guidelines.report.subjects.answer import lines
from guidelines.report.subjects.machines import document
from guidelines.results.model import Circumstances, Machine
from guidelines.stats.intervals import Estimate

GOOD = AnswerLine("G2 cpu", "holds", "good", "1.3x slower (paper 1.4x)", "g=8 is 1.3x slower (paper 1.4x)")
BAD = AnswerLine("G10 cuda:0", "does not hold", "bad", "1.1x faster", "g=8 is 1.1x faster", "x2 undecided")


@pytest.fixture
def run_of(entry, results):
    """Results of guidelines, each with fields of its condition, slow-downs by sweep, and changes."""

    def run_of(*given, **how):
        entries = []
        for guideline, fields, slowdowns, changes in given:
            condition = replace(entry("g=1", 1.0).place.condition, **fields)
            for name, slowdown in slowdowns.items():
                here = {"guideline": guideline, "sweep": name, "condition": condition, **changes}
                entries += [entry("g=1", 1.0, **here), entry("g=8", slowdown, **here)]
        return results(*entries, **how)

    return run_of


def test_a_line_names_guideline_device_outcome_range_and_the_papers(run_of):
    (line,) = lines([tables(run_of(("G2", {}, {"x1": 1.3, "x2": 2.0}, {})))])
    assert line.text == "G2 cpu holds: g=8 is 1.30-2.00x slower than g=1 (paper 1.36-1.44x)"
    assert (line.tone, line.claim) == ("good", "claim")
    assert line.effect == "1.30-2.00x slower (paper 1.36-1.44x)"


def test_a_line_says_in_how_many_sweeps_it_holds_if_others_deny(run_of):
    (line,) = lines([tables(run_of(("G2", {}, {"x1": 1.3, "x2": 2.0, "x4": 0.8}, {})))])
    assert (line.outcome, line.tone) == ("holds in 2 of 3", "part")
    assert line.effect.startswith("from 1.25x faster to 2.00x slower (paper ")


def test_a_line_names_undecided_sweeps_beside_others(run_of):
    (line,) = lines([tables(run_of(("G2", {}, {"x1": 1.3, "x2": 1.013}, {"spread": 0.02})))])
    assert line.outcome == "holds"
    assert line.rest.startswith("x2 undecided (interval spans the margin of 1 %: try --benchmark-min-rounds ")


def test_undecided_sweeps_of_one_cause_share_it_and_a_disturbed_one_says_so(run_of):
    noisy = {"control": Estimate(1.0, 0.8, 1.3, 0.99, 40)}
    calm = ("G2", {}, {"x1": 1.3}, {})
    broken = [("G2", {}, {"x2": 1.3, "x4": 1.3}, noisy)]
    hog = {**noisy, "circumstances": Circumstances(disturbed=("a hog",))}
    (line,) = lines([tables(run_of(calm, *broken, ("G2", {}, {"x8": 1.3}, hog)))])
    assert line.rest == (
        "x2, x4 undecided (noise floor above 25 %, needs a quieter machine: guidelines doctor); "
        "x8 undecided (disturbed, noise floor above 25 %, needs a quieter machine: guidelines doctor)"
    )


def test_an_undecided_line_says_what_would_decide_it(run_of):
    (line,) = lines([tables(run_of(("G2", {}, {"x1": 1.015}, {"spread": 0.02})))])
    assert (line.outcome, line.tone) == ("undecided", "open")
    assert line.rest.startswith("interval spans the margin of 1 %: try --benchmark-min-rounds ")


def test_an_effect_opposite_to_the_claim_names_its_direction_and_the_papers(run_of):
    (line,) = lines([tables(run_of(("G2", {}, {"x1": 0.5}, {"work_ratio": 1.25})))])
    assert line.outcome == "does not hold"
    assert line.effect == "2.50x faster per mult-add (paper 1.39x slower)"


def test_an_effect_that_rounds_to_none_is_not_called_one_to_the_other_side(run_of):
    (line,) = lines([tables(run_of(("G2", {}, {"x1": 0.998, "x2": 1.5}, {})))])
    assert line.effect.startswith("1.00-1.50x slower (")


def test_sweeps_of_different_claims_are_not_called_slower_or_faster(entry, results):
    slow = [entry("g=1", 1.0, guideline="N"), entry("g=8", 2.0, guideline="N")]
    how = {"guideline": "N", "sweep": "x2", "expect": "faster"}
    (line,) = lines([tables(results(*slow, entry("g=1", 1.0, **how), entry("g=8", 0.8, **how)))])
    assert line.effect == "1.25-2.00x as claimed"


def test_lines_name_devices_and_what_differs_on_one(run_of):
    one = tables(run_of(("G2", {}, {"x1": 2.0}, {}), ("G2", {"device": "cuda:0"}, {"x1": 2.0}, {})))
    assert [line.name for line in lines([one])] == ["G2 cpu", "G2 cuda:0"]
    two = tables(run_of(("G2", {}, {"x1": 2.0}, {}), ("G2", {"layout": "nhwc"}, {"x1": 2.0}, {})))
    assert [line.name for line in lines([two])] == ["G2 cpu, nchw", "G2 cpu, nhwc"]


def test_many_conditions_are_counted(run_of):
    given = [("G2", {"threads": k}, {"x1": 0.5 if k == 3 else 1.1 * k}, {}) for k in range(1, 7)]
    given += [("G3", {"threads": k}, {"x1": 0.5}, {}) for k in range(1, 5)]
    two, three = lines([tables(run_of(*given))])
    assert (two.name, two.outcome, two.tone) == ("G2", "holds under 5 of 6 conditions", "part")
    assert two.seen(in_full=False) == "1.10-6.60x slower (paper 1.44x); does not hold under 1"
    assert (three.outcome, three.tone) == ("does not hold under 4 of 4 conditions", "bad")


def test_the_answer_never_has_more_than_ten_lines(run_of):
    given = [(f"G{k}", {}, {"x1": 2.0}, {}) for k in range(1, 21)]
    found = lines([tables(run_of(*given))])
    assert len(text.answer(found, 200).splitlines()) == 10
    assert found[-1].text.startswith("12 more")


def test_a_matrix_counts_machines(run_of):
    machines = [run_of(("G2", {}, {"x1": s}, {}), machine=Machine(node=f"{s}")) for s in (2.0, 1.5, 0.8)]
    (line,) = document(matrix(machines)).answer
    assert (
        line.text
        == "G2 holds on 2 of 3 machines: g=8 is 1.50-2.00x slower than g=1 (paper 1.44x); does not hold on 1"
    )


def test_the_answer_is_first_and_last_in_a_text_and_first_elsewhere():
    shown = Document("title", ("lead",), (Section("section", notes=("a note",)),), answer=(GOOD, BAD))
    block = text.answer(shown.answer, 80)
    in_text = text.render(shown, 80)
    assert in_text.startswith(f"{block}\n\nlead")
    assert in_text.endswith(f"a note\n\n{block}")
    page = html.render(shown, {}).partition("<h1>")[2]
    for rendered in (markdown.render(shown), latex.render_alone(shown), page):
        assert rendered.index("does not hold") < rendered.index("lead") < rendered.index("a note")
    assert json.loads(records.to_json("report", [], shown))["answer"] == [GOOD.text, BAD.text]


def test_a_list_of_files_does_not_run_into_the_answers_list():
    shown = markdown.render(Document("title", ("lead",), (), answer=(GOOD,)))
    assert shown == f"# title\n\n## {ANSWER_TITLE}\n\n- {GOOD.text}\n\n## Files and machines\n\n- lead"
    assert "Files" not in markdown.render(Document("title", ("lead",), ()))


def test_the_columns_are_aligned_and_rows_are_named_if_there_is_room():
    assert text.answer((GOOD, BAD), 80).splitlines() == [
        ANSWER_TITLE,
        "G2 cpu      holds          g=8 is 1.3x slower (paper 1.4x)",
        "G10 cuda:0  does not hold  g=8 is 1.1x faster; x2 undecided",
    ]
    assert text.answer((GOOD, BAD), 56).splitlines()[1:] == [
        "G2 cpu      holds          1.3x slower (paper 1.4x)",
        "G10 cuda:0  does not hold  1.1x faster; x2 undecided",
    ]
    assert max(map(len, text.answer((GOOD, BAD), 45).splitlines())) <= 45


def test_colours_stand_beside_words_and_move_nothing():
    plain, coloured = text.answer((GOOD, BAD), 80), text.answer((GOOD, BAD), 80, has_colour=True)
    assert "\x1b" not in plain
    assert "\x1b[32mholds\x1b[0m  " in coloured
    assert "\x1b[31mdoes not hold\x1b[0m  " in coloured
    for code in ("\x1b[32m", "\x1b[31m", "\x1b[0m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "expected"),
    [
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {}, True),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {"TERM": "xterm"}, False),
        (None, {"TERM": "xterm"}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(stream, environ, expected):
    assert has_colour(stream, environ) is expected


def test_without_results_there_is_no_answer():
    assert text.answer((), 80) == ""
    assert ANSWER_TITLE not in html.render(Document("", (), ()), {})


def test_no_end_of_a_range_is_rounded_to_nothing_by_the_other(run_of):
    sure, unsure = ("G2", {}, {"x1": 1.2}, {"spread": 0}), ("G2", {}, {"x2": 113.0}, {"spread": 0.9})
    (line,) = lines([tables(run_of(sure, unsure))])
    assert line.effect.startswith("1.2-1")


@pytest.mark.parametrize("width", [200, 80, 20])
def test_a_guideline_without_any_verdict_is_a_line_with_nothing_to_say(width):
    nothing = AnswerLine("G2", "no verdict on 2 of 2 machines", "open", "", "")
    assert text.answer((nothing,), width).splitlines()[1:] == ["G2  no verdict on 2 of 2 machines"]
    assert nothing.text == "G2 no verdict on 2 of 2 machines"


def test_on_a_page_it_has_no_colon_with_nothing_behind():
    nothing = AnswerLine("G2", "no verdict on 2 of 2 machines", "open", "", "")
    page = html.render(Document("title", (), (), answer=(nothing,)), {})
    assert "no verdict on 2 of 2 machines</b></li>" in page
