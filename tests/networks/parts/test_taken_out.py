import torch
from torch import nn

from guidelines.networks.parts.replayed import Replayed
from guidelines.networks.parts.taken_out import without
from guidelines.networks.parts.values import repeatable

ELEMENTWISE = {
    "relu",
    "relu_",
    "add",
    "add_",
    "mul",
    "native_batch_norm",
    "native_layer_norm",
    "clone",
    "cat",
}


def kept(program, taken=ELEMENTWISE):
    return without(program, lambda call: call.name in taken)


def out(program):
    with torch.inference_mode():
        return Replayed(repeatable(program)).run(torch.device("cpu"))[0]


def test_the_next_operator_reads_what_the_one_that_is_taken_out_read(program, names):
    layers = {"a": nn.Conv2d(8, 8, 1), "b": nn.BatchNorm2d(8), "c": nn.Conv2d(8, 8, 1)}
    left = kept(program(lambda net, x: net.c(net.b(net.a(x)).relu()), **layers))
    assert names(left) == ["convolution", "convolution"]
    assert left.calls[1].args[0] == left.calls[0].written[0]
    assert out(left).shape == (1, 8, 6, 6)


def test_in_place_ones_are_taken_out_as_well(program, names):
    layers = {"a": nn.Conv2d(8, 8, 1), "c": nn.Conv2d(8, 8, 1)}
    left = kept(program(lambda net, x: net.c(net.a(x).relu_()), **layers))
    assert names(left) == ["convolution", "convolution"]
    assert left.calls[1].args[0] == left.calls[0].written[0]


def test_a_residual_sum_leaves_the_first_of_its_tensors(program, names):
    layers = {"a": nn.Conv2d(8, 8, 1), "b": nn.Conv2d(8, 8, 1)}
    left = kept(program(lambda net, x: net.b(net.a(x) + x), **layers))
    assert names(left) == ["convolution", "convolution"]
    assert left.calls[1].args[0] == left.calls[0].written[0]


def test_a_result_of_another_form_is_given_from_outside(program, names):
    layers = {"a": nn.Conv2d(8, 8, 1), "b": nn.Conv2d(16, 8, 1)}
    recorded = program(lambda net, x: net.b(torch.cat([net.a(x), x], 1)), **layers)
    left = kept(recorded)
    assert names(left) == ["convolution", "convolution"]
    assert left.calls[1].args[0].index in left.given
    assert out(left).shape == (1, 8, 6, 6)


def test_the_output_is_what_the_last_operator_that_is_taken_out_read(program):
    layers = {"a": nn.Conv2d(8, 8, 1)}
    left = kept(program(lambda net, x: net.a(x).relu(), **layers))
    assert left.outputs == left.calls[0].written


def test_results_that_nobody_computes_any_more_are_given(program):
    layers = {"a": nn.Linear(6, 6), "b": nn.LayerNorm(6)}
    left = kept(program(lambda net, x: net.b(net.a(x)), **layers))
    assert out(left).shape == (1, 8, 6, 6)
    last_copies = kept(program(lambda net, x: torch.cat([net.a(x), x], 1), **layers))
    assert out(last_copies).shape == (1, 16, 6, 6)


def test_nothing_is_taken_out_of_a_network_without_any(program):
    recorded = program(lambda net, x: net.a(x), a=nn.Conv2d(8, 8, 3))
    assert kept(recorded).calls == recorded.calls


def test_what_the_network_frees_with_an_operator_that_is_taken_out_is_freed_with_the_next_one(program):
    def forward(net, x):
        sum_ = net.a(x)
        out = net.b(sum_)
        sum_ = None
        return net.c(out.relu())

    known = program(forward, **{name: nn.Conv2d(8, 8, 1) for name in "abc"})
    first = known.calls[0].written[0]
    assert [first in call.freed for call in known.calls] == [False, False, True, False]
    assert [first in call.freed for call in kept(known).calls] == [False, False, True]
