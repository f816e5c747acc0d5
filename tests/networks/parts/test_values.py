import pytest
import torch
from torch import nn

from guidelines.networks.parts.part import parts
from guidelines.networks.parts.program import TensorSpec
from guidelines.networks.parts.values import LARGE, Value, computed, drawn, repeatable, values_of

CPU = torch.device("cpu")


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64", "complex64"])
def test_numbers_are_about_as_large_as_their_scale(dtype):
    x = drawn(TensorSpec((3, 5000), (5000, 1), dtype), Value(scale=0.01), CPU)
    assert x.dtype is getattr(torch, dtype)
    assert 0.0049 < float(x.abs().min()) < float(x.abs().max()) < 0.0151


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8", "bool"])
def test_integers_are_in_the_range_of_any_look_up(dtype):
    x = drawn(TensorSpec((100,), (1,), dtype), Value(), CPU)
    assert set(x.int().tolist()) == {0, 1}


def test_strides_are_kept_also_if_elements_are_repeated_or_left_out():
    for shape, stride in [
        ((2, 3, 4, 4), (48, 1, 12, 3)),
        ((5, 3), (0, 1)),
        ((2, 2), (10, 3)),
        ((0, 4), (4, 1)),
    ]:
        x = drawn(TensorSpec(shape, stride), Value(), CPU)
        assert (tuple(x.shape), x.stride()) == (shape, stride)


def test_the_same_values_come_each_time():
    spec = TensorSpec((7, 9), (9, 1))
    assert torch.equal(drawn(spec, Value(), CPU), drawn(spec, Value(), CPU))


@pytest.mark.parametrize(
    ("layer", "shape", "fan_in"),
    [
        (nn.Conv2d(8, 4, 3), (1, 8, 6, 6), 72),
        (nn.Conv2d(8, 4, 3, groups=4), (1, 8, 6, 6), 18),
        (nn.Linear(8, 4), (2, 8), 8),
        (nn.Linear(8, 4, bias=False), (2, 8), 8),
    ],
)
def test_weights_are_averages(program, layer, shape, fan_in):
    values = values_of(program(lambda net, x: net.a(x), shape, a=layer))
    assert Value(scale=1 / fan_in) in values.values()


def test_a_long_network_stays_in_the_range_of_half_precision(program):
    layers = nn.Sequential(*(nn.Conv2d(8, 8, 1, bias=False) for _ in range(40)))
    recorded = program(lambda net, x: net.a(x), a=layers)
    specs = {
        index: TensorSpec(spec.shape, spec.stride, "float16") for index, spec in recorded.tensors.items()
    }
    values = {index: drawn(specs[index], value, CPU) for index, value in values_of(recorded).items()}
    for call in recorded.calls:
        args = [values.get(getattr(each, "index", None), each) for each in call.args]
        values[call.written[0].index] = call.operator(*args)
    out = values[recorded.outputs[0].index]
    assert 0.1 < float(out.min()) < float(out.max()) < 10


def test_weights_that_are_read_as_a_view_are_scaled_as_well(program):
    recorded = program(lambda net, x: x.flatten(1) @ net.w.t(), w=nn.Parameter(torch.randn(4, 288)))
    index = next(index for index in recorded.given if recorded.tensors[index].shape == (4, 288))
    assert values_of(recorded)[index] == Value(scale=1 / 288)


def test_infinite_numbers_become_large_ones(program):
    recorded = program(lambda net, x: x.masked_fill(x > 0, float("-inf")) + torch.full((6,), float("inf")))
    numbers = [
        value for call in repeatable(recorded).calls for value in call.args if isinstance(value, float)
    ]
    assert sorted(numbers) == [-LARGE, LARGE]


def test_what_other_operators_compute_is_told_from_weights_and_statistics(program):
    layers = {"conv": nn.Conv2d(8, 8, 3), "norm": nn.BatchNorm2d(8)}
    known = program(lambda net, x: net.norm(net.conv(x)), **layers)
    shapes = [known.tensors[index].shape for index in computed(known, known)]
    assert shapes == [(1, 8, 6, 6)]


def test_another_form_of_an_input_is_computed_too(program):
    known = program(lambda net, x: net.conv(x), conv=nn.Conv2d(8, 16, 1))
    (part,) = parts(known)
    in_nhwc = next(each for each in part.remedies if each.text == "in nhwc").program
    image, other = computed(in_nhwc, part.program)
    assert known.tensors[image].shape == (1, 8, 6, 6)
    assert other not in known.tensors
