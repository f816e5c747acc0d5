import csv
import io
import json
from dataclasses import replace

import pytest
from made_up_ceilings import CPU, ceilings, with_operators

from guidelines.analysis.compare import compare
from guidelines.analysis.tables import tables
from guidelines.report import records
from guidelines.report.document import Document
from guidelines.report.formats import html, latex, markdown, text
from guidelines.report.formats.csv_records import to_csv
from guidelines.report.subjects import account_bars, comparison
from guidelines.report.subjects.answer import lines
from guidelines.report.subjects.report import parts
from guidelines.spec.work import Operators

# Of 4 ms of traffic, of 2 ms of multiply-adds, and of 4 ms of launches.
ADDS = Operators("element-wise", calls=1, multiply_adds=0, memory_access=1_000_000)
CONV = Operators("convolution", calls=1, multiply_adds=20_000_000, memory_access=1000)
NOTHINGS = Operators("element-wise", calls=4000, multiply_adds=0, memory_access=0)
KINDS = {
    "traffic": "rates of moving bytes: no memory",
    "multiply_adds_per_s": "rate of the matrix product: no such type",
    "launch_s": "launches in mode eager: no time",
}
LABEL = "cpu, float32, nchw, 1 thread"


def lacking(*kinds, number=1):
    reasons = tuple(KINDS[kind] for kind in kinds)
    return ceilings(number=number, missing=reasons, **{kind: {} for kind in kinds})


@pytest.fixture
def run_of(entry, results):
    """A run in which g=8 adds launches and traffic to a convolution, with the ceilings of some passes."""

    def run_of(*passes, slowdown=4.0):
        made = [
            with_operators(entry("g=1", 1.0, condition=CPU), CONV, ADDS),
            with_operators(entry("g=8", slowdown, condition=CPU), CONV, ADDS, ADDS, NOTHINGS),
        ]
        return replace(results(*made), ceilings=passes)

    return run_of


@pytest.fixture
def shown(run_of):
    """The report of a run, with its bars."""

    def shown(*passes):
        made = run_of(*passes)
        of_run = tables(made)
        sections = parts(made, of_run)
        bars = account_bars.of_report([made], [of_run], sections)
        return Document("", (), tuple(sections), bars=bars)

    return shown


EVERY = [
    (("launch_s",), {"launches"}, "kernels with launches"),
    (("traffic",), {"traffic"}, "kernels with traffic"),
    (("multiply_adds_per_s",), {"traffic"}, "kernels with traffic"),
    (("traffic", "multiply_adds_per_s"), {"traffic"}, "kernels with traffic"),
    (("traffic", "launch_s"), {"work", "traffic", "launches", "kernels"}, ""),
    (("multiply_adds_per_s", "launch_s"), {"work", "traffic", "launches", "kernels"}, ""),
    (tuple(KINDS), {"work", "traffic", "launches", "kernels"}, ""),
]


@pytest.mark.parametrize(("kinds", "unknown", "kernels"), EVERY)
def test_each_format_shows_what_is_known(shown, kinds, unknown, kernels):
    document = shown(lacking(*kinds), lacking(*kinds, number=2))
    account = document.sections[0].accounts[0]
    assert kernels in account
    assert ("memory explains" in account) == ("traffic" not in unknown)
    assert bool(account) == bool(kernels)
    for render in (
        lambda: text.render(document, 500),
        lambda: markdown.render(document),
        lambda: latex.render(document),
        lambda: html.render(document, {}),
    ):
        assert kernels in render()


@pytest.mark.parametrize(("kinds", "unknown", "kernels"), EVERY)
def test_records_leave_an_unknown_factor_out(run_of, kinds, unknown, kernels):
    made = run_of(lacking(*kinds))
    of_run = tables(made)
    baseline, g8 = every = records.of_tables(made, of_run)
    assert {name for name in ("work", "traffic", "launches", "kernels") if g8[name] is None} == unknown
    assert (g8["floor_share"] is None) == (baseline["floor_share"] is None) == ("traffic" in unknown)
    document = Document("", (), ())
    assert json.loads(records.to_json("report", every, document))["records"] == every
    (_, row) = csv.DictReader(io.StringIO(to_csv(every)))
    assert {name for name in ("work", "traffic", "launches", "kernels") if row[name] == ""} == unknown


