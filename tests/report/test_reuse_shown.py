import sys

import pytest

from guidelines.measure.profile.reuse import feature_reuse
from guidelines.networks.registry import build
from guidelines.report.formats import text
from guidelines.report.pictures import reuse as reuse_picture
from guidelines.report.pictures.page import PictureError, to_svg
from guidelines.report.subjects import reuse


@pytest.fixture(scope="module")
def stages():
    return feature_reuse(build("shufflenet_v2_x1_0"))


def test_the_table_sets_what_was_measured_beside_the_formula(stages):
    shown = text.render(reuse.document("shufflenet_v2_x1_0", stages), 120)
    assert [line.split() for line in shown.splitlines() if line.split()[:1] == ["3"]] == [
        ["3", "15", "14.5", "12.9"],
        ["3", "29", "29", "12.5"],
        ["3", "58", "58", "12.5"],
    ]


def test_records_hold_every_pair_of_blocks(stages):
    records = reuse.records("shufflenet_v2_x1_0", stages)
    assert len(records) == 10 + 36 + 10
    assert records[1] == {
        "network": "shufflenet_v2_x1_0",
        "stage": "stage 2",
        "channels": 116,
        "source_block": 1,
        "target_block": 2,
        "channels_passed": 58,
        "formula": 58.0,
    }


def test_the_picture_has_a_panel_a_stage_with_its_numbers(stages):
    page = reuse_picture.page("shufflenet_v2_x1_0", stages)
    panels = page.axes[:3]
    assert [axes.get_title() for axes in panels] == [f"stage {k}, c = {58 * 2 ** (k - 1)}" for k in (2, 3, 4)]
    assert [len(axes.texts) for axes in panels] == [10, 36, 10]
    (place,) = [t.get_position() for t in panels[0].texts if t.get_text() == "15"]
    assert place == (1, 4)
    shares = panels[0].collections[0].get_array()
    assert shares[3, 0] == pytest.approx(15 / 116)
    assert to_svg(page, "reuse").startswith("<?xml")


def test_without_matplotlib_the_picture_says_what_to_install(stages, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(PictureError, match=r"pip install 'guidelines\[plot\]'"):
        reuse_picture.page("shufflenet_v2_x1_0", stages)
