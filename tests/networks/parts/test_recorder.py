import weakref

import pytest
import torch
from torch import nn
from torch.profiler import ProfilerActivity
from torch.profiler import profile as profiled

from guidelines.networks.cost.count import traced
from guidelines.networks.cost.trace import LayerError
from guidelines.networks.parts.recorder import recorded


def test_calls_are_in_their_order_with_their_layers(program):
    recorded = program(lambda net, x: net.b(torch.relu(net.a(x))), a=nn.Conv2d(8, 4, 1), b=nn.Conv2d(4, 4, 3))
    assert [(call.name, call.layer) for call in recorded.calls] == [
        ("convolution", "a"),
        ("relu", ""),
        ("convolution", "b"),
    ]
    assert [slot.index for slot in recorded.outputs] == [recorded.calls[-1].written[0].index]


def test_weights_and_inputs_are_given_from_outside(program):
    recorded = program(lambda net, x: net.a(x), a=nn.Conv2d(8, 4, 3))
    assert [recorded.tensors[index].shape for index in recorded.given] == [(1, 8, 6, 6), (4, 8, 3, 3), (4,)]


@pytest.mark.parametrize(
    ("layout", "stride"),
    [(torch.contiguous_format, (288, 36, 6, 1)), (torch.channels_last, (288, 1, 48, 8))],
)
def test_strides_are_those_of_the_tensors(program, layout, stride):
    recorded = program(lambda net, x: net.a(x), layout=layout, a=nn.Conv2d(8, 8, 1))
    x, out = recorded.calls[0].args[0], recorded.outputs[0]
    assert recorded.tensors[x.index].stride == stride
    assert recorded.tensors[out.index].stride == stride
    assert recorded.tensors[x.index].is_channels_last == (layout is torch.channels_last)


def test_allocations_that_nobody_reads_are_left_out(program, names):
    def forward(net, x):
        torch.empty(3)
        x.view(-1)
        return torch.relu(x)

    assert names(program(forward)) == ["relu"]


def test_work_whose_result_nobody_reads_is_kept(program, names):
    def forward(net, x):
        torch.exp(x)
        return torch.relu(x)

    assert names(program(forward)) == ["exp", "relu"]


def test_a_view_that_is_read_is_kept_and_costs_nothing(program, names):
    recorded = program(lambda net, x: torch.relu(x[:, :4]))
    assert names(recorded) == ["slice", "relu"]
    assert [call.cost is None for call in recorded.calls] == [True, False]


def test_a_tensor_changed_in_place_keeps_its_slot(program):
    recorded = program(lambda net, x: torch.exp(x).add_(1))
    exp, add = recorded.calls
    assert add.read == add.written == exp.written


def test_the_outputs_are_those_of_the_last_call_that_gives_a_tensor(program, names):
    def forward(net, x):
        y = torch.relu(x)
        assert y.sum().item() >= 0
        return y

    recorded = program(forward)
    assert names(recorded)[-1] == "_local_scalar_dense"
    assert recorded.outputs == recorded.calls[1].written


def test_a_device_among_the_arguments_is_kept_as_one_that_a_replay_replaces(program):
    recorded = program(lambda net, x: x + torch.ones(6, device=x.device))
    assert str(recorded.calls[0].kwargs["device"]) == "cpu"
    assert not isinstance(recorded.calls[0].kwargs["device"], torch.device)


@pytest.mark.parametrize("change", [lambda x: x.mul_(2), lambda x: x[:, 0].zero_()])
def test_a_network_that_changes_its_input_is_named(program, change):
    with pytest.raises(ValueError, match=r"^it changes its input 2 of 2: let it work on a copy$"):
        program(lambda net, x, y: x + change(y).sum(), (1, 8, 6, 6), (1, 8, 6, 6))


def test_the_layer_that_fails_is_named():
    with pytest.raises(LayerError, match=r"layer 1 \(Conv2d\): got \(1, 4, 6, 6\), it takes \(n, 5, ...\)"):
        recorded(nn.Sequential(nn.Conv2d(8, 4, 1), nn.Conv2d(5, 4, 1)), [torch.randn(1, 8, 6, 6)])


