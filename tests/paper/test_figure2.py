import pytest

from guidelines.networks.registry import NETWORKS
from guidelines.paper.figure2 import percent

NAMES = ("shufflenet_v1_x1_0_g3", "mobilenet_v2_x1_0")


@pytest.mark.parametrize("platform", ["arm", "gpu"])
@pytest.mark.parametrize("network", NAMES)
def test_the_slices_of_each_pie_are_the_whole(network, platform):
    assert network in NETWORKS
    assert sum(percent(network, platform).values()) == pytest.approx(100)


def test_only_shufflenet_has_a_slice_for_shuffles():
    found = [percent(network, platform) for network in NAMES for platform in ("gpu", "arm")]
    assert [slices.get("Shuffle") for slices in found] == [5, 0, None, None]


@pytest.mark.parametrize(
    ("network", "platform", "conv", "elemwise"),
    [
        ("shufflenet_v1_x1_0_g3", "gpu", 50, 15),
        ("shufflenet_v1_x1_0_g3", "arm", 87, 4),
        ("mobilenet_v2_x1_0", "gpu", 54, 23),
        ("mobilenet_v2_x1_0", "arm", 89, 10.5),
    ],
)
def test_the_slices_bear_the_printed_names(network, platform, conv, elemwise):
    slices = percent(network, platform)
    assert (slices["Conv"], slices["Elemwise"]) == (conv, elemwise)


def test_other_networks_have_no_slices():
    assert percent("resnet50", "arm") == {}
