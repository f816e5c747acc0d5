import re
from importlib.resources import files

import pytest
from made_up_parts import SHARES, audit_run
from test_heat_page import contrast

from guidelines.analysis.audit.of_run import audit_result
from guidelines.report.formats import html
from guidelines.report.formats.html_shares import share_bar
from guidelines.report.shares import ShareBar, SharePart
from guidelines.report.subjects.audit.document import document
from guidelines.report.subjects.audit.shares import bar

CSS = files("guidelines.report.formats").joinpath("page", "shares.css").read_text("utf-8")


def widths(page):
    return {
        kind: float(width) for kind, width in re.findall(r'<i class="(\w+)" style="width:([\d.]+)%', page)
    }


def drawn(**changes):
    return "\n".join(share_bar(bar(audit_result(audit_run(**changes)), "net")))


def test_parts_are_as_wide_as_their_shares():
    page = drawn()
    assert widths(page) == pytest.approx({"g1": 20, "g2": 30, "g4": 20, "none": 20, "between": 10}, abs=0.1)
    assert "<h2>net: 10 ms</h2>" in page
    assert "<b>G2 30.0 ±0.8 %</b> groups, keeping it saves 18.0 [17.3, 18.6] %" in page


def test_a_strip_is_as_wide_as_the_price():
    strips = dict(re.findall(r'<i class="(\w+)"[^<]*<b>[^<]*</b><u style="width:([\d.]+)%', drawn()))
    assert float(strips["g2"]) == pytest.approx(60, abs=0.2)
    assert float(strips["g4"]) == 100
    assert "none" not in strips


def test_parts_that_take_longer_alone_fill_the_bar():
    page = drawn(shares=SHARES | {"part-4": 0.9})
    assert sum(widths(page).values()) == pytest.approx(100, abs=0.1)
    assert "between" not in widths(page)
    assert "<b>overlap -60" in page


def test_a_price_below_zero_has_no_strip():
    page = drawn(shares=SHARES | {"part-2.alternative": 0.3})
    assert "<b>G1</b></i>" in page
    assert "keeping it saves -10" in page


def test_names_without_room_are_left_to_the_key():
    parts = (
        SharePart("g1", "G1", "widths", share=0.93, text="93 %"),
        SharePart("g3", "G3", "fragments", share=0.04, text="4 %"),
        SharePart("none", "none", "others", share=0.03, text="3 %"),
    )
    page = "\n".join(share_bar(ShareBar("net", "1 ms", parts)))
    assert '<i class="g3" style="width:4%" title="G3 4 %"><b>G3</b></i>' in page
    assert '<i class="none" style="width:3%" title="none 3 %"></i>' in page
    assert "<b>none 3 %</b> others" in page


def test_everything_is_escaped():
    hostile = '<script>&"'
    page = html.render(document([audit_result(audit_run(target=hostile))], 15), {})
    assert "<script>&" not in page.replace("<script>//", "")


def test_the_bar_is_first_on_its_page():
    page = html.render(document([audit_result(audit_run())], 15), {})
    assert page.index('class="whole"') < page.index("operators that break G2") < page.index("<table>")


def test_names_can_be_read_on_their_colours():
    colours = dict(re.findall(r"--(\w+): (#\w{6})", CSS))
    for name in ("g1", "g2", "g3", "g4", "plain", "between"):
        assert contrast(colours["strip"], colours[name]) >= 4.5
