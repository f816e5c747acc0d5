"""The panels of a page: their titles, their axes, their legend, and their ink."""

import re
from dataclasses import replace

import pytest

from guidelines.analysis.tables import tables
from guidelines.report.formats.html_pictures import MARKERS, picture
from guidelines.report.pictures import legend, page
from guidelines.report.pictures.page import pages, to_svg
from guidelines.report.pictures.series import Series
from guidelines.report.pictures.shown import shown
from guidelines.report.pictures.single import singles
from guidelines.spec.condition import Condition


def pair(entry, extreme, **changes):
    return [entry(v, s, spread=0, **changes) for v, s in (("g=1", 1.0), ("g=8", extreme))]


def series(results, label="a machine"):
    return Series(label, tuple(tables(results)))


@pytest.fixture
def machine(entry, results):
    """A machine with two sweeps, of which one has a far larger effect."""
    return series(results(*pair(entry, 3.0, sweep="x1"), *pair(entry, 1.1, sweep="x2")))


def titles(*machines):
    return [panel.title for panel in singles(machines)["G2"].panels]


def test_a_title_says_the_result(machine):
    assert titles(machine) == ["G2 x1 holds: g=8 3x slower", "G2 x2 holds: g=8 1.1x slower"]


@pytest.mark.parametrize(
    ("extreme", "changes", "expected"),
    [
        (0.5, {}, "G2 x1 does not hold: g=8 2x faster"),
        (0.5, {"expect": "faster"}, "G2 x1 holds: g=8 2x faster"),
        (2.0, {"work_ratio": 1.25}, "G2 x1 holds: g=8 1.6x slower per mult-add"),
        (2.0, {"per_multiply_add": True, "work_ratio": 1.25}, "G2 x1 holds: g=8 1.6x slower per mult-add"),
    ],
)
def test_a_title_names_the_direction_and_the_unit(entry, results, extreme, changes, expected):
    base, last = pair(entry, extreme, **changes)
    base = replace(base, identity=replace(base.identity, work_ratio=1.0))
    assert titles(series(results(base, last))) == [expected]


def test_a_curve_is_what_its_title_says(entry, results):
    (drawn,) = shown([series(results(entry("g=1", 1.0), entry("g=8", 2.0, spread=0, work_ratio=1.25)))])
    panel = drawn.panels[0].panel
    assert panel.curves[0].slowdowns["g=8"].estimate == pytest.approx(1.6, rel=0.01)
    assert panel.published["g=8"] == pytest.approx(1.39, abs=0.01)
    assert panel.is_per_multiply_add


def test_a_title_says_both_results_of_two_machines_in_the_order_of_the_legend(entry, results):
    one, other = (series(results(*pair(entry, s)), f"a GPU, {s}") for s in (2.0, 1.5))
    assert titles(one, other) == ["G2 x1 2.0 holds | 1.5 holds: g=8 2x | 1.5x slower"]
    opposite = series(results(*pair(entry, 0.5)), "a GPU, compile")
    assert titles(one, opposite) == ["G2 x1 2.0 holds | compile does not hold: g=8 2x slower | 2x faster"]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (("A: a GPU", "B: a GPU"), "G2 x1 A holds | B holds: g=8 2x | 1.5x slower"),
        (("mine", "a GPU"), "G2 x1 mine holds | a GPU holds: g=8 2x | 1.5x slower"),
        (("ci: x, nchw", "ci: x, nhwc"), "G2 x1 nchw holds | nhwc holds: g=8 2x | 1.5x slower"),
        (("x" * 17, "y"), "G2 x1 holds on 2 of 2"),
        (("alike", "alike"), "G2 x1 holds on 2 of 2"),
    ],
)
def test_a_title_says_which_of_two_machines_is_which_or_counts_them(entry, results, labels, expected):
    machines = [
        series(results(*pair(entry, slowdown)), label)
        for slowdown, label in zip((2.0, 1.5), labels, strict=True)
    ]
    assert titles(*machines) == [expected]


