import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from guidelines.report.document import Document
from guidelines.report.formats import html
from guidelines.report.formats.html_heat import STEPS, color_class
from guidelines.report.heat import HeatCell, HeatMap, HeatRow

CSS = files("guidelines.report.formats").joinpath("page", "heat.css").read_text("utf-8")
HOSTILE = '<script>"&'


@pytest.fixture
def page():
    cells = (
        HeatCell("2x", "holds", "x1", "per mult-add", 2.0, 3),
        HeatCell("2x", "holds in part", "x1", "1 of 2 hold", 2.0, 3),
        HeatCell("0.5x", "does not hold", HOSTILE, effect=0.5),
        HeatCell("1x", "undecided", effect=1.0),
        HeatCell("3x", "launches decide"),
        HeatCell("1x", "SAME", detail="g=8\n2 others UNCLEAR"),
        None,
    )
    shown = HeatMap(HOSTILE, (HeatRow(HOSTILE, cells, HOSTILE),), tuple("abcdef"), HOSTILE)
    return html.render(Document("title", ("lead",), (), heat_maps=(shown,)), {})


def cells_of(page):
    return re.findall('<td class="(.+?)">(.+?)</td>', page)


def test_a_cell_has_a_colour_a_sign_and_words(page):
    plain = [(classes, re.sub("<.+?>", " ", cell).split()) for classes, cell in cells_of(page)]
    assert plain == [
        ("up4", ["x1", "2x", "✓", "holds", "per", "mult-add"]),
        ("up4", ["x1", "2x", "◐", "holds", "in", "part", "1", "of", "2", "hold"]),
        ("down4", ["&lt;script&gt;&quot;&amp;", "0.5x", "✗", "does", "not", "hold"]),
        ("even open", ["1x", "?", "undecided"]),
        ("none open", ["3x", "launches", "decide"]),
        ("none", ["1x", "=", "SAME", "g=8", "2", "others", "UNCLEAR"]),
        ("none", ["not", "measured"]),
    ]


def test_a_cell_leads_to_its_section(page):
    assert page.count('<a href="#s3">') == 2


def test_the_legend_names_every_sign_that_is_used_and_no_other(page):
    signs = "✓ holds, ◐ holds in part, ✗ does not hold, ? undecided, = SAME"
    assert f"{signs}, broken border: nothing is decided.</p>" in page


def test_texts_are_literal(page):
    tags = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: tags.append(tag)
    parser.feed(page)
    assert tags.count("script") == 1


def test_colours_are_alike_for_an_effect_and_its_inverse():
    for step in (*STEPS, 1.0, 1.5, 100.0):
        up, down = color_class(1.0001 * step), color_class(1 / (1.0001 * step))
        assert up.replace("up", "down") == down
    assert [color_class(1.001 * step) for step in STEPS] == ["up1", "up2", "up3", "up4", "up5"]
    assert color_class(1.0) == "even"
    assert color_class(None) == "none"


def luminance(color):
    parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("is_dark", [False, True])
def test_text_can_be_read_on_every_colour(is_dark):
    light, dark = re.findall(r":root \{(.+?)\}", CSS, re.DOTALL)
    colors = dict(re.findall(r"--(\w+): (#\w{6})", dark if is_dark else light))
    for name, color in colors.items():
        if name not in ("strong", "mild"):
            text = colors["strong"] if name.endswith("5") else colors["mild"]
            assert contrast(color, text) >= 4.5, name


@pytest.mark.parametrize("is_dark", [False, True])
def test_orange_and_blue_grow_away_from_the_background(is_dark):
    light, dark = re.findall(r":root \{(.+?)\}", CSS, re.DOTALL)
    colors = dict(re.findall(r"--(\w+): (#\w{6})", dark if is_dark else light))
    for side in ("up", "down"):
        shades = [luminance(colors[f"{side}{k}"]) for k in range(1, 6)]
        assert shades == sorted(shades, reverse=not is_dark)
