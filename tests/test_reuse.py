import sys
from math import ceil

import pytest
import torch
from torch import nn

from guidelines.networks.families.shufflenet_v2 import WIDTHS, SplitUnit, deep_shufflenet_v2, shufflenet_v2
from guidelines.networks.registry import build
from guidelines.report import reuse, text
from guidelines.report.picture import PictureError, to_svg
from guidelines.reuse import feature_reuse


@pytest.fixture(scope="module")
def stages():
    return feature_reuse(build("shufflenet_v2_x1_0"))


@pytest.mark.parametrize("width", WIDTHS)
def test_every_block_passes_on_what_the_formula_says_rounded_up(width):
    pairs = [
        (count, stage.formula(target - source))
        for stage in feature_reuse(shufflenet_v2(width))
        for source, target, count in stage.pairs
    ]
    assert len(pairs) == 10 + 36 + 10
    assert all(count == ceil(expected) for count, expected in pairs)


def test_where_channels_halve_evenly_the_formula_is_met_exactly(stages):
    last = stages[-1]
    assert last.passed[0] == (464, 232, 116, 58)
    assert all(count == last.formula(target - source) for source, target, count in last.pairs)


def test_where_the_formula_leaves_less_than_a_channel_the_first_one_still_passes():
    with torch.device("meta"):
        network = deep_shufflenet_v2(164, residual=True, se=True)
    fourth = feature_reuse(network)[2]
    assert fourth.formula(22) < 1
    assert fourth.passed[0][22] == 1


def test_without_shuffles_half_of_the_channels_would_pass_for_ever(monkeypatch):
    module = sys.modules[SplitUnit.__module__]
    monkeypatch.setattr(module, "shuffled_halves", lambda a, b: torch.cat((a, b), 1))
    assert feature_reuse(shufflenet_v2(0.5))[0].passed[0] == (48, 24, 24, 24)


def test_stages_are_those_of_the_paper(stages):
    found = [(stage.name, stage.channels, len(stage.passed)) for stage in stages]
    assert found == [("stage 2", 116, 4), ("stage 3", 232, 8), ("stage 4", 464, 4)]


def test_the_network_is_left_as_it_was():
    network = shufflenet_v2(0.5).eval()
    x = torch.randn(1, 3, 32, 32)
    with torch.inference_mode():
        before = network(x)
        feature_reuse(network)
        assert torch.equal(network(x), before)


def test_a_network_without_such_units_is_named():
    with pytest.raises(ValueError, match="Linear has no units that split their channels; the shufflenet_v2_"):
        feature_reuse(nn.Linear(1, 1))


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
    page = reuse.page("shufflenet_v2_x1_0", stages)
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
        reuse.page("shufflenet_v2_x1_0", stages)
