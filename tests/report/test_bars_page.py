import re
from importlib.resources import files
from math import log

import pytest
from test_heat_page import contrast

from guidelines.analysis.account.account import FACTORS
from guidelines.report.bars import Bar, BarChart, BarGroup, Part
from guidelines.report.document import Document
from guidelines.report.factors import EXPLAINED
from guidelines.report.formats import html
from guidelines.report.formats.html_bars import MOST_MARKS, MOST_OPEN, Scale, bar_chart, scale_of

CSS = files("guidelines.report.formats").joinpath("page", "bars.css").read_text("utf-8")
HOSTILE = '<script>"&'


def bar(*factors, name="x1 g=8", **changes):
    parts = []
    value = 1.0
    for part, factor in zip(FACTORS, factors, strict=False):
        parts.append(Part(part, part, factor, f"{factor:g}", f"{factor:g} [1, 9]"))
        value *= factor
    return Bar(name, value, f"{value:g}x", tuple(parts), **changes)


def shown(*bars, **changes):
    return "\n".join(bar_chart(BarChart("title", (BarGroup("G2", bars, **changes),))))


def places(page):
    """The left end and the width of each part, in percent, by the name of its factor."""
    drawn = re.findall(r'<i class="(\w+)" style="left:([\d.]+)%;width:([\d.]+)%"', page)
    return {name: (float(left), float(width)) for name, left, width in drawn}


def test_lengths_add_up_to_the_slowdown_from_one():
    page = shown(bar(2.0, 2.0, 2.0, 2.0))
    assert scale_of([bar(2.0, 2.0, 2.0, 2.0)]) == Scale(2, low=0, high=pytest.approx(log(16)))
    drawn = places(page)
    assert list(drawn.values()) == [(0, 25), (25, 25), (50, 25), (75, 25)]
    assert list(drawn) == list(FACTORS)
    assert re.findall(r'<u style="left:([\d.]+)%"', page) == ["100"]


def test_factors_below_one_go_to_the_left():
    page = shown(bar(1.0, 0.5, 2.0, 0.5))
    assert places(page)["traffic"] == pytest.approx((33.33, 33.33), abs=0.01)
    assert places(page)["kernels"] == pytest.approx((0.0, 33.33), abs=0.01)
    assert places(page)["launches"] == pytest.approx((66.67, 33.33), abs=0.01)
    assert re.findall(r'<u style="left:([\d.]+)%"', page) == ["33.33"]
    assert "--one:66.67%;--step:33.33%" in page
    assert re.findall(r">([\d.]+x)</i>", page) == ["0.25x", "0.5x", "1x", "2x"]


@pytest.mark.parametrize("most", [1.0, 1.01, 2.0, 55.8, 1e5, 1e30, 1e300])
def test_a_scale_holds_everything_with_few_marks(most):
    for of in (most, 1 / most):
        scale = scale_of([bar(of, of), bar(1.1)])
        assert -0.01 <= scale.place(2 * log(of)) <= 100.01
        assert 0 <= scale.place(0) < 100
        assert 2 <= len(scale.marks) <= MOST_MARKS + 1
        assert "1x" in scale.marks.values()


def test_marks_are_short():
    scale = Scale(4, low=log(1 / 17), high=log(65))
    assert list(scale.marks.values()) == ["0.0625x", "0.25x", "1x", "4x", "16x", "64x"]
    scale = Scale(10**40, low=log(1e-40), high=log(1e40))
    assert list(scale.marks.values()) == ["1e-40x", "1x", "1e+40x"]


def test_a_bar_says_in_words_what_it_shows():
    page = shown(bar(1.03, 1.2, 1.0, 1.6))
    assert "<span>x1 g=8</span> <b>1.9776x</b>" in page
    assert "<small>logarithmic scale</small>" in page
    assert "<span>x1 g=8 <small>undecided</small></span>" in shown(bar(2.0, note="undecided"))
    assert "<small>= 1.03 work x 1.2 traffic x 1 launches x 1.6 kernels</small>" in page
    assert 'title="traffic 1.2 [1, 9]"' in page


def test_a_group_leads_to_its_figures_and_folds_the_other_rows():
    page = shown(bar(2.0), more=(bar(1.5), bar(1.2)), more_title="other rows", section=3)
    assert page.count('<a href="#s3">figures of G2</a>') == 1
    assert page.index("<summary>other rows (2)</summary>") < page.index("<b>1.5x</b>")


def test_only_the_first_groups_are_open():
    groups = tuple(BarGroup(f"G{k}", (bar(2.0),)) for k in range(MOST_OPEN + 2))
    page = "\n".join(bar_chart(BarChart("title", groups)))
    assert (page.count("<details open>"), page.count("<details>")) == (MOST_OPEN, 2)


def test_texts_are_literal_and_the_chart_stands_above_the_verdicts():
    group = BarGroup(HOSTILE, (bar(2.0, name=HOSTILE),), note=HOSTILE)
    page = html.render(Document("title", ("lead",), (), bars=(BarChart(HOSTILE, (group,), HOSTILE),)), {})
    assert page.count("<script>") == 1
    assert page.count("&lt;script&gt;&quot;&amp;") == 5
    assert ".bars .key" in page


def test_every_factor_has_a_meaning_and_a_colour_on_which_text_can_be_read():
    assert tuple(EXPLAINED) == FACTORS
    colors = dict(re.findall(r"--(\w+): (#\w{6})", CSS))
    for name in FACTORS:
        assert f".{name} {{ background: " in CSS
        assert contrast(colors[name], colors["mark"]) >= 4.5, name
