"""Parameters and multiply-adds of whole networks, published or counted by others, to the integer."""

import json
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from guidelines.networks import NETWORKS, build
from guidelines.networks.shufflenet_v2 import shuffled

GOLDEN = json.loads((Path(__file__).parent / "golden" / "networks.json").read_text("utf-8"))


def counted(name, image_size):
    """Parameters, multiply-adds and the shape of the output of one image."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = build(name)
        y = network(torch.empty(1, 3, image_size, image_size))
    parameters = sum(p.numel() for p in network.parameters())
    return parameters, counter.get_total_flops() // 2, tuple(y.shape)


@pytest.mark.parametrize("name", GOLDEN)
def test_parameters_and_multiply_adds_are_the_references(name):
    known = GOLDEN[name]
    found = counted(name, known.get("image_size", 224))
    assert found == (known["parameters"], known["multiply_adds"], (1, 1000))


@pytest.mark.parametrize("name", sorted(NETWORKS.keys() - GOLDEN.keys()))
def test_every_other_network_gives_a_thousand_classes(name):
    assert counted(name, 224)[2] == (1, 1000)


@pytest.mark.parametrize(("name", "printed"), [("shufflenet_v1_x0_5_g3", 38)])
def test_what_the_paper_rounds_is_met_rounded(name, printed):
    assert round(counted(name, 224)[1] / 1e6) == printed


def test_networks_are_built_in_evaluation_mode_and_anew():
    first, second = build("shufflenet_v2_x0_5"), build("shufflenet_v2_x0_5")
    assert first is not second
    assert not first.training


def test_a_wrong_name_lists_the_near_ones():
    with pytest.raises(KeyError, match="'resnet51' is no network of this suite; near: resnet50"):
        build("resnet51")
    with pytest.raises(KeyError, match="near: alexnet, densenet121"):
        build("???")


def test_a_shuffle_takes_a_channel_of_each_group_in_turn():
    x = torch.arange(6.0).view(1, 6, 1, 1)
    assert shuffled(x).flatten().tolist() == [0, 3, 1, 4, 2, 5]
    assert shuffled(x, 3).flatten().tolist() == [0, 2, 4, 1, 3, 5]
