import pytest
import torch
from torch import nn

from guidelines.networks.parts.fragments import fragments
from guidelines.networks.parts.part import parts


def groups(program):
    return [[each.call.layer for each in group.products] for group in fragments(program)]


def conv(c1=8, c2=8, kernel=3, **settings):
    return nn.Conv2d(c1, c2, kernel, padding=kernel // 2, **settings)


def chunked(dimension):
    def forward(net, x):
        first, second = x.chunk(2, dimension)
        return torch.cat([net.a(first), net.b(second)], dimension)

    return forward


def test_a_layer_that_reads_what_another_one_wrote_into_a_part_is_no_fragment(program):
    def partial(net, x):
        x = x.clone()
        x[:, :4] = net.a(x[:, :4])
        return net.b(x)

    assert groups(program(partial, a=conv(4, 4), b=conv())) == []


def test_a_layer_that_reads_a_view_of_what_another_one_changed_is_no_fragment(program):
    def residual(net, x):
        x = x.clone()
        first, rest = x[:, :4], x[:, 4:]
        rest.add_(net.a(first))
        return net.b(x[:, :4]) + net.c(x[:, 4:])

    assert groups(program(residual, a=conv(4, 4), b=conv(4, 4), c=conv(4, 4))) == [["b", "c"]]


def test_a_tensor_that_is_allocated_like_another_one_does_not_show_it(program):
    def forward(net, x):
        y = torch.empty_like(x)
        y[:] = net.a(x)
        return net.b(y)

    assert groups(program(forward, a=conv(), b=conv())) == []


def test_a_change_of_each_element_of_a_part_keeps_the_origin_but_not_the_form(program):
    def forward(net, x):
        y = x.exp()
        first = y[:, :4]
        before = net.a(first)
        y.relu_()
        return before + net.b(first)

    [known] = fragments(program(forward, a=conv(4, 8), b=conv(4, 8)))
    assert not known.is_one_input


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(
    ("dimension", "shape", "expected"),
    [
        (0, (2, 8, 6, 6), []),
        (1, (2, 16, 6, 6), [["a", "b"]]),
        (2, (2, 8, 12, 6), []),
        (3, (2, 8, 6, 12), []),
    ],
)
@pytest.mark.parametrize("before", [lambda x: x, torch.relu])
def test_parts_of_an_image_are_fragments_along_its_channels_alone(
    program, dimension, shape, expected, layout, before
):
    def forward(net, x):
        first, second = x.chunk(2, dimension)
        return torch.cat([net.a(before(first)), net.b(before(second))], dimension)

    known = program(forward, shape, layout=layout, a=conv(), b=conv())
    assert groups(known) == expected


@pytest.mark.parametrize(
    ("dimension", "shape", "expected"),
    [
        (0, (6, 8), []),
        (1, (6, 16), [["a", "b"]]),
        (0, (2, 4, 8), []),
        (1, (2, 4, 8), []),
        (2, (2, 4, 16), [["a", "b"]]),
    ],
)
def test_parts_of_rows_are_fragments_along_the_last_dimension_alone(program, dimension, shape, expected):
    layers = {name: nn.Linear(8, 8) for name in "ab"}
    assert groups(program(chunked(dimension), shape, **layers)) == expected


def test_steps_of_a_sequence_are_no_fragments_but_layers_of_one_step_are(program):
    layers = {name: nn.Linear(8, 8) for name in "abc"}
    known = program(lambda net, x: net.a(x[:, 0]) + net.b(x[:, 1]) + net.c(x[:, 0]), (2, 5, 8), **layers)
    assert groups(known) == [["a", "c"]]
    assert fragments(known)[0].is_one_input


def test_a_recurrent_cell_has_no_fragments(program):
    def forward(net, x):
        h = x.new_zeros(2, 8)
        for step in range(4):
            h = torch.tanh(net.of_input(x[:, step]) + net.of_state(h))
        return h

    layers = {"of_input": nn.Linear(8, 8), "of_state": nn.Linear(8, 8)}
    assert groups(program(forward, (2, 4, 8), **layers)) == []


def test_tokens_mixed_by_halves_of_a_transposed_sequence_are_no_fragments(program):
    def forward(net, x):
        first, second = x.chunk(2, -1)
        return net.a(first.transpose(1, 2).contiguous()) + net.b(second.transpose(1, 2).contiguous())

    layers = {name: nn.Linear(4, 4) for name in "ab"}
    assert groups(program(forward, (2, 4, 16), **layers)) == []


@pytest.mark.parametrize("changed", [lambda x: x, lambda x: x * 2, lambda x: x.view(1, 8, 4, 9)])
@pytest.mark.parametrize("layer", [conv(), conv(groups=8)])
def test_one_layer_called_twice_is_one_part_of_two_calls(program, layer, changed):
    known = program(lambda net, x: net.a(x).sum() + net.a(changed(x)).sum(), a=layer)
    assert groups(known) == []
    assert sum(len(part.layers) for part in parts(known) if part.operator.startswith("conv")) == 2


def test_a_layer_called_twice_counts_once_beside_another_one(program):
    known = program(lambda net, x: net.a(x) + net.a(x.exp()) + net.b(x), a=conv(), b=conv())
    assert groups(known) == [["a", "b"]]
    assert [part.layers for part in parts(known) if part.guideline != "G4"] == [("a + b",), ("a",)]


def test_slices_of_one_weight_are_layers_of_their_own(program):
    def forward(net, x):
        first, second = net.weights.chunk(2)
        return nn.functional.linear(x, first) + nn.functional.linear(x, second)

    known = program(forward, (3, 8), weights=nn.Parameter(torch.rand(12, 8)))
    assert [len(group.products) for group in fragments(known)] == [2]
