import pytest
import torch
from torch import nn

from guidelines.measure.audit.whole import Whole
from guidelines.spec.inputs import Input

IMAGE = Input((1, 3, 4, 4))


class Given(nn.Module):
    def __init__(self, forward):
        super().__init__()
        self.network = forward

    def forward(self, *inputs):
        return self.network(*inputs)


def whole(forward, *inputs, layout=torch.contiguous_format):
    return Whole(lambda: Given(forward), inputs or (IMAGE,), layout)


def out(forward, *inputs, dtype=torch.float32):
    return whole(forward, *inputs)(torch.empty(1, dtype=dtype))


@pytest.mark.parametrize(
    "form",
    [
        lambda y: y,
        lambda y: (y, y + 1),
        lambda y: [y],
        lambda y: {"scores": None, "out": y, "more": y + 1},
        lambda y: ("text", 3, {"out": [y]}),
        lambda y: (y[:0], y),
    ],
)
def test_the_first_tensor_of_an_output_is_its_own(form):
    y = torch.randn(2, 3)
    assert out(lambda x: form(y)) is y


def test_an_output_of_empty_tensors_stays_empty():
    assert out(lambda x: (x[:0], x[:0])).numel() == 0


@pytest.mark.parametrize("value", [None, 3.0, {}, [], "text"])
def test_an_output_without_a_tensor_is_named(value):
    with pytest.raises(ValueError, match=f"its output, of type {type(value).__name__}, holds no tensor"):
        out(lambda x: value)


def test_inputs_have_their_shapes_and_types():
    inputs = (IMAGE, Input((2, 5), "int64"), Input((3,), "float64"))
    given = []
    out(lambda *x: given.extend(x) or x[0], *inputs, dtype=torch.bfloat16)
    assert [tuple(x.shape) for x in given] == [(1, 3, 4, 4), (2, 5), (3,)]
    assert [x.dtype for x in given] == [torch.bfloat16, torch.int64, torch.float64]
    assert set(given[1].flatten().tolist()) <= {0, 1}


def test_inputs_are_the_same_in_every_call_and_every_instance():
    first, second = whole(lambda x: x), whole(lambda x: x)
    x = torch.empty(1)
    assert first(x) is first(x)
    assert torch.equal(first(x), second(x))


def test_images_have_the_layout_that_is_asked_for():
    network = whole(lambda x: x, layout=torch.channels_last)
    assert network(torch.empty(1)).is_contiguous(memory_format=torch.channels_last)


def test_inputs_are_drawn_when_it_is_moved_so_that_a_call_can_be_compiled():
    network = whole(lambda x: x).to(dtype=torch.bfloat16)
    assert network._values[0].dtype is torch.bfloat16
    assert network._values[0].shape == IMAGE.shape


def test_it_runs_on_the_meta_device_to_be_counted():
    with torch.device("meta"):
        assert whole(lambda x: x + 1)(torch.empty(1)).is_meta
