import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

from guidelines.networks.cost.operator import operator_cost
from guidelines.spec import formulas

C = 2 * 6 * 5 * 5
SIZES = st.integers(1, 6)


class Operators(TorchDispatchMode):
    """Collects what operators cost."""

    supports_higher_order_operators = True

    def __init__(self):
        super().__init__()
        self.costs = []

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        self.costs.append(operator_cost(func, args, kwargs or {}, out))
        return out


def costs(call, *shapes, device="meta"):
    """Of every operator that is not free in a call on tensors of the shapes."""
    tensors = [torch.empty(shape, device=device) for shape in shapes]
    with Operators() as operators, torch.no_grad():
        call(*tensors)
    return [cost for cost in operators.costs if cost]


def accesses(call, *shapes, device="meta"):
    return [cost.work.memory_access for cost in costs(call, *shapes, device=device)]


def rows(x):
    """Where to look up three rows of a table."""
    return torch.zeros(3, dtype=torch.long, device=x.device)


@given(SIZES, SIZES, SIZES, SIZES, st.integers(1, 4), st.sampled_from([1, 3, 5]), st.integers(1, 3))
def test_a_convolution_costs_what_the_closed_form_says(h, w, m, n, groups, kernel_size, batch_size):
    c1, c2 = m * groups, n * groups
    conv = nn.Conv2d(c1, c2, kernel_size, padding="same", groups=groups, bias=False, device="meta")
    (found,) = costs(conv, (batch_size, c1, h, w))
    kind = {"kernel_size": kernel_size, "groups": groups}
    assert found.work.multiply_adds == batch_size * formulas.multiply_adds(h, w, c1, c2, **kind)
    assert found.work.conv_memory_access == formulas.memory_access(
        h, w, c1, c2, **kind, batch_size=batch_size
    )
    assert found.work.memory_access == found.work.conv_memory_access


@given(
    st.integers(1, 3),
    st.lists(st.integers(3, 6), min_size=1, max_size=3),
    *(st.integers(1, 3) for _ in range(4)),
    st.booleans(),
    st.booleans(),
)
def test_any_convolution_multiplies_as_often_as_one_by_one_sums_would(
    batch_size, sizes, m, n, groups, stride, is_transposed, bias
):
    kind = getattr(nn, f"Conv{'Transpose' * is_transposed}{len(sizes)}d")
    conv = kind(m * groups, n * groups, 3, stride, groups=groups, bias=bias, device="meta")
    x = torch.empty(batch_size, m * groups, *sizes, device="meta")
    (found,) = costs(conv, x.shape)
    y = conv(x)
    # Every output of a convolution, every input of a transposed one, meets (c / g) k^d weights.
    filters = (n if is_transposed else m) * 3 ** len(sizes)
    assert found.work.multiply_adds == (x if is_transposed else y).numel() * filters
    assert found.work.conv_memory_access == x.numel() + conv.weight.numel() + y.numel()
    assert found.work.memory_access == found.work.conv_memory_access + bias * n * groups


@given(SIZES, SIZES, SIZES, SIZES)
def test_matrix_products_multiply_rows_by_columns(b, n, m, p):
    for call, shapes in (
        (torch.mm, [(n, m), (m, p)]),
        (torch.bmm, [(b, n, m), (b, m, p)]),
        (torch.addmm, [(p,), (n, m), (m, p)]),
        (torch.baddbmm, [(b, n, p), (b, n, m), (b, m, p)]),
    ):
        batches = b if len(shapes[-1]) == 3 else 1
        (found,) = costs(call, *shapes)
        assert found.work.multiply_adds == batches * n * m * p
    assert [cost.work.multiply_adds for cost in costs(torch.mv, (n, m), (m,))] == [n * m]
    assert [cost.work.multiply_adds for cost in costs(torch.dot, (m,), (m,))] == [m]


def test_an_einsum_counts_as_the_product_it_becomes():
    found = costs(lambda a, b: torch.einsum("bnm,bpm->bpn", a, b), (2, 3, 4), (2, 5, 4))
    assert [cost.work.multiply_adds for cost in found] == [2 * 3 * 4 * 5]


def test_a_linear_layer_is_a_pointwise_convolution_of_its_rows():
    linear = nn.Linear(8, 4, device="meta")
    (found,) = costs(linear, (2, 5, 8))
    assert (found.work.multiply_adds, found.work.conv_memory_access) == (10 * 8 * 4, 10 * 8 + 8 * 4 + 10 * 4)
    assert found.work.memory_access == found.work.conv_memory_access + 4


