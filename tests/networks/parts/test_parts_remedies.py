import pytest
import torch
from torch import nn

from guidelines.networks.parts.part import parts
from guidelines.networks.parts.replayed import Replayed

IMAGE = (2, 16, 7, 7)
CPU = torch.device("cpu")


def texts(part):
    return [remedy.text for remedy in part.remedies]


def results(program, like=None):
    with torch.inference_mode():
        return Replayed(program, like).run(CPU)


def assert_remedies_compute_the_same(part):
    expected = results(part.program)
    for remedy in part.remedies:
        given = results(remedy.program, like=part.program)
        assert len(given) == len(expected)
        for one, other in zip(given, expected, strict=True):
            torch.testing.assert_close(one, other)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (lambda **bias: nn.Conv2d(16, 24, 3, **bias), IMAGE, ["in nhwc"]),
        (lambda **bias: nn.Conv2d(16, 16, 3, groups=16, **bias), IMAGE, ["in nhwc"]),
        (
            lambda **bias: nn.Conv2d(16, 24, 3, groups=4, stride=2, **bias),
            IMAGE,
            ["in nhwc", "as 4 convolutions"],
        ),
        (lambda **bias: nn.Conv1d(16, 8, 3, groups=2, **bias), (2, 16, 9), ["as 2 convolutions"]),
        (lambda **bias: nn.Conv3d(16, 8, 3, groups=2, **bias), (2, 16, 4, 4, 4), ["as 2 convolutions"]),
        (lambda **bias: nn.Linear(16, 24, **bias), (3, 16), []),
        (lambda **bias: nn.ConvTranspose2d(16, 8, 2, groups=2, **bias), IMAGE, []),
    ],
)
def test_of_one_layer(program, layer, shape, bias, expected):
    [part] = parts(program(lambda net, x: net.a(x), shape, a=layer(bias=bias)))
    assert texts(part) == expected
    assert_remedies_compute_the_same(part)


def test_a_layer_with_channels_last_is_tried_with_channels_first(program):
    recorded = program(lambda net, x: net.a(x), IMAGE, layout=torch.channels_last, a=nn.Conv2d(16, 16, 3))
    [part] = parts(recorded)
    assert texts(part) == ["in nchw"]
    assert_remedies_compute_the_same(part)
    assert results(part.program)[0].is_contiguous(memory_format=torch.channels_last)
    assert results(part.remedies[0].program, like=part.program)[0].is_contiguous()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("kind", ["conv2d", "conv1d", "linear", "linear of rows"])
def test_fragments_as_one_wider_operator(program, kind, bias):
    layers, shapes = {
        "conv2d": ([nn.Conv2d(16, width, 3, bias=bias) for width in (8, 4, 16)], IMAGE),
        "conv1d": ([nn.Conv1d(16, width, 3, bias=bias) for width in (8, 4, 16)], (2, 16, 9)),
        "linear": ([nn.Linear(16, width, bias=bias) for width in (8, 4, 16)], (2, 16)),
        "linear of rows": ([nn.Linear(16, width, bias=bias) for width in (8, 4, 16)], (2, 5, 16)),
    }[kind]

    def forward(net, x):
        return sum(layer(x).sum() for layer in net.layers)

    part = parts(program(forward, shapes, layers=nn.ModuleList(layers)))[0]
    assert part.guideline == "G3"
    assert texts(part) == ["as one wider operator"]
    assert_remedies_compute_the_same(part)


@pytest.mark.parametrize(
    "layers",
    [
        [nn.Conv2d(16, 8, 1), nn.Conv2d(16, 8, 3, padding=1)],
        [nn.Conv2d(16, 8, 1), nn.Conv2d(16, 8, 1, bias=False)],
        [nn.Conv2d(16, 8, 3, padding=1), nn.Conv2d(16, 8, 3, padding=2, dilation=2)],
        [nn.Conv2d(16, 16, 3, groups=16), nn.Conv2d(16, 16, 3, groups=16)],
        [nn.Conv2d(16, 32, 3, groups=16), nn.Conv2d(16, 32, 3, groups=16)],
    ],
)
def test_depthwise_fragments_and_those_of_different_settings_cannot_be_merged(program, layers):
    part = parts(
        program(lambda net, x: net.layers[0](x) + net.layers[1](x), IMAGE, layers=nn.ModuleList(layers))
    )[0]
    assert (part.guideline, texts(part)) == ("G3", [])


@pytest.mark.parametrize(
    ("bias", "settings", "expected"),
    [
        ((24,), {}, ["as one wider operator"]),
        ((24,), {"alpha": 2.0}, []),
        ((24,), {"beta": 0.5}, []),
        ((3, 24), {}, []),
        ((1, 24), {}, []),
        ((1,), {}, []),
    ],
)
def test_sums_with_a_product_are_merged_if_they_are_linear_layers(program, bias, settings, expected):
    def forward(net, x):
        return sum(torch.addmm(net.bias, x, weights, **settings).sum() for weights in (net.a, net.b))

    layers = {"bias": nn.Parameter(torch.rand(bias))}
    layers |= {name: nn.Parameter(torch.rand(16, 24)) for name in "ab"}
    part = parts(program(forward, (3, 16), **layers))[0]
    assert (part.guideline, texts(part)) == ("G3", expected)
    assert_remedies_compute_the_same(part)
    with torch.inference_mode():
        [out] = Replayed(part.alternative.program).run(CPU)
    assert out.shape == part.alternative.program.tensors[part.alternative.program.outputs[0].index].shape


def test_fragments_that_read_different_tensors_cannot_be_merged(program):
    layers = nn.ModuleList([nn.Conv2d(16, 8, 1), nn.Conv2d(16, 8, 1)])
    part = parts(program(lambda net, x: net.layers[0](x) + net.layers[1](x.relu()), IMAGE, layers=layers))[0]
    assert (part.guideline, texts(part)) == ("G3", [])


def test_remedies_do_the_work_of_the_part(program):
    [part] = parts(program(lambda net, x: net.a(x), IMAGE, a=nn.Conv2d(16, 24, 3, groups=4)))
    loop = part.remedies[1].program
    assert [call.name for call in loop.calls] == ["split", *["convolution"] * 4, "cat"]
    assert [call.name for call in loop.setup] == ["split", "split"]


def test_depthwise_convolutions_are_not_tried_as_a_loop(program):
    [part] = parts(program(lambda net, x: net.a(x), IMAGE, a=nn.Conv2d(16, 16, 3, groups=16)))
    assert texts(part) == ["in nhwc"]
