import torch
from torch import nn

from guidelines.networks.parts.recorder import recorded
from guidelines.networks.parts.replayed import Replayed
from guidelines.networks.parts.taken_out import without


def left(network, *names):
    """A network without some operators, and its outputs on an image."""
    program = without(recorded(network.eval(), (torch.ones(1, 3, 4, 4),)), lambda call: call.name in names)
    return [call.name for call in program.calls], Replayed(program).run(torch.device("cpu"))


def test_the_operators_before_feed_those_behind():
    names, outputs = left(nn.Sequential(nn.Conv2d(3, 4, 1), nn.ReLU(), nn.Conv2d(4, 5, 1)), "relu")
    assert names == ["convolution", "convolution"]
    assert [tuple(each.shape) for each in outputs] == [(1, 5, 4, 4)]


def test_an_operator_of_several_results_can_be_the_last():
    names, outputs = left(nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)), "native_batch_norm")
    assert names == ["convolution"]
    assert [tuple(each.shape) for each in outputs] == [(1, 4, 4, 4)]


def test_what_the_last_call_computes_is_left_of_a_result_of_another_form():
    names, outputs = left(nn.Sequential(nn.Conv2d(3, 4, 1), nn.AvgPool2d(2)), "avg_pool2d")
    assert names == ["convolution"]
    assert [tuple(each.shape) for each in outputs] == [(1, 4, 4, 4)]
