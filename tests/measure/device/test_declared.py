from dataclasses import replace

import pytest
import torch
from unit_network import EAGER, network

from guidelines.measure.device import declared
from guidelines.measure.device.checks import check
from guidelines.measure.device.declared import check_work, counted_on
from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import pinned
from guidelines.spec.condition import Device
from guidelines.spec.sweep import Variant
from guidelines.spec.work import Conv, Stack


@pytest.fixture(scope="module", autouse=True)
def measuring():
    with pinned(EAGER):
        yield


def test_a_module_that_does_other_work_than_declared_is_refused():
    variant = Variant(
        "a", "a", (4,), Stack((Conv(4, 4),)), build=lambda: torch.nn.Conv2d(4, 8, 1, bias=False)
    )
    with pytest.raises(ValueError, match="the module does 512 multiply-adds, it declares 256"):
        check_work(variant, EAGER)


def test_a_builder_that_gives_no_module_is_refused():
    variant = Variant("a", "a", (4,), Stack((Conv(4, 4),)), build=lambda: torch.relu)
    with pytest.raises(ValueError, match=r"gives a \w+: let it give a torch.nn.Module"):
        check_work(variant, EAGER)


class Head(torch.nn.Module):
    """A head that works on one image in evaluation mode only, and one more layer in training mode."""

    def __init__(self):
        super().__init__()
        self.conv, self.norm = torch.nn.Conv2d(4, 4, 1, bias=False), torch.nn.BatchNorm2d(4)

    def forward(self, x):
        y = self.norm(self.conv(x).mean((2, 3), keepdim=True))
        return y + self.conv(x) if self.training else y


class HalfInEvaluation(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = (torch.nn.Conv2d(4, 4, 1, bias=False) for _ in range(2))

    def forward(self, x):
        return self.second(self.first(x)) if self.training else self.first(x)


def test_the_work_is_that_of_evaluation_mode():
    check_work(Variant("a", "a", (4,), Stack((Conv(4, 4),)), Head), EAGER)
    twice = Variant("a", "a", (4,), Stack((Conv(4, 4),) * 2), HalfInEvaluation)
    with pytest.raises(ValueError, match="the module does 256 multiply-adds, it declares 512"):
        check_work(twice, EAGER)


def test_a_network_that_looks_at_values_is_counted_with_real_ones():
    check_work(network(lambda conv, x: conv(x) if float(x.sum()) else x), EAGER)


def test_a_network_that_looks_at_values_must_fit_where_it_is_counted(monkeypatch):
    asked = []
    monkeypatch.setattr(declared, "check_fits", lambda variant, condition: asked.append(condition.device))
    check_work(network(lambda conv, x: conv(x) * float(x.sum())), replace(EAGER, device=Device("cuda:0")))
    assert asked == [Device("cpu")]


def test_work_of_building_is_no_work_of_a_call():
    def build():
        conv = torch.nn.Conv2d(4, 4, 1, bias=False)
        conv(torch.ones(1, 4, 4, 4))
        return conv

    check_work(Variant("a", "a", (4,), Stack((Conv(4, 4),)), build), EAGER)


@pytest.mark.parametrize(
    "wrap",
    [torch.nn.utils.parametrizations.weight_norm, torch.nn.utils.parametrizations.spectral_norm],
)
def test_networks_with_computed_weights_are_counted(wrap):
    vectors = 0 if "weight" in wrap.__name__ else 4 * 4 + 4
    work = Stack((Conv(4, 4),)).cost((1, 4, 4, 4)).multiply_adds + vectors
    variant = Variant(
        "a", "a", (4,), Stack((Conv(4, 4),)), lambda: wrap(torch.nn.Conv2d(4, 4, 1, bias=False))
    )
    assert counted_on(variant, EAGER, "meta").multiply_adds == work


def activated(elementwise_accesses):
    """A convolution, a ReLU and an addition, which declares so many accesses per pixel."""
    work = Stack((Conv(4, 4),), elementwise_accesses)
    return replace(network(lambda conv, x: conv(x).relu() + x), work=work)


def test_a_relu_and_an_addition_that_are_not_declared_are_noted_with_the_value_that_would_agree():
    (note,) = check_work(activated(0), EAGER).noted
    pixels = 4 * 4
    counted = pixels * (2 * 4 + 2 * 4 + 3 * 4) + 16
    said = f"a call reads and writes {counted} elements, its Stack declares {pixels * 2 * 4 + 16}, which the "
    assert note == f"{said}tables show; elementwise_accesses=20 would agree"
    assert check_work(activated(20), EAGER).noted == ()
    assert check_work(activated(21), EAGER).noted != ()
    assert check_work(activated(20), replace(EAGER, batch_size=3, image_size=9)).noted == ()
    assert check(activated(0), EAGER, 0, binder("eager")).noted == (note,)


def test_a_bias_and_a_normalisation_may_read_their_own_parameters_undeclared():
    def build():
        return torch.nn.Sequential(torch.nn.Conv2d(8, 8, 1), torch.nn.BatchNorm2d(8))

    stack = Stack((Conv(8, 8),), elementwise_accesses=2 * 8)
    assert check_work(Variant("a", "a", (8,), stack, build), replace(EAGER, image_size=28)).noted == ()


def test_convolutions_of_less_memory_access_than_declared_are_noted_without_a_value():
    def build():
        return torch.nn.Conv2d(4, 4, 1, bias=False)

    (note,) = check_work(
        Variant("a", "a", (2,), Stack((Conv(4, 1), Conv(4, 1), Conv(4, 2))), build), EAGER
    ).noted
    assert "its Stack declares" in note
    assert "elementwise_accesses" not in note


def test_memory_access_that_cannot_be_counted_is_not_compared():
    unknown = network(lambda conv, x: torch.fft.ifft(torch.fft.fft(conv(x))).real)
    assert check_work(unknown, EAGER).noted == ()
