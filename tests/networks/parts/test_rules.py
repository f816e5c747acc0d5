import pytest
import torch
from torch import nn
from torch.nn import functional

from guidelines.networks.parts.part import parts

IMAGE = (1, 8, 6, 6)


def rules(program, forward, *shapes, **layers):
    """The guideline and the rule of each part."""
    return [(part.guideline, part.rule) for part in parts(program(forward, *shapes, **layers))]


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (nn.Conv2d(8, 8, 1), IMAGE, ("", "")),
        (nn.Conv2d(8, 8, 3), IMAGE, ("", "")),
        (nn.Conv2d(8, 32, 3), IMAGE, ("", "")),
        (nn.Conv2d(8, 24, 1), IMAGE, ("G1", "widths 8 and 24, 1:3")),
        (nn.Conv2d(8, 2, 1, stride=2), IMAGE, ("G1", "widths 8 and 2, 1:4")),
        (nn.Conv1d(8, 20, 1), (1, 8, 6), ("G1", "widths 8 and 20, 1:2.5")),
        (nn.Conv3d(8, 12, 1), (1, 8, 3, 3, 3), ("G1", "widths 8 and 12, 1:1.5")),
        (nn.Linear(8, 8), (3, 8), ("", "")),
        (nn.Linear(8, 96), (3, 8), ("G1", "widths 8 and 96, 1:12")),
        (nn.Linear(96, 8, bias=False), (3, 96), ("G1", "widths 96 and 8, 1:12")),
        (nn.Conv2d(8, 8, 3, groups=2), IMAGE, ("G2", "2 groups")),
        (nn.Conv2d(8, 16, 1, groups=4), IMAGE, ("G2", "4 groups")),
        (nn.Conv1d(8, 8, 3, groups=4), (1, 8, 6), ("G2", "4 groups")),
        (nn.Conv2d(8, 8, 3, groups=8), IMAGE, ("G4", "depthwise convolution")),
        (nn.Conv2d(8, 16, 3, groups=8), IMAGE, ("G4", "depthwise convolution")),
        (nn.ConvTranspose2d(8, 24, 1), IMAGE, ("", "")),
        (nn.ConvTranspose2d(8, 8, 2, stride=2, groups=2), IMAGE, ("", "")),
    ],
    ids=str,
)
def test_products(program, layer, shape, expected):
    assert rules(program, lambda net, x: net.a(x), shape, a=layer) == [expected]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        (torch.relu, ("G4", "works element by element")),
        (lambda x: x + 1, ("G4", "works element by element")),
        (lambda x: functional.batch_norm(x, x[0, :, 0, 0], x[0, :, 0, 0]), ("G4", "normalisation")),
        (lambda x: functional.layer_norm(x, (6,)), ("G4", "normalisation")),
        (lambda x: x.transpose(1, 2).contiguous(), ("G4", "copies")),
        (lambda x: torch.cat([x, x], 1), ("G4", "copies")),
        (lambda x: functional.max_pool2d(x, 2), ("", "")),
        (lambda x: x.mean((2, 3)), ("", "")),
        (lambda x: functional.interpolate(x, scale_factor=2.0), ("", "")),
        (lambda x: torch.fft.rfft2(x).abs().sum(), ("", "")),
        (lambda x: functional.scaled_dot_product_attention(x, x, x), ("", "")),
    ],
)
def test_operators_without_products(program, operator, expected):
    assert rules(program, lambda net, x: operator(x))[0] == expected


@pytest.mark.parametrize(
    ("forward", "operator"),
    [
        (lambda net, x: torch.mm(net.a(x), x.t()), "mm 20"),
        (lambda net, x: torch.mm(net.a(x)[:, :4], x[:4]), "mm 8"),
        (lambda net, x: torch.addmm(x[0], net.a(x), x[:8]), "addmm 8"),
        (lambda net, x: functional.conv1d(net.a(x).view(1, 8, 20), x.view(20, 8, 1)), "convolution 20x20"),
        (lambda net, x: torch.mm(x, torch.zeros(8, 4).copy_(net.a(x)[:8, :4])), "mm 4"),
        (lambda net, x: torch.mm(x, _written_into(torch.zeros(8, 4), net.a(x)[0, :4])), "mm 4"),
    ],
)
def test_a_product_of_two_computed_tensors_is_no_layer(program, forward, operator):
    known = parts(program(forward, (20, 8), a=nn.Linear(8, 8)))
    assert [(part.guideline, part.remedies) for part in known if part.operator == operator] == [("", ())]
    assert "G3" not in [part.guideline for part in known]


def _written_into(x, row):
    x[0] = row
    return x


@pytest.mark.parametrize("weights", [lambda w: w.t(), lambda w: w[:4].t(), lambda w: (w / w.norm()).t()])
def test_a_product_by_weights_is_a_layer_whatever_form_they_have(program, weights):
    layer = nn.Parameter(torch.rand(12, 8))
    known = parts(program(lambda net, x: torch.mm(x, weights(net.weights)), (20, 8), weights=layer))
    assert known[-1].guideline == "G1"


def test_attention_by_products_of_matrices_has_its_layers_alone_as_fragments(program):
    def forward(net, x):
        return torch.softmax(net.q(x) @ net.k(x).t(), -1) @ net.v(x)

    layers = {name: nn.Linear(8, 8) for name in "qkv"}
    known = parts(program(forward, (20, 8), **layers))
    assert [(part.guideline, part.operator) for part in known] == [
        ("G3", "linear 8->8, 20 rows"),
        ("", "mm 20"),
        ("", "_softmax 20"),
        ("", "mm 8"),
    ]


def test_fragments_say_how_many_and_how_their_work_is_divided(program):
    layers = {"a": nn.Conv2d(8, 4, 1), "b": nn.Conv2d(8, 12, 1)}
    found = rules(program, lambda net, x: torch.cat([net.a(x), net.b(x)], 1), **layers)
    assert found == [("G3", "2 fragments of one tensor (75, 25 % of their work)"), ("G4", "copies")]


def test_more_than_four_fragments_are_shortened(program):
    layers = {name: nn.Conv2d(8, 8, 1) for name in "abcde"}
    found = rules(program, lambda net, x: sum(net.get_submodule(name)(x) for name in "abcde"), **layers)
    assert found[0] == ("G3", "5 fragments of one tensor (20, 20, 20, 20, ... % of their work)")
