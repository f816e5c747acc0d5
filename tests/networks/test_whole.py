import pytest
import torch
from torch import nn

from guidelines.measure.device.declared import check_work
from guidelines.networks.whole import network, stack
from guidelines.spec.condition import Condition

CPU = Condition("cpu", "a processor", image_size=64, batch_size=2)


def test_a_whole_network_is_counted_for_its_own_image_size_if_it_has_one():
    own, of_condition = network("shufflenet_v2_x0_5", 96), network("shufflenet_v2_x0_5")
    assert own.input_shape(CPU) == (2, 3, 96, 96)
    assert of_condition.input_shape(CPU) == (2, 3, 64, 64)
    assert own.cost(CPU).multiply_adds > of_condition.cost(CPU).multiply_adds
    assert (own.id, of_condition.id) == ("shufflenet_v2_x0_5-96px", "shufflenet_v2_x0_5")


def test_torch_counts_the_same_multiply_adds():
    check_work(network("mobilenet_v2_x0_4"), CPU)


def test_a_wrong_name_is_found_when_a_sweep_is_made():
    with pytest.raises(ValueError, match="'resnet51' is no network of this suite"):
        network("resnet51")


def test_units_in_a_row_keep_their_input_near_its_size():
    variant = stack("units", 8, 20, lambda: nn.Conv2d(8, 8, 3, padding=1, bias=False))
    torch.manual_seed(0)
    with torch.no_grad():
        out = variant.build()(torch.randn(1, 8, 32, 32))
    assert 0.1 < float(out.std()) < 10
    assert variant.cost(CPU).parameters == 20 * 9 * 8 * 8
    assert variant.work.largest_operator_elements(variant.input_shape(CPU)) == 2 * 64 * 64 * 16 + 9 * 8 * 8


def test_work_that_cannot_be_counted_is_refused():
    class Spectrum(nn.Module):
        def forward(self, x):
            return torch.fft.fft(x).real

    with pytest.raises(ValueError, match=r"the multiply-adds of .*fft.* are not known"):
        stack("spectrum", 4, 1, Spectrum).cost(CPU)