def test_linear_layers_of_any_input_are_in_the_memory_access_of_convolutions_and_batches_of_products_not():
    linear = nn.Linear(6, 4, bias=False, device="meta")
    for call in (linear, lambda x: linear(x.mT.contiguous().mT)):
        found = costs(call, (2, 5, 6))
        assert sum(cost.work.conv_memory_access for cost in found) == 10 * 6 + 6 * 4 + 10 * 4
    assert [cost.work.conv_memory_access for cost in costs(torch.bmm, (2, 5, 6), (2, 6, 4))] == [0]


@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_attention_counts_alike_as_one_operator_and_as_many(device):
    q, kv = (2, 3, 5, 8), (2, 3, 7, 8)
    found = costs(functional.scaled_dot_product_attention, q, kv, kv, device=device)
    assert sum(cost.work.multiply_adds for cost in found) == 2 * (2 * 3 * 5 * 7 * 8)
    assert all(cost.is_known for cost in found)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (torch.relu, [2 * C]),
        (torch.relu_, [2 * C]),
        (lambda x: x * 0.5, [2 * C]),
        (lambda x: x + x, [3 * C]),
        (lambda x: x.add_(x), [3 * C]),
        (lambda x: torch.add(x, x, out=torch.empty_like(x)), [3 * C]),
        (lambda x: x * x[:, :, :1, :1], [2 * C + 12]),
        (lambda x: x * x[:, :, :1, :1].expand_as(x), [2 * C + 12]),
        (lambda x: torch.cat([x, x, x[:, :2]], dim=1), [2 * (2 * C + C // 3)]),
        (lambda x: x.clone(), [2 * C]),
        (lambda x: torch.empty_like(x).copy_(x), [2 * C]),
        (lambda x: x.zero_(), [C]),
        (lambda x: x.transpose(1, 2).contiguous(), [2 * C]),
        (lambda x: x.view(2, 2, 3, 25).transpose(1, 2).reshape(2, 6, 25), [2 * C]),
        (lambda x: functional.channel_shuffle(x, 2), [2 * C]),
        (lambda x: x[:, ::2].copy_(x[:, 1::2]), [C]),
        (lambda x: functional.max_pool2d(x, 5), [C + 2 * 12]),
        (lambda x: functional.adaptive_avg_pool2d(x, 1), [C + 12]),
        (lambda x: functional.batch_norm(x, *[x.new_empty(6)] * 4), [2 * C + 4 * 6]),
        (lambda x: functional.embedding(rows(x), x.view(60, 5)), [3, 2 * 3 * 5 + 3]),
        (lambda x: x.view(60, 5)[rows(x)], [3, 2 * 3 * 5 + 3]),
        (lambda x: x.view(60, 5).gather(0, rows(x).view(3, 1)), [3, 2 * 3 + 3]),
    ],
)
@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_operators_read_every_input_and_write_every_output(call, expected, device):
    assert accesses(call, (2, 6, 5, 5), device=device) == expected


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.view(-1).detach().unsqueeze(0).squeeze(0)[3:].expand(2, -1),
        lambda x: [x.chunk(2, 1), x.split(3, 1), x.unbind(1), torch.unsafe_chunk(x, 2, 1)],
        lambda x: x.permute(3, 1, 2, 0).unflatten(1, (3, 2)).movedim(0, 1).mT,
        lambda x: x.t_() if x.dim() == 2 else x.squeeze_().unsqueeze_(0).transpose_(1, 2),
        lambda x: (x.contiguous(), x.to(x.dtype), x.reshape(2, -1), nn.Identity()(x)),
        lambda x: (torch.empty_like(x), x.new_empty(3), functional.dropout(x, training=False)),
    ],
)
def test_views_and_unwritten_memory_cost_nothing(call):
    assert costs(call, (2, 6, 5, 5)) == []


@torch.library.custom_op("tests::tripled", mutates_args=())
def tripled(x: torch.Tensor) -> torch.Tensor:
    return 3 * x