@pytest.mark.filterwarnings("ignore:Sparse CSR")
@pytest.mark.parametrize("form", [torch.Tensor.to_sparse, torch.Tensor.to_sparse_csr, torch.Tensor.to_mkldnn])
def test_a_layer_with_a_tensor_that_is_not_strided_is_named(program, form):
    def forward(net, x):
        return net.a(x) + net.b(x)

    class Graph(nn.Module):
        def forward(self, x):
            edges = self.edges
            return edges.to_dense() @ x if edges.is_mkldnn else torch.sparse.mm(edges, x)

    graph = Graph()
    graph.edges = form(torch.eye(20))
    with pytest.raises(LayerError) as refused:
        program(forward, (20, 8), a=nn.Linear(8, 8), b=graph)
    assert str(refused.value) == (
        "layer b (Graph): got (20, 8): ValueError: sparse, nested and packed tensors cannot be recorded"
    )


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_a_nested_tensor_is_refused(program):
    def forward(net, x):
        return torch.nested.nested_tensor([x[0], x[0, :4]]).sum()

    with pytest.raises(LayerError, match=r"sparse, nested and packed tensors cannot be recorded$"):
        program(forward)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(2, 6, 5), (2, 3, 6, 5)])
def test_a_linear_layer_of_transposed_rows_is_one_product_as_without_the_recorder(program, bias, shape):
    layer = nn.Linear(6, 4, bias=bias)
    recorded = program(lambda net, x: net.a(x.transpose(-1, -2)), shape, a=layer)
    expected = ["clone", "mm", "add_"] if bias else ["clone", "mm"]
    assert [call.name for call in recorded.calls if call.cost] == expected
    with torch.inference_mode(), profiled(activities=[ProfilerActivity.CPU]) as profile:
        layer(torch.randn(shape).transpose(-1, -2))
    run = [event.name.removeprefix("aten::") for event in profile.events()]
    assert [name for name in run if name in ("clone", "mm", "bmm", "addmm", "add", "add_")] == expected


def test_a_linear_layer_of_transposed_rows_gives_the_same_result_if_it_is_recorded():
    layer, x = nn.Linear(6, 4), torch.randn(2, 6, 5)
    seen = []
    with torch.inference_mode():
        traced(layer, (x.transpose(1, 2),), see=lambda *call: seen.append(call[4]))
        torch.testing.assert_close(seen[-1], layer(x.transpose(1, 2)))


@pytest.mark.parametrize("of_heads", [lambda x: x, lambda x: x.transpose(1, 2).contiguous().transpose(1, 2)])
def test_the_result_of_attention_has_the_strides_that_the_device_gives_it(program, of_heads):
    def attended(net, x):
        return nn.functional.scaled_dot_product_attention(*[of_heads(x)] * 3)

    recorded = program(attended, (2, 3, 5, 4))
    with torch.inference_mode():
        expected = attended(None, torch.randn(2, 3, 5, 4)).stride()
    assert recorded.calls[-1].name == "scaled_dot_product_attention"
    assert recorded.tensors[recorded.outputs[0].index].stride == expected


def test_attention_and_recurrent_layers_are_one_operator(program, names):
    attention = nn.functional.scaled_dot_product_attention
    recorded = program(lambda net, x: attention(x, x, x))
    assert [call.name for call in recorded.calls if call.cost] == ["scaled_dot_product_attention"]
    lstm = program(lambda net, x: net.a(x)[0], (2, 5, 8), a=nn.LSTM(8, 4))
    assert "lstm" in names(lstm)


def test_tensors_are_not_kept_so_that_a_network_takes_the_memory_that_it_takes(program):
    living = []

    def forward(net, x):
        first = x.exp()
        living.append(weakref.ref(first))
        second = first.sin()
        first = None
        assert living[0]() is None
        return second.cos()

    known = program(forward)
    assert [each.index for each in known.calls[2].freed] == [known.calls[0].written[0].index]


def test_a_tensor_at_the_place_of_a_freed_one_is_another_one(program):
    def forward(net, x):
        for _ in range(20):
            x = x.exp().sin()
        return x

    known = program(forward)
    written = [call.written[0].index for call in known.calls]
    assert len(set(written)) == 40
