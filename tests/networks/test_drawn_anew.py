import re

import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations
from torch.nn.utils.parametrize import register_parametrization

from guidelines.networks.drawn_anew import drawn_anew


def trained(module):
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.fill_(3)
    return module


class Deep(nn.Module):
    """Its last layer starts at zero, which it says itself."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
        self.last = nn.Linear(4, 2)
        self.own = nn.Parameter(torch.ones(2))

    def reset_parameters(self):
        nn.init.zeros_(self.last.weight)


class Failing(nn.Linear):
    def reset_parameters(self):
        if hasattr(self, "fails"):
            raise OSError("no numbers left")


def test_the_weights_of_every_layer_are_drawn_anew_and_the_instance_stays_as_it_is():
    module = trained(Deep())
    new = drawn_anew(module)
    assert all(bool((tensor == 3).all()) for tensor in module.state_dict().values())
    bounds = (3 * 3 * 3) ** -0.5
    assert float(new.inner[0].weight.detach().abs().max()) <= bounds
    assert torch.equal(new.inner[1].weight, torch.ones(4))
    assert torch.equal(new.inner[1].running_mean, torch.zeros(4))
    assert not bool(new.last.weight.any())
    assert bool(new.last.bias.any())


def test_weights_without_a_way_to_draw_them_are_kept():
    assert torch.equal(drawn_anew(trained(Deep())).own, torch.full((2,), 3.0))


def test_attention_is_drawn_anew():
    new = drawn_anew(trained(nn.TransformerEncoderLayer(8, 2, 16)))
    assert not bool((new.self_attn.in_proj_weight == 3).any())
    assert not bool(new.self_attn.out_proj.bias.any())


def test_a_seed_decides_the_weights():
    drawn = []
    for _ in range(2):
        torch.manual_seed(5)
        drawn.append(drawn_anew(trained(nn.Linear(4, 4))).weight)
    assert torch.equal(*drawn)


def test_a_layer_that_cannot_draw_its_weights_is_named():
    module = nn.Sequential(nn.ReLU(), Failing(2, 2))
    module[1].fails = True
    said = (
        "reset_parameters() of 1 fails, so that its weights cannot be drawn anew; --state keeps them: "
        "OSError: no numbers left"
    )
    with pytest.raises(RuntimeError, match=f"^{re.escape(said)}$"):
        drawn_anew(module)


class Doubled(nn.Module):
    """A parametrisation without a way back."""

    def forward(self, weight):
        return 2 * weight


def largest(weight):
    return float(weight.detach().abs().max())


def test_what_a_weight_norm_computes_weights_from_is_drawn_anew():
    new = drawn_anew(trained(parametrizations.weight_norm(nn.Conv2d(3, 4, 3))))
    assert 0 < largest(new.weight) <= (3 * 3 * 3) ** -0.5
    for original in new.parametrizations.weight.parameters():
        assert not bool((original == 3).any())


def test_weights_with_a_spectral_norm_have_it_after_they_are_drawn_anew():
    layer = parametrizations.spectral_norm(nn.Linear(32, 16)).eval()
    torch.manual_seed(5)
    new = drawn_anew(layer)
    assert largest(new.parametrizations.weight.original) <= 32**-0.5
    assert not torch.equal(new.weight, layer.weight)
    assert float(torch.linalg.matrix_norm(new.weight.detach(), 2)) == pytest.approx(1, rel=0.1)
    assert not new.parametrizations.weight.training


def test_originals_of_weights_without_a_way_back_are_drawn_anew():
    layer = nn.Linear(4, 4)
    register_parametrization(layer, "weight", Doubled())
    new = drawn_anew(trained(layer))
    assert 0 < largest(new.parametrizations.weight.original) <= 0.5
    assert torch.equal(new.weight, 2 * new.parametrizations.weight.original)


def test_weights_that_a_hook_computes_are_drawn_anew():
    new = drawn_anew(trained(nn.utils.spectral_norm(nn.Linear(4, 4))))
    assert 0 < largest(new.weight_orig) <= 0.5


class Even(nn.Sequential):
    """Its last layer starts at one, which it says itself."""

    def reset_parameters(self):
        nn.init.ones_(self[-1].weight)


def test_a_module_that_draws_computed_weights_of_its_layers_does_so():
    network = Even(nn.Linear(4, 4), parametrizations.weight_norm(nn.Linear(4, 2)))
    new = drawn_anew(trained(network))
    assert torch.allclose(new[-1].weight, torch.ones(2, 4))
    assert not bool((new[-1].bias == 3).any())


def test_computed_weights_without_memory_can_be_drawn_anew():
    for norm in (parametrizations.weight_norm, parametrizations.spectral_norm):
        with torch.device("meta"):
            layer = norm(nn.Linear(4, 4))
        with torch.inference_mode():
            assert drawn_anew(layer).weight.is_meta