def test_a_title_counts_more_machines(entry, results):
    machines = [series(results(*pair(entry, extreme))) for extreme in (2.0, 1.5, 0.5)]
    assert titles(*machines) == ["G2 x1 holds on 2 of 3"]
    assert titles(*machines, machines[-1], machines[-1]) == ["G2 x1 does not hold on 3 of 5"]


def test_a_title_says_that_there_is_no_verdict(entry, results):
    assert titles(series(results(entry("g=1", 1.0)))) == ["G2 x1 no verdict"]


def test_all_panels_of_a_guideline_share_their_axes(machine):
    (drawn,) = shown([machine])
    assert len({each.slowdown for each in drawn.panels}) == 1
    low, high = drawn.panels[0].slowdown.low, drawn.panels[0].slowdown.high
    assert low < 1.0 < 3.0 < high
    axes = pages([machine])["G2"].axes
    assert {each.get_ylim() for each in axes[::2]} == {(low, high)}
    assert len({each.get_ylim() for each in axes[1::2]}) == 1


def test_networks_of_a_platform_have_a_throughput_axis_of_their_own(entry, results):
    gpu = Condition("cuda:0", "a GPU")
    here = series(results(*pair(entry, 2.0)))
    there = series(results(*pair(entry, 2.0, condition=gpu, multiply_adds=10**12)))
    on_cpu, on_gpu = (each for each in shown([here, there])[0].panels)
    assert on_cpu.slowdown == on_gpu.slowdown
    assert on_cpu.throughput.high < on_gpu.throughput.low or on_gpu.throughput.high > 100


def test_a_wide_interval_does_not_press_the_curves_together(entry, results):
    wide = replace(entry("g=8", 1.2), slowdown=replace(entry("g=8", 1.2).slowdown, low=0.1, high=40.0))
    (drawn,) = shown([series(results(entry("g=1", 1.0), wide))])
    assert drawn.panels[0].slowdown.high < 1.2 + 2 * 0.5


def test_figures_that_lie_far_apart_stand_on_a_logarithmic_axis_with_plain_labels(entry, results):
    drawn = pages([series(results(*pair(entry, 20.0)))])["G2"]
    axes = drawn.axes[0]
    assert axes.get_yscale() == "log"
    drawn.canvas.draw()
    labels = [label.get_text() for label in axes.get_yticklabels() if label.get_text()]
    assert {"1", "2", "5", "10", "20"} <= set(labels)


def test_a_page_stands_on_any_background_and_is_dark_for_readers_who_want_that(machine):
    svg = to_svg(pages([machine])["G2"], "g2")
    assert "prefers-color-scheme: dark" in svg
    assert f'[style*="fill: {legend.INK}"] {{ fill: {page.DARK_INK} !important; }}' in svg
    assert "#ffffff" not in svg
    assert re.search(f'<text style="[^"]*fill: {legend.INK}', svg)


def test_no_text_of_a_legend_is_cut(entry, results):
    machines = [series(results(*pair(entry, 2.0)), f"machine {k} {'W' * 60}") for k in range(3)]
    with page.styled(page.POINTS):
        drawn = pages(machines)["G2"]
        drawn.canvas.draw()
    for text in drawn.legends[0].get_texts():
        assert text.get_window_extent().x1 <= drawn.bbox.x1


def test_panels_on_a_page_are_pictures_of_their_own_above_one_legend(machine):
    shown = picture(singles([machine])["G2"])
    assert shown.count("<figcaption>") == shown.count('id="figure_1"') == 2
    assert re.findall("</svg> (.+?)</li>", shown) == ["the paper", "a machine"]
    ids = [set(re.findall(r'<clipPath id="(\w+)"', svg)) for svg in shown.split("<figcaption>")[1:]]
    assert not ids[0] & ids[1]


def test_every_marker_has_a_shape_in_the_legend_of_a_page():
    looks = [*legend.STYLES, legend.MANY, legend.PAPERS]
    assert {marker for _, marker in looks} == set(MARKERS)
