import importlib
import threading
import warnings
from collections import Counter
from functools import partial

import pytest
import torch
from functional_module import Functional
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from guidelines.networks.cost import count as counting
from guidelines.networks.cost.count import count
from guidelines.networks.cost.trace import LayerError
from guidelines.networks.registry import build
from guidelines.spec.condition import Condition

MODULES = ("test_g1_channel_ratio", "test_g2_group_count", "test_g3_fragmentation", "test_g4_elementwise")
# Of each kind of operator that families differ in: groups, shuffles, concatenations, additions, products.
NETWORKS = ("shufflenet_v1_x0_5_g8", "shufflenet_v2_x1_0", "mobilenet_v2_x0_75", "densenet121", "alexnet")


def image(name):
    return (1, 3, *[227 if name == "alexnet" else 224] * 2)


@pytest.mark.parametrize("device", ["cpu", "cuda:0"])
@pytest.mark.parametrize("module", MODULES)
def test_every_variant_of_the_experiments_costs_what_its_closed_form_says(module, device):
    condition = Condition(device, "", image_size=6, batch_size=2)
    for sweep in importlib.import_module(f"experiments.{module}").sweeps(condition):
        for variant in sweep.variants:
            found, declared = (
                count(variant.build, (2, variant.widths[0], 6, 6)).total,
                variant.cost(condition),
            )
            assert found.work == declared


@pytest.mark.parametrize("name", NETWORKS)
def test_multiply_adds_are_half_of_what_torchs_counter_says(name):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        build(name)(torch.empty(image(name)))
    assert 2 * count(partial(build, name), image(name)).total.work.multiply_adds == counter.get_total_flops()


@pytest.mark.parametrize("name", NETWORKS)
def test_multiply_adds_and_memory_access_are_what_plain_hooks_say(name):
    found = Counter()

    def hook(layer, inputs, y):
        filters = layer.weight.numel() // layer.weight.shape[0]
        found["multiply_adds"] += y.numel() * filters
        found["memory_access"] += inputs[0].numel() + layer.weight.numel() + y.numel()

    with torch.device("meta"):
        network = build(name)
        for layer in network.modules():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                layer.register_forward_hook(hook)
        network(torch.empty(image(name)))
    total = count(partial(build, name), image(name)).total
    assert total.work.multiply_adds == found["multiply_adds"]
    assert total.work.conv_memory_access == found["memory_access"]
    assert total.work.parameters == sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize("name", NETWORKS[:3])
def test_real_tensors_cost_what_the_meta_device_says(name, monkeypatch):
    meta = count(partial(build, name), (1, 3, 64, 64))
    monkeypatch.setattr(counting, "ATTEMPTS", counting.ATTEMPTS[1:])
    real = count(partial(build, name), (1, 3, 64, 64))
    assert (real.device, meta.device) == ("cpu", "meta")
    assert real.layers == meta.layers


def test_inference_mode_changes_nothing():
    build_it = partial(build, "shufflenet_v2_x0_5")
    plain = count(build_it, (1, 3, 64, 64))
    with torch.inference_mode():
        assert count(build_it, (1, 3, 64, 64)) == plain
    inside = Functional(torch.inference_mode()(lambda x, network: network(x)), build_it())
    assert count(inside, (1, 3, 64, 64)).total.work.memory_access == plain.total.work.memory_access


def test_a_batch_multiplies_all_but_the_weights():
    one, four = (count(nn.Conv2d(3, 8, 3, bias=False), (n, 3, 9, 9)).total for n in (1, 4))
    assert four.work.multiply_adds == 4 * one.work.multiply_adds
    assert four.work.memory_access - 216 == 4 * (one.work.memory_access - 216)


def test_dropout_and_statistics_are_those_of_evaluation():
    module = nn.Sequential(nn.Dropout(), nn.BatchNorm2d(3))
    assert module.training
    cost = count(module, (1, 3, 4, 4))
    assert [layer.operators for layer in cost.layers] == [0, 0, 1]
    assert cost.total.work.memory_access == 2 * 48 + 4 * 3


