import sys
from math import ceil

import pytest
import torch
from torch import nn

from guidelines.measure.profile.reuse import feature_reuse
from guidelines.networks.families.shufflenet_v2 import WIDTHS, SplitUnit, deep_shufflenet_v2, shufflenet_v2
from guidelines.networks.registry import build


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
