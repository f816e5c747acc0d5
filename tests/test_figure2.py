import pytest

from guidelines.networks import NETWORKS
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


def test_other_networks_have_no_slices():
    assert percent("resnet50", "arm") == {}