@pytest.mark.parametrize(
    ("kinds", "note"),
    [
        (("launch_s",), "launches not known: launches in mode eager: no time"),
        (("traffic",), "traffic not known: rates of moving bytes: no memory"),
        (("multiply_adds_per_s",), "traffic not known: rate of the matrix product: no such type"),
        (
            ("traffic", "launch_s"),
            "slow-downs are not explained: rates of moving bytes: no memory; launches in mode eager: no time",
        ),
    ],
)
def test_the_reason_stands_there_once(shown, kinds, note):
    last = shown(lacking(*kinds), lacking(*kinds, number=2)).sections[-1]
    assert [each for each in last.notes if each.startswith(LABEL)] == [f"{LABEL}: {note}"]


def test_a_kind_that_one_pass_lacks_is_not_unknown(shown):
    document = shown(lacking("launch_s"), ceilings(number=2))
    assert "launches x" in document.sections[0].accounts[0]
    assert [each for each in document.sections[-1].notes if each.startswith(LABEL)] == [
        f"{LABEL}: not measured: launches in mode eager: no time"
    ]


def test_the_answer_names_the_factor_that_kernels_hold(run_of):
    (line,) = lines([tables(run_of(lacking("traffic"), lacking("traffic", number=2)))])
    assert "kernels with traffic" in line.effect.partition("; ")[2]


def test_a_figure_of_the_answer_is_not_parted_from_its_unit(run_of):
    answer = lines([tables(run_of(ceilings(), ceilings(number=2)))])
    (one,) = answer
    assert "launches\u00a0" in one.effect
    for width in range(30, 90):
        shown = text.answer(answer, width)
        assert "\u00a0" not in shown
        assert not any(line.strip().startswith("%") for line in shown.splitlines())
    document = Document("", (), (), answer=answer)
    assert json.loads(records.to_json("report", [], document))["answer"] == [
        one.text.replace("\u00a0", " "),
    ]


def test_bars_keep_the_colour_of_kernels_and_name_what_they_hold(shown):
    (chart,) = shown(lacking("traffic")).bars
    (bar,) = chart.groups[0].bars
    titles = {part.name: part.title for part in bar.parts if part.name != "work"}
    assert titles == {"launches": "launches", "kernels": "kernels with traffic"}
    page = html.render(shown(lacking("traffic")), {})
    assert '<i class="kernels" ' in page
    assert " kernels with traffic</small>" in page
    assert "<em>kernels with traffic</em>" in page
    key = page.partition('<ul class="key">')[2].partition("</ul>")[0]
    assert [name in key for name in ("work", "traffic", "launches", "kernels")] == [True, False, True, True]


def test_a_comparison_has_no_column_for_a_factor_that_a_side_lacks(run_of):
    passes = [lacking("launch_s"), lacking("launch_s", number=2)]
    both = compare(run_of(ceilings(), ceilings(number=2)), run_of(*passes, slowdown=6.0))
    document = comparison.document(both)
    assert "; mostly kernels with launches " in document.sections[0].verdicts[0]
    (section,) = (each for each in document.sections if each.title.startswith("Which factor"))
    assert [head.name for head in section.grid.heads[1:4]] == ["work", "traffic", "kernels"]
    (row,) = section.grid.rows
    assert row.values[3].text.endswith(" with launches")
    assert row.values[4].text == "kernels with launches 100 %"
    (_, last) = records.of_comparison(both)
    assert (last["a_launches"], last["b_launches"], last["launches_ratio"]) == (None, None, None)
    assert last["a_kernels"] < last["b_kernels"]
    assert last["changed_factor"] == "kernels with launches"
    assert "kernels with launches" in html.render(document, {})
