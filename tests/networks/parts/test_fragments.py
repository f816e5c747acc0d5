import pytest
import torch
from torch import nn
from torch.nn import functional

from guidelines.networks import registry
from guidelines.networks.parts.fragments import fragments
from guidelines.networks.parts.recorder import recorded


def groups(program):
    return [[each.call.layer for each in group.products] for group in fragments(program)]


def conv(c1, c2, kernel=1, **settings):
    return nn.Conv2d(c1, c2, kernel, padding=kernel // 2, **settings)


def test_branches_of_one_tensor_that_are_concatenated(program):
    found = program(
        lambda net, x: torch.cat([net.a(x), net.b(x), net.c(functional.max_pool2d(x, 3, 1, 1))], 1),
        a=conv(8, 4),
        b=conv(8, 4, 3),
        c=conv(8, 4),
    )
    assert groups(found) == [["a", "b"]]


def test_the_second_layer_of_a_branch_is_no_fragment_of_its_first(program):
    found = program(
        lambda net, x: torch.cat([net.a(x), net.b2(net.b1(x))], 1),
        a=conv(8, 4),
        b1=conv(8, 4),
        b2=conv(4, 4, 3),
    )
    assert groups(found) == [["a", "b1"]]


def test_halves_of_one_tensor_are_fragments(program):
    def forward(net, x):
        first, second = x.chunk(2, 1)
        return torch.cat([net.a(first), net.b(second)], 1)

    found = program(forward, a=conv(4, 8, 3), b=conv(4, 8, 3))
    assert groups(found) == [["a", "b"]]


def test_layers_that_read_the_same_half_are_fragments(program):
    def forward(net, x):
        first = x[:, :4]
        return net.a(first) + net.b(first)

    assert groups(program(forward, a=conv(4, 8), b=conv(4, 8))) == [["a", "b"]]


def test_layers_that_read_the_whole_and_a_half_are_fragments(program):
    found = program(lambda net, x: net.a(x) + net.b(x[:, :4]), a=conv(8, 8), b=conv(4, 8))
    assert groups(found) == [["a", "b"]]


@pytest.mark.parametrize("inplace", [False, True])
def test_branches_that_begin_with_normalisation_and_relu(program, inplace):
    def branch():
        return nn.Sequential(nn.BatchNorm2d(8), nn.ReLU(inplace), conv(8, 8, 3))

    found = program(lambda net, x: net.a(x) + net.b(x), a=branch(), b=branch())
    assert groups(found) == [["a.2", "b.2"]]


@pytest.mark.parametrize("view", [lambda y: y, lambda y: y.view(1, 8, 3, 12)])
def test_layers_before_and_after_a_change_in_place_do_not_read_the_same(program, view):
    def forward(net, x):
        y = x.exp()
        first = net.a(view(y))
        y.relu_()
        return first + net.b(view(y))

    [found] = fragments(program(forward, a=conv(8, 8), b=conv(8, 8)))
    assert not found.is_one_input


def test_layers_that_read_equal_views_read_the_same(program):
    def forward(net, x):
        return net.a(x[:, :4]) + net.b(x[:, :4]) + net.c(x[:, 4:])

    layers = {name: conv(4, 8) for name in "abc"}
    [found] = fragments(program(forward, **layers))
    assert not found.is_one_input
    two = fragments(program(lambda net, x: net.a(x[:, :4]) + net.b(x[:, :4]), a=conv(4, 8), b=conv(4, 8)))
    assert two[0].is_one_input


def test_layers_after_a_change_in_place_read_one_tensor(program):
    def forward(net, x):
        y = x.exp().relu_()
        return net.a(y) + net.b(y)

    assert groups(program(forward, a=conv(8, 8), b=conv(8, 8))) == [["a", "b"]]


@pytest.mark.parametrize("add", [lambda x, y: x.add_(y), lambda x, y: x + y, lambda x, y: y + x])
def test_a_layer_that_needs_the_other_is_no_fragment(program, add):
    def forward(net, x):
        y = x.exp()
        return net.b(add(y, net.a(y)))

    assert groups(program(forward, a=conv(8, 8), b=conv(8, 8))) == []


@pytest.mark.parametrize("scale", [lambda x, s: x * s, lambda x, s: s * x])
def test_a_layer_behind_a_gate_that_needs_the_other_is_no_fragment(program, scale):
    def forward(net, x):
        gate = net.a(x).mean((2, 3), keepdim=True)
        return net.b(scale(x, gate))

    assert groups(program(forward, a=conv(8, 8), b=conv(8, 8))) == []


@pytest.mark.parametrize("scale", [lambda x, s: x * s, lambda x, s: s * x])
def test_a_layer_behind_a_learnt_scale_reads_the_tensor_itself(program, scale):
    found = program(
        lambda net, x: net.a(x) + net.b(scale(x, net.scale[:, None, None])),
        scale=nn.Parameter(torch.ones(8)),
        a=conv(8, 8),
        b=conv(8, 8),
    )
    assert groups(found) == [["a", "b"]]


def test_layers_of_different_strides_are_no_fragments(program):
    found = program(
        lambda net, x: net.a(x).mean() + net.b(x).mean(), a=conv(8, 8, 3), b=conv(8, 8, 3, stride=2)
    )
    assert groups(found) == []


def test_group_convolutions_are_no_fragments_but_depthwise_ones_are(program):
    layers = {"a": conv(8, 8), "b": conv(8, 8, 3, groups=2)}
    layers |= {"c": conv(8, 8, 3, groups=8), "d": conv(8, 8, 5, groups=8)}
    found = program(lambda net, x: net.a(x) + net.b(x) + net.c(x) + net.d(x), **layers)
    assert groups(found) == [["c", "d"]]


def test_queries_keys_and_values(program):
    layers = {name: nn.Linear(16, 16) for name in ("q", "k", "v")}
    found = program(lambda net, x: net.q(x) * net.k(x) * net.v(x), (2, 5, 16), **layers)
    assert groups(found) == [["q", "k", "v"]]


def test_the_shortcut_of_a_residual_network_beside_its_first_layer():
    with torch.inference_mode():
        program = recorded(registry.build("resnet50").eval(), [torch.randn(1, 3, 64, 64)])
    names = [[name.rpartition(".")[2] for name in group] for group in groups(program)]
    assert names == [["0", "0"]] * 4


def test_a_chain_has_none(program):
    chain = nn.Sequential(conv(8, 8), nn.ReLU(), conv(8, 8), nn.Flatten(), nn.Linear(288, 5))
    assert groups(program(lambda net, x: net.a(x), a=chain)) == []
