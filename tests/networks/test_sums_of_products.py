from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from functional_module import Functional
from torch import nn
from torch.nn import functional

from guidelines.networks.cost.count import count
from guidelines.spec.inputs import Input


def counted(call, *shapes):
    """The multiply-adds of a call, and the names of what is of unknown work."""
    cost = count(Functional(call), *shapes)
    return cost.total.work.multiply_adds, [name for name, _ in cost.uncountable]


def quantized(x):
    weight, scales = torch.zeros(8, 16, dtype=torch.int8), torch.ones(8, dtype=torch.bfloat16)
    return torch._weight_int8pack_mm(x.bfloat16(), weight, scales)


def bag(x, **options):
    return functional.embedding_bag(torch.zeros(2, 10, dtype=torch.long), x, mode="sum", **options)


@pytest.mark.parametrize(
    ("call", "shape", "expected"),
    [
        (lambda x: torch.cdist(x, x), (30, 7), 30 * 30 * 9),
        (lambda x: torch.cdist(x, x), (20, 7), 20 * 20 * 7),
        (functional.pdist, (20, 7), 190 * 7),
        (lambda x: torch.addr(x.new_zeros(7, 7), x, x), (7,), 49),
        (lambda x: bag(x, per_sample_weights=x.new_ones(2, 10)), (10, 16), 20 * 16),
        (bag, (10, 16), 0),
        (quantized, (4, 16), 4 * 16 * 8),
        (lambda x: torch.linalg.vecdot(x, x[0]), (5, 7), 35),
        (lambda x: torch.linalg.cross(x, x), (5, 3), 0),
        (lambda x: torch.conv_tbc(x, x.new_zeros(3, 4, 6), x.new_zeros(6)), (9, 2, 4), 7 * 2 * 6 * 3 * 4),
        (lambda x: functional.scaled_dot_product_attention(x, x, x[..., :4]), (2, 3, 5, 8), 6 * 25 * 12),
        (lambda x: (x * 2).sum() + (x + x).sum() + (x * x).mean(), (5, 7), 0),
    ],
)
def test_an_operator_that_sums_products_is_counted(call, shape, expected):
    assert counted(call, shape) == (expected, [])


@pytest.mark.parametrize(
    ("call", "shape", "name"),
    [
        (lambda x: functional.interpolate(x, scale_factor=2, mode="bilinear"), (1, 3, 4, 4), "upsample_bil"),
        (
            lambda x: functional.grid_sample(x, x.new_zeros(1, 8, 8, 2), align_corners=False),
            (1, 3, 4, 4),
            "grid",
        ),
        (lambda x: torch.cdist(x, x, p=1.5), (30, 7), "_cdist_forward"),
        (torch.linalg.pinv, (5, 5), "linalg_pinv"),
        (lambda x: torch.linalg.matrix_norm(x, "nuc"), (5, 7), "_linalg_svd"),
        (lambda x: nn.functional.bilinear(x, x, x.new_zeros(2, 7, 7)), (5, 7), "_trilinear"),
        (lambda x: (x * x).sum(-1), (5, 7), "sum of a product"),
        (lambda x: (x.mul_(x[0])).flatten(1).unsqueeze(0).sum(), (5, 7, 2), "sum of a product"),
        (lambda x: functional.cosine_similarity(x, x), (5, 7), "sum of a product"),
        (lambda x: (x * x[0]).mean(-1), (5, 7), "mean of a product"),
        (lambda x: (x * x[:, :1]).mean((2, 3)), (1, 3, 4, 4), "mean of a product"),
        (lambda x: (x * x[:, :1]).nansum(), (1, 3, 4, 4), "nansum of a product"),
        (lambda x: (x * x[0] / 2).double().clone().sum(), (5, 7), "sum of a product"),
        (lambda x: -(0.5 * (x.mul(x[0]))).div_(3).sum(), (5, 7), "sum of a product"),
        (lambda x: (x * x[:1]).cumsum(0), (5, 7), "cumsum of a product"),
        (lambda x: functional.avg_pool2d(x * x[:, :1], 2), (1, 3, 4, 4), "avg_pool2d of a product"),
        (
            lambda x: functional.adaptive_avg_pool2d(x * x[:, :1], 2),
            (1, 3, 4, 4),
            "_adaptive_avg_pool2d of a product",
        ),
        (lambda x: functional.adaptive_avg_pool2d(x * x[:, :1], 1), (1, 3, 4, 4), "mean of a product"),
        (
            lambda x: x.index_add(0, torch.zeros(5, dtype=torch.long, device=x.device), x * x[0]),
            (5, 7),
            "index_add of a product",
        ),
    ],
)
def test_an_operator_that_sums_products_and_is_not_counted_is_listed(call, shape, name):
    multiply_adds, unknown = counted(call, shape)
    assert multiply_adds == 0
    assert [each.startswith(f"aten.{name}") for each in unknown] == [True]


def test_a_product_that_is_changed_before_it_is_summed_is_no_sum_of_products():
    assert counted(lambda x: (x * x).relu_().sum(), (5, 7)) == (0, [])
    assert counted(lambda x: (x * x).relu().sum(), (5, 7)) == (0, [])


@pytest.mark.parametrize(
    "call",
    [
        lambda x: torch.cond(x.sum() > 0, lambda y: y @ y, lambda y: y, (x,)),
        lambda x: torch._higher_order_ops.map(lambda y: y @ y, x[None]),
    ],
)
def test_operators_of_functions_are_listed(call):
    assert len(counted(call, (5, 5))[1]) == 1


def test_a_function_in_another_thread_is_listed():
    def beside(x):
        with ThreadPoolExecutor() as pool:
            return pool.submit(lambda: x @ x).result() + x

    assert counted(beside, (5, 5)) == (0, ["work in another thread"])


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
def test_a_recurrent_layer_multiplies_all_its_weights_at_each_step(kind):
    layer = kind(8, 5, num_layers=2, bidirectional=True)
    matrices = sum(p.numel() for p in layer.parameters() if p.dim() == 2)
    assert count(layer, (7, 3, 8)).total.work.multiply_adds == 7 * 3 * matrices
    assert count(layer, (7, 3, 8)).total.operators <= 3


def test_integers_are_looked_up():
    cost = count(nn.Embedding(10, 4), Input((2, 5), "int64"))
    assert (cost.device, cost.total.work.memory_access) == ("meta", 10 + 2 * 40)
