import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from matplotlib.colors import to_rgb

from guidelines.analysis.tables import tables
from guidelines.report.pictures import legend, ticks
from guidelines.report.pictures import page as picture
from guidelines.report.pictures.series import Series
from guidelines.spec.condition import Condition


def drawn(results, label="a machine"):
    return Series(label, tuple(tables(results)))


@pytest.fixture
def page(entry, results):
    """G2 on one machine and on another whose name is hostile and which lacks a variant."""
    whole = results(entry("g=1", 1.0), entry("g=2", 1.2), entry("g=8", 2.0))
    part = results(entry("g=1", 1.0), entry("g=8", 1.5))
    return picture.pages([drawn(whole), drawn(part, "_$x$ <b>&")])["G2"]


@pytest.fixture
def units(entry, results):
    """Units of ShuffleNet v2, and of v1 with twice its multiply-adds and three times its time."""

    def measured(image_size):
        how = {
            "guideline": "U",
            "sweep": "c64",
            "baseline": "shufflenet_v2",
            "condition": Condition("cpu", "a processor", image_size=image_size),
            "per_multiply_add": True,
        }
        first = entry("g=1", 1.0, multiply_adds=10**9, **how)
        second = entry("g=8", 3.0, multiply_adds=2 * 10**9, work_ratio=2.0, **how)
        return results(named(first, "shufflenet_v2"), named(second, "shufflenet_v1"))

    return measured


def named(entry, variant):
    place = replace(entry.place, variant=variant)
    return replace(entry, identity=replace(entry.identity, place=place))


def lines(page, panel=0):
    return {line.get_color(): line for line in page.axes[panel].get_lines() if line.get_marker() != "None"}


def titles_of(page):
    """The titles of panels by their number."""
    titles = [axes.get_title(loc="left") for axes in page.axes]
    return {k: title for k, title in enumerate(titles) if title}


def test_curves_are_the_slowdowns_at_the_place_of_their_variant(page):
    (whole, part) = (lines(page)[color] for color, _ in legend.STYLES[:2])
    assert list(whole.get_xdata()) == [0, 1, 2]
    assert list(whole.get_ydata()) == pytest.approx([1.0, 1.2, 2.0], rel=0.01)
    assert list(part.get_xdata()) == [0, 2]


def test_the_papers_curve_stands_beside_them(page):
    paper = lines(page)[legend.INK]
    assert list(paper.get_xdata()) == [0, 1, 2]
    assert paper.get_ydata()[-1] == pytest.approx(40.0 / 27.8)
    assert paper.get_linestyle() == "--"


def test_bands_are_the_intervals(page):
    band = page.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() > 2.0 > band[band > 1.5].min()


def test_the_panels_on_the_right_hold_multiply_adds_per_second(page):
    (whole, _) = (lines(page, 1)[color] for color, _ in legend.STYLES[:2])
    assert whole.get_ydata()[0] == pytest.approx(128_450_560 / 0.01 / 1e9, rel=0.01)


def test_every_machine_has_a_marker_and_a_lightness_of_its_own():
    red, green, blue = 0.299, 0.587, 0.114
    shades = [
        sum(w * c for w, c in zip((red, green, blue), to_rgb(s), strict=True)) for s, _ in legend.STYLES
    ]
    assert len({marker for _, marker in legend.STYLES}) == len(legend.STYLES)
    assert min(abs(a - b) for a, b in pairwise(shades)) > 0.05


def test_svg_holds_hostile_names_as_text(page):
    svg = picture.to_svg(page, "g2")
    texts = ["".join(node.itertext()) for node in ElementTree.fromstring(svg[svg.index("<svg") :]).iter()]
    assert any("_$x$ <b>&" in text for text in texts)
    assert "<b>" not in svg


def test_the_same_page_is_the_same_svg(page):
    assert picture.to_svg(page, "g2") == picture.to_svg(page, "g2")


def test_inline_svg_takes_its_ink_from_the_page_around_it(page):
    inline = picture.to_svg(page, "g2", inline=True)
    assert inline.startswith("<svg")
    assert "currentColor" in inline
    assert legend.INK not in inline
    assert not re.search(r'(href|src)="(?!#)', inline)


def test_png_is_png(page):
    assert picture.to_png(page).startswith(b"\x89PNG")


def slow(results, entry, slowdown):
    return drawn(results(entry("g=1", 1.0), entry("g=8", slowdown)), f"{slowdown}x")


