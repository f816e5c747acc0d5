import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from matplotlib.colors import to_rgb

from guidelines.report import picture
from guidelines.report.table import tables


def drawn(results, label="a machine"):
    return picture.Machine(label, tuple(tables(results)))


@pytest.fixture
def page(entry, results):
    """G2 on one machine and on another whose name is hostile and which lacks a variant."""
    whole = results(entry("g=1", 1.0), entry("g=2", 1.2), entry("g=8", 2.0))
    part = results(entry("g=1", 1.0), entry("g=8", 1.5))
    return picture.pages([drawn(whole), drawn(part, "_$x$ <b>&")])["G2"]


def lines(page, panel=0):
    return {line.get_color(): line for line in page.axes[panel].get_lines() if line.get_marker() != "None"}


def test_curves_are_the_slowdowns_at_the_place_of_their_variant(page):
    (whole, part) = (lines(page)[color] for color, _ in picture.STYLES[:2])
    assert list(whole.get_xdata()) == [0, 1, 2]
    assert list(whole.get_ydata()) == pytest.approx([1.0, 1.2, 2.0], rel=0.01)
    assert list(part.get_xdata()) == [0, 2]


def test_the_papers_curve_stands_beside_them(page):
    paper = lines(page)[picture.INK]
    assert list(paper.get_xdata()) == [0, 1, 2]
    assert paper.get_ydata()[-1] == pytest.approx(40.0 / 27.8)
    assert paper.get_linestyle() == "--"


def test_bands_are_the_intervals(page):
    band = page.axes[0].collections[0].get_paths()[0].vertices[:, 1]
    assert band.max() > 2.0 > band[band > 1.5].min()


def test_the_lower_panels_hold_multiply_adds_per_second(page):
    (whole, _) = (lines(page, 2)[color] for color, _ in picture.STYLES[:2])
    assert whole.get_ydata()[0] == pytest.approx(128_450_560 / 0.01 / 1e9, rel=0.01)


def test_every_machine_has_a_marker_and_a_lightness_of_its_own():
    red, green, blue = 0.299, 0.587, 0.114
    shades = [
        sum(w * c for w, c in zip((red, green, blue), to_rgb(s), strict=True)) for s, _ in picture.STYLES
    ]
    assert len({marker for _, marker in picture.STYLES}) == len(picture.STYLES)
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
    assert picture.INK not in inline
    assert not re.search(r'(href|src)="(?!#)', inline)


def test_png_is_png(page):
    assert picture.to_png(page).startswith(b"\x89PNG")


def test_more_machines_than_styles_share_one_grey(entry, results):
    machine = drawn(results(entry("g=1", 1.0), entry("g=8", 2.0)))
    page = picture.pages([machine] * 40)["G2"]
    colors = {line.get_color() for line in page.axes[0].get_lines()}
    assert colors == {picture.INK, picture.MANY[0]}
    assert [text.get_text() for text in page.legends[0].get_texts()] == [
        "the paper",
        "40 machines or conditions",
    ]


def test_variants_that_no_quantity_joins_stand_apart(entry, results):
    own = results(entry("g=1", 1.0, guideline="G5"), entry("g=8", 2.0, guideline="G5"))
    page = picture.pages([drawn(own)])["G5"]
    assert {len(line.get_xdata()) for line in page.axes[0].get_lines() if line.get_marker() == "o"} == {1}


def test_missing_matplotlib_is_one_line_with_the_remedy(monkeypatch, entry, results):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(picture.PictureError, match=r"pip install 'guidelines\[plot\]'"):
        picture.pages([drawn(results(entry("g=1", 1.0)))])