@pytest.mark.parametrize(
    ("call", "name", "accesses"),
    [
        (torch.ops.tests.tripled, "tests.tripled", 2 * C),
        (torch.fft.fft, "aten._fft_r2c", 2 * C),
        (lambda x: torch.linalg.inv(x + torch.eye(5)), "aten.linalg_inv_ex", 2 * C + 12),
        (lambda x: x.nonzero(), "aten.nonzero", 5 * C),
        (lambda x: x[x > 0], "aten.index", 3 * C),
        (lambda x: torch.cond(x.sum() > 0, torch.sin, torch.cos, (x,)), "cond", 0),
        (lambda x: nn.LSTM(5, 3)(x[0]), "aten.mkldnn_rnn_layer", None),
        (lambda x: functional.interpolate(x, size=(1, 1), mode="bilinear"), "aten.upsample_bilinear2d", 312),
        (
            lambda x: functional.grid_sample(x, x[:, :2].movedim(1, 3), align_corners=True),
            "aten.grid_sampler_2d",
            3 * C - 200,
        ),
        (lambda x: torch.cdist(x[0, 0], x[0, 0], p=3.0), "aten._cdist_forward", 75),
    ],
)
def test_work_that_is_not_known_is_said_to_be(call, name, accesses):
    with torch.device("cpu"):
        found = {cost.name: cost for cost in costs(lambda x: call(x.fill_(1.0)), (2, 6, 5, 5), device="cpu")}
    assert not found[name].is_known
    assert accesses in (None, found[name].work.memory_access)
    others = set(found) - {name}
    assert all(found[other].is_known for other in others)


def test_operators_on_tensors_without_strides_are_of_unknown_work():
    found = costs(lambda x: x.to_sparse() * 2, (3, 3), device="cpu")
    assert found
    assert not any(cost.is_known or cost.work.memory_access for cost in found)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: functional.interpolate(x, scale_factor=2),
        lambda x: functional.normalize(x),
        lambda x: functional.leaky_relu(functional.gelu(x)).softmax(1).clamp(0, 1),
        lambda x: functional.group_norm(functional.layer_norm(x, (5, 5)), 2),
        lambda x: x.half().float().lgamma().norm(),
        lambda x: x[:, torch.tensor([0, 2])],
    ],
)
def test_operators_without_products_have_no_multiply_adds_and_are_known(call):
    found = costs(call, (2, 6, 5, 5))
    assert found
    assert all(cost.is_known and cost.work.multiply_adds == 0 for cost in found)


@pytest.mark.parametrize(
    ("act", "in_place"),
    [
        (lambda x: x.relu_(), [C]),
        (lambda x: x.add_(x), [C]),
        (lambda x: x.fill_(1.0), [0]),
        (lambda x: x.relu(), [0]),
        (lambda x: torch.add(x, x, out=torch.empty_like(x)), [0]),
    ],
    ids=["relu_", "add_", "fill_", "relu", "out"],
)
def test_elements_that_are_read_and_then_written_to_are_in_place(act, in_place):
    assert [cost.in_place for cost in costs(act, (2, 6, 5, 5))] == in_place


@pytest.mark.parametrize(
    ("act", "written"),
    [
        (lambda x: x.relu_(), [C]),
        (lambda x: x.fill_(1.0), [C]),
        (lambda x: x + x, [C]),
        (lambda x: x.mean((2, 3)), [2 * 6]),
        (lambda x: torch.add(x, x, out=torch.empty_like(x)), [C]),
        (lambda x: torch.zeros(2, 6, device=x.device), [2 * 6]),
        (lambda x: functional.max_pool2d(x, 5), [2 * 2 * 6]),
        (lambda x: x[:, rows(x)], [3, 2 * 3 * 5 * 5]),
        (lambda x: x.expand(2, 6, 5, 5).view(-1), []),
    ],
    ids=["relu_", "fill_", "add", "mean", "out", "zeros", "pool and indices", "look-up", "view"],
)
def test_elements_that_are_written_are_those_of_results_and_what_is_changed(act, written):
    found = costs(act, (2, 6, 5, 5))
    assert [cost.written for cost in found] == written
    assert all(cost.in_place <= cost.written <= cost.work.memory_access for cost in found)


def test_an_operator_knows_the_class_of_its_run_time():
    module = nn.Sequential(nn.Conv2d(6, 6, 1, bias=False), nn.ReLU()).to("meta")
    assert [cost.kind for cost in costs(module, (2, 6, 5, 5))] == ["convolution", "element-wise"]