def test_of_many_machines_the_extremes_stand_out_from_grey(entry, results):
    slowdowns = [1.5, 2.0, 1.1, 1.8, 1.2, 1.9, 1.3, 1.4, 1.7]
    page = picture.pages([slow(results, entry, slowdown) for slowdown in slowdowns])["G2"]
    ends = [(line.get_color(), line.get_ydata()[-1]) for line in page.axes[0].get_lines()]
    by_color = {color: round(end, 1) for color, end in ends if color not in (legend.INK, legend.MANY[0])}
    assert list(by_color.values()) == [2.0, 1.9, 1.8, 1.3, 1.2, 1.1]
    assert [color for color, _ in ends].count(legend.MANY[0]) == 3
    assert [text.get_text().strip() for text in page.legends[0].get_texts()] == [
        "the paper",
        *("1: 2.0x", "2: 1.9x", "3: 1.8x", "7: 1.3x", "8: 1.2x", "9: 1.1x"),
        "3 others (in colour: the largest and smallest effects, by rank)",
    ]


def test_grey_ones_are_drawn_below_and_seen_where_no_line_joins_them(entry, results):
    machine = drawn(results(entry("g=1", 1.0, guideline="G5"), entry("g=8", 2.0, guideline="G5")))
    shown = picture.pages([machine] * 8)["G5"].axes[0].get_lines()
    colors = [line.get_color() for line in shown if line.get_marker() != "None"]
    assert colors[:4] == [legend.MANY[0]] * 4
    assert legend.MANY[0] not in colors[4:]
    assert {line.get_marker() for line in shown if line.get_color() == legend.MANY[0]} == {legend.MANY[1]}


def test_a_machine_without_a_verdict_stays_grey(entry, results):
    without = drawn(results(entry("g=1", 1.0), entry("g=2", 1.2)), "no verdict")
    page = picture.pages([*[slow(results, entry, 2.0)] * 2, *[without] * 6])["G2"]
    texts = [text.get_text().strip() for text in page.legends[0].get_texts()]
    assert texts[1:3] == ["1: 2.0x", "2: 2.0x"]
    assert texts[3].startswith("6 others (")


def test_variants_that_no_quantity_joins_stand_apart(entry, results):
    own = results(entry("g=1", 1.0, guideline="G5"), entry("g=8", 2.0, guideline="G5"))
    page = picture.pages([drawn(own)])["G5"]
    assert {len(line.get_xdata()) for line in page.axes[0].get_lines() if line.get_marker() == "o"} == {1}


def test_image_sizes_that_the_paper_tells_apart_are_apart(units):
    page = picture.pages([drawn(units(56)), drawn(units(28))])["U"]
    titles = {name.partition(" no verdict")[0]: k for k, name in titles_of(page).items()}
    assert list(titles) == ["U c64 (56x56)", "U c64 (28x28)"]
    for title, images_per_s in {"U c64 (56x56)": (34.8, 24.3), "U c64 (28x28)": (174.5, 139.7)}.items():
        last = [
            line.get_ydata()[-1] for line in page.axes[titles[title]].get_lines() if line.get_marker() == "x"
        ]
        assert last == pytest.approx([1.0, images_per_s[0] / images_per_s[1]])


def test_an_image_size_that_the_paper_has_not_is_apart_from_its_figures(units):
    page = picture.pages([drawn(units(56)), drawn(units(112))])["U"]
    crosses = {
        title.partition(" no verdict")[0]: sum(line.get_marker() == "x" for line in page.axes[k].get_lines())
        for k, title in titles_of(page).items()
    }
    assert crosses == {"U c64 (56x56)": 2, "U c64 (112x112)": 0}


def test_image_sizes_beside_the_same_figures_share_a_panel(entry, results):
    condition = Condition("cpu", "a processor", image_size=28)
    machines = [
        drawn(results(entry("g=1", 1.0, **how), entry("g=8", 2.0, **how)), f"a processor, {name}")
        for name, how in (("56x56", {}), ("28x28", {"condition": condition}))
    ]
    page = picture.pages(machines)["G2"]
    expected = "G2 x1 56x56 holds | 28x28 holds: g=8 1.999x | 1.999x slower"
    assert list(titles_of(page).values()) == [expected]
    assert len(lines(page)) == 3