@pytest.fixture
def fickle():
    """A module with state that needs real tensors, and fails for what is not 3 wide."""

    class Fickle(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(3, 3)
            self.register_buffer("calls", torch.zeros(1))

        def forward(self, x):
            self.calls += 1
            return self.linear(x) * self.calls.item()

    return Fickle


@pytest.mark.parametrize("shape", [(1, 3), (1, 4)])
def test_nothing_of_the_callers_is_changed_even_by_errors(fickle, shape):
    module = nn.Sequential(fickle(), nn.Dropout())
    module[0].eval()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    random_state = torch.get_rng_state()
    if shape == (1, 3):
        assert count(module, shape).device == "cpu"
    else:
        with pytest.raises(LayerError):
            count(module, shape)
    assert [inner.training for inner in module.modules()] == [True, False, False, True]
    assert all(torch.equal(value, before[name]) for name, value in module.state_dict().items())
    assert all(p.requires_grad and p.device.type == "cpu" for p in module.parameters())
    assert torch.equal(random_state, torch.get_rng_state())
    assert not any(inner._forward_hooks or inner._forward_pre_hooks for inner in module.modules())
    assert torch.is_grad_enabled()


def test_what_the_meta_device_cannot_do_is_counted_with_real_tensors_and_said(fickle):
    cost = count(nn.Sequential(fickle()), (1, 3))
    assert cost.device == "cpu"
    assert cost.note.startswith("layer 0 (Fickle): got (1, 3): RuntimeError: Tensor.item() cannot be called")
    assert cost.total.work.multiply_adds == 9


def test_a_module_that_is_built_with_values_is_copied_to_the_meta_device_and_that_is_said():
    def built():
        if torch.zeros(1).item() == 0:
            return nn.Linear(3, 3)
        raise AssertionError

    cost = count(built, (1, 3))
    assert (cost.device, cost.total.work.multiply_adds, cost.note) == ("meta", 9, "")
    assert cost.build_note == "RuntimeError: Tensor.item() cannot be called on meta tensors"
    assert count(partial(nn.Linear, 3, 3), (1, 3)).build_note == ""


def test_a_module_that_can_neither_be_built_on_meta_nor_copied_is_counted_with_real_tensors(fickle):
    def built():
        torch.ones(1).item()
        module = fickle()
        module.lock = threading.Lock()
        return module

    cost = count(built, (1, 3))
    assert (cost.device, cost.total.work.multiply_adds, cost.build_note) == ("cpu", 9, "")
    assert cost.note.startswith("ValueError: Fickle cannot be copied: TypeError: ")


def test_a_network_that_computes_gradients_in_its_call_is_counted_with_real_tensors():
    def force(x, linear):
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            return torch.autograd.grad(linear(x).relu().sum(), x)[0]

    cost = count(Functional(force, nn.Linear(4, 3)), (2, 4))
    assert cost.device == "cpu"
    assert "does not require grad" in cost.note
    assert cost.total.work.multiply_adds == 2 * (2 * 4 * 3)  # the layer and the gradient of its input


def test_weights_that_are_made_on_the_cpu_are_taken_to_the_meta_device():
    cost = count(lambda: nn.Linear(3, 3, device="cpu"), (1, 3))
    assert (cost.device, cost.note) == ("meta", "")


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
def test_an_input_has_the_type_of_the_parameters(dtype):
    assert count(nn.Conv2d(3, 4, 3).to(dtype), (1, 3, 8, 8)).device == "meta"


def test_what_torch_exports_scripts_or_compiles_costs_what_it_was_made_of():
    plain = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval()
    expected = count(plain, (1, 3, 8, 8)).total
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", "Using `torch.compile", UserWarning)
        for made in (
            torch.export.export(plain, (torch.zeros(1, 3, 8, 8),)).module(),
            torch.jit.script(plain),
            torch.compile(plain),
        ):
            found = count(made, (1, 3, 8, 8)).total
            assert (found.work.multiply_adds, found.work.memory_access, found.operators) == (
                expected.work.multiply_adds,
                expected.work.memory_access,
                expected.operators,
            )


def test_two_ways_of_memory_access_are_as_far_apart_as_elsewhere_for_shufflenet():
    total = count(partial(build, "shufflenet_v2_x1_0"), (1, 3, 224, 224)).total
    assert round(total.work.conv_memory_access / 1e6, 1) == 6.3
    assert 15e6 < total.work.memory_access < 18e6
