import threading
from functools import partial

import pytest
import torch
from functional_module import Functional
from torch import nn

from guidelines.networks.cost.count import count
from guidelines.networks.cost.trace import LayerError


@pytest.mark.parametrize(
    ("module", "shape", "message"),
    [
        (nn.Conv2d(3, 8, 3), (1, 4, 9, 9), "Conv2d: got (1, 4, 9, 9), it takes (n, 3, ...)"),
        (
            nn.Sequential(nn.Conv2d(3, 8, 3), nn.Sequential(nn.ReLU(), nn.Conv2d(4, 8, 1))),
            (1, 3, 9, 9),
            "layer 1.1 (Conv2d): got (1, 8, 7, 7), it takes (n, 4, ...)",
        ),
        (
            nn.Sequential(nn.Flatten(), nn.Linear(27, 2)),
            (1, 3, 4, 4),
            "layer 1 (Linear): got (1, 48), it takes (..., 27)",
        ),
        (nn.BatchNorm2d(4), (1, 3, 2, 2), "BatchNorm2d: got (1, 3, 2, 2), it takes (n, 4, ...)"),
        (
            nn.Sequential(nn.Conv2d(3, 8, 7)),
            (1, 3, 5, 5),
            "layer 0 (Conv2d): got (1, 3, 5, 5): RuntimeError: Calculated padded input size per channel: "
            "(5 x 5). Kernel size: (7 x 7). Kernel size can't be greater than actual input size",
        ),
        (
            nn.Sequential(nn.Bilinear(3, 4, 5)),
            (1, 3),
            "layer 0 (Bilinear): got (1, 3): TypeError: Bilinear.forward() missing 1 required positional "
            "argument: 'input2'",
        ),
        (
            nn.Sequential(Functional(lambda x, a: a(x).view(5, 5), nn.ReLU())),
            (1, 3),
            "layer 0 (Functional): got (1, 3): RuntimeError: shape '[5, 5]' is invalid for input of size 3",
        ),
        (
            Functional(lambda x, a: a(input=x), nn.Conv2d(3, 8, 3)),
            (1, 4, 9, 9),
            "layer layers.0 (Conv2d): got (1, 4, 9, 9), it takes (n, 3, ...)",
        ),
        (
            nn.Conv2d(3, 8, 3),
            (4, 9, 9),
            "Conv2d: got (4, 9, 9): RuntimeError: Given groups=1, weight of size [8, 3, 3, 3], expected input"
            "[1, 4, 9, 9] to have 3 channels, but got 4 channels instead",
        ),
        (
            nn.Sequential(nn.Conv2d(3, 8, 7)),
            (3, 5, 5),
            "layer 0 (Conv2d): got (3, 5, 5): RuntimeError: Calculated padded input size per channel: (5 x 5)"
            ". Kernel size: (7 x 7). Kernel size can't be greater than actual input size",
        ),
    ],
)
def test_an_input_that_does_not_fit_is_said_of_the_layer_with_both_shapes(module, shape, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the whole message is compared
        count(module, shape)
    assert str(caught.value) == message


def test_the_layer_is_right_after_an_error_that_was_handled_and_beside_one_that_is_being_handled():
    def second(x, a, b, c):
        try:
            return a(x)
        except RuntimeError:
            return c(b(x))

    module = Functional(second, nn.Linear(9, 1), nn.Linear(3, 4), nn.Linear(5, 1))
    try:
        raise KeyError
    except KeyError:
        with pytest.raises(LayerError, match=r"^layer layers\.2 \(Linear\): got \(1, 4\), it takes"):
            count(module, (1, 3))


def test_a_module_that_cannot_be_copied_is_named_with_the_reason():
    module = nn.Identity()
    module.thread = threading.Lock()
    with pytest.raises(ValueError, match=r"^Identity cannot be copied: TypeError: cannot pickle"):
        count(module, (1, 3))


@pytest.mark.parametrize("target", [nn.LazyLinear(3), partial(nn.LazyBatchNorm2d, affine=False)])
def test_lazy_layers_are_refused_as_the_first_call_of_them_does_more(target):
    with pytest.raises(ValueError, match=r"^Lazy\w+ has lazy layers; it can be counted after a first call$"):
        count(target, (1, 3))


def test_a_network_that_ends_the_program_is_an_error_of_its_own():
    def leave(x):
        raise SystemExit(3)

    with pytest.raises(LayerError, match=r"^layer 0 \(Functional\): got \(1, 3\): SystemExit: 3$"):
        count(nn.Sequential(Functional(leave)), (1, 3))


def test_a_shape_that_does_not_fit_is_not_tried_with_real_tensors():
    devices = []

    def built():
        devices.append(torch.empty(0).device.type)
        return nn.Linear(3, 3)

    with pytest.raises(LayerError):
        count(built, (1, 4))
    assert devices == ["meta"]