def test_what_is_judged_per_multiply_add_is_drawn_so(units, page):
    units_page = picture.pages([drawn(units(56))])["U"]
    assert units_page.axes[0].get_ylabel() == "slow-down\nper mult-add"
    heights = [line.get_ydata()[0] for line in units_page.axes[0].get_lines() if line.get_marker() == "o"]
    assert heights == pytest.approx([1.0, 1.5], rel=0.01)
    assert page.axes[0].get_ylabel() == "slow-down"


def test_it_is_so_too_where_the_baseline_was_not_selected(units, results):
    whole = units(56)
    without = replace(whole, measured=tuple(m for m in whole.measured if not m.is_baseline))
    color, _ = legend.STYLES[0]
    line = lines(picture.pages([drawn(without)])["U"])[color]
    assert line.get_ydata()[0] == pytest.approx(1.5, rel=0.01)


def test_long_names_are_turned_short_ones_upright(units, page):
    units_page = picture.pages([drawn(units(56))])["U"]
    angles = [
        {label.get_rotation() for label in each.axes[1].get_xticklabels()} for each in (units_page, page)
    ]
    assert angles == [{ticks.TURN_DEGREES}, {0}]
    assert units_page.get_figheight() > page.get_figheight()


def test_of_a_very_long_name_both_ends_are_shown(entry, results):
    long = named(entry("g=8", 2.0), f"first{'x' * 1000}last")
    page = picture.pages([drawn(results(entry("g=1", 1.0), long))])["G2"]
    assert re.fullmatch("firstx+…x+last", page.axes[1].get_xticklabels()[-1].get_text())
    assert page.get_figheight() < 10


def test_a_page_shows_its_own_machines_each_in_its_color(entry, results):
    machines = [
        drawn(
            results(*(entry(v, s, guideline=guideline) for v, s in (("g=1", 1.0), ("g=8", 2.0)))), guideline
        )
        for guideline in ("G5", "G6")
    ]
    page = picture.pages(machines)["G6"]
    assert [text.get_text().strip() for text in page.legends[0].get_texts()] == ["G6"]
    markers = [line for line in page.axes[0].get_lines() if line.get_marker() != "None"]
    assert {line.get_color() for line in markers} == {legend.STYLES[1][0]}
    assert [list(line.get_xdata()) for line in markers] == [[0], [1]]


def test_a_page_of_few_of_many_machines_has_colors(entry, results):
    few, many = (
        drawn(results(entry("g=1", 1.0, guideline=guideline), entry("g=8", 2.0, guideline=guideline)))
        for guideline in ("G5", "G6")
    )
    pages = picture.pages([*[many] * 7, few])
    assert set(lines(pages["G5"])) == {legend.STYLES[0][0]}
    colors = {line.get_color() for line in pages["G6"].axes[0].get_lines()}
    assert colors == {legend.INK, legend.MANY[0], *(color for color, _ in legend.STYLES)}


def test_each_sweep_has_a_row_and_names_stand_below_the_last(entry, results):
    sweeps = [f"s{k}" for k in range(3)]
    page = picture.pages([drawn(results(*(entry("g=1", 1.0, sweep=sweep) for sweep in sweeps)))])["G2"]
    assert list(titles_of(page).values()) == [f"G2 {sweep} no verdict" for sweep in sweeps]
    places = {k: page.axes[k].get_subplotspec() for k in titles_of(page)}
    assert [(spec.rowspan.start, spec.colspan.start) for spec in places.values()] == [(0, 0), (1, 0), (2, 0)]
    names = [[label.get_text() for label in axes.get_xticklabels()] for axes in page.axes]
    assert names == [[""]] * 4 + [["g=1"]] * 2


def test_no_marker_is_cut_where_all_are_about_as_high(entry, results):
    own = results(*(entry(v, s, guideline="G5", rounds=3) for v, s in (("g=1", 1.0), ("g=8", 1.001))))
    axes = picture.pages([drawn(own)])["G5"].axes[1]
    heights = [line.get_ydata()[0] for line in axes.get_lines()]
    assert axes.get_ylim()[1] > 1.01 * max(heights)


def test_missing_matplotlib_is_one_line_with_the_remedy(monkeypatch, entry, results):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(picture.PictureError, match=r"pip install 'guidelines\[plot\]'"):
        picture.pages([drawn(results(entry("g=1", 1.0)))])
