"""Parameters and multiply-adds of whole networks, published or counted by others, to the integer."""

from functools import partial

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from guidelines.networks.catalogue import catalogue
from guidelines.networks.cost.count import count
from guidelines.networks.families.shufflenet_v2 import shuffled
from guidelines.networks.registry import NETWORKS, build
from guidelines.paper import tables as paper

CATALOGUE = {known.name: known for known in catalogue()}


def counted(name, image_size=224):
    """Parameters, multiply-adds and the shape of the output of one image."""
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network = build(name)
        y = network(torch.empty(1, 3, image_size, image_size))
    parameters = sum(p.numel() for p in network.parameters())
    return parameters, counter.get_total_flops() // 2, tuple(y.shape)


def test_the_catalogue_holds_every_network_in_order():
    assert list(CATALOGUE) == list(NETWORKS)


@pytest.mark.parametrize("name", NETWORKS)
def test_parameters_and_multiply_adds_are_those_of_the_catalogue(name):
    known = CATALOGUE[name]
    assert counted(name, known.image_size) == (known.work.parameters, known.work.multiply_adds, (1, 1000))


@pytest.mark.parametrize("name", NETWORKS)
def test_memory_access_is_that_of_the_catalogue(name):
    known = CATALOGUE[name]
    found = count(partial(build, name), (1, 3, known.image_size, known.image_size))
    assert found.uncountable == ()
    assert found.total.work == known.work


@pytest.mark.parametrize(
    "row", [row for row in paper.network_rows() if row.network], ids=lambda row: row.model
)
def test_every_row_of_table_8_names_a_network_of_about_its_work(row):
    _, multiply_adds, _ = counted(row.network, row.own_image_size or 224)
    assert multiply_adds / 1e6 == pytest.approx(row.m_multiply_adds, rel=0.05)


def test_the_other_rows_of_table_8_say_why_not():
    rows = paper.network_rows()
    assert len(rows) == 39
    assert all(bool(row.network) != bool(row.irreproducible) for row in rows)


@pytest.mark.parametrize(("name", "printed"), [("shufflenet_v1_x0_5_g3", 38)])
def test_what_the_paper_rounds_is_met_rounded(name, printed):
    assert round(counted(name)[1] / 1e6) == printed


def test_networks_are_built_in_evaluation_mode_and_anew():
    first, second = build("shufflenet_v2_x0_5"), build("shufflenet_v2_x0_5")
    assert first is not second
    assert not first.training


def test_a_wrong_name_lists_the_near_ones():
    with pytest.raises(ValueError, match="'resnet51' is no network of this suite; near: resnet50"):
        build("resnet51")
    with pytest.raises(ValueError, match="is no network of this suite; `guidelines networks` lists them"):
        build("???")


def test_a_shuffle_takes_a_channel_of_each_group_in_turn():
    x = torch.arange(6.0).view(1, 6, 1, 1)
    assert shuffled(x).flatten().tolist() == [0, 3, 1, 4, 2, 5]
    assert shuffled(x, 3).flatten().tolist() == [0, 2, 4, 1, 3, 5]
