"""The elements that operators read of an image: those that a change of the output depends on."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

from guidelines.networks.cost.operator import operator_cost

IMAGE = (1, 2, 16, 16)
ALL = 2 * 16 * 16


class Costs(TorchDispatchMode):
    def __init__(self):
        super().__init__()
        self.each = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        self.each.append(operator_cost(func, args, kwargs or {}, out))
        return out


def costs(act, *shape, device="meta"):
    x = torch.ones(shape or IMAGE, device=device)
    with Costs() as known, torch.no_grad():
        act(x)
    return [cost for cost in known.each if cost]


def conv(size, **kind):
    return lambda x: functional.conv2d(x, torch.ones(3, x.shape[1], size, size, device=x.device), **kind)


def pass_over(act, device):
    return costs(act, device=device)[-1].not_read


@pytest.mark.parametrize("device", ["meta", "cpu"])
@pytest.mark.parametrize(
    ("act", "not_read"),
    [
        (conv(1), 0),
        (conv(1, stride=2), ALL * 3 // 4),
        (conv(1, stride=4), ALL * 15 // 16),
        (conv(3, stride=2, padding=1), 0),
        (conv(3, stride=2, padding=2, dilation=2), ALL * 3 // 4),
        (
            conv(3, stride=(1, 4), padding=1),
            ALL * 5 // 16,
        ),  # an output reads positions 0 and 1, the next 3 to 5
        (lambda x: functional.conv_transpose2d(x, torch.ones(2, 3, 1, 1, device=x.device), stride=4), 0),
        (lambda x: functional.avg_pool2d(x, 1, 4), ALL * 15 // 16),
        (lambda x: functional.avg_pool2d(x, 2), 0),
        (lambda x: functional.max_pool2d(x, 1, 2), ALL * 3 // 4),
        (lambda x: functional.avg_pool1d(x.view(1, 2, 256), 1, 2), ALL // 2),
        (lambda x: functional.avg_pool3d(x.view(1, 1, 2, 16, 16), (2, 1, 1), (2, 2, 2)), ALL * 3 // 4),
        (lambda x: functional.adaptive_avg_pool2d(x, 1), 0),
        (lambda x: functional.interpolate(x, size=(4, 4)), ALL * 15 // 16),
        (lambda x: functional.interpolate(x, size=(4, 4), mode="nearest-exact"), ALL * 15 // 16),
        (lambda x: functional.interpolate(x, size=(4, 4), mode="bilinear"), ALL * 3 // 4),
        (lambda x: functional.interpolate(x, size=(4, 4), mode="area"), 0),
        (lambda x: functional.interpolate(x, scale_factor=2), 0),
        (lambda x: x + x, ALL),
        (lambda x: x + x.view(-1).view(x.shape), 0),
        (lambda x: x.relu(), 0),
        (lambda x: x[:0].relu(), 0),
        (lambda x: x.view(-1).unfold(0, 3, 1).sum(), 3 * (ALL - 2) - ALL),
        (lambda x: x.transpose(1, 3).sum(), 0),
    ],
)
def test_what_an_operator_passes_over_or_is_given_again_is_not_read(act, not_read, device):
    assert pass_over(act, device) == not_read


@given(st.integers(1, 4), st.integers(1, 5), st.integers(0, 3), st.integers(1, 3), st.integers(10, 17))
def test_a_convolution_reads_the_elements_that_its_output_depends_on(kernel, stride, padding, dilation, side):
    kind = {"stride": stride, "padding": padding, "dilation": dilation}
    x = torch.ones(1, 2, side, side, requires_grad=True)
    act = conv(kernel, **kind)
    (gradient,) = torch.autograd.grad(act(x).sum(), x)
    assert costs(act, 1, 2, side, side)[-1].not_read == int((gradient == 0).sum())


def test_the_memory_access_that_is_shown_counts_the_whole_image():
    (_, strided) = costs(conv(1, stride=4))
    assert strided.work.memory_access == strided.work.conv_memory_access == ALL + 3 * 2 + 3 * 16


def test_an_image_that_is_repeated_by_a_stride_of_zero_is_passed_over_once():
    (_, strided) = costs(lambda x: conv(1, stride=2)(x[:, :1].expand(1, 8, 16, 16)))
    assert strided.not_read == 16 * 16 * 3 // 4
