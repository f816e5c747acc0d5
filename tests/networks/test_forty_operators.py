import torch
from functional_module import Functional
from torch import nn
from torch.nn import functional

from guidelines.networks.cost.count import count
from guidelines.report.formats.text import render
from guidelines.report.subjects import cost as report
from guidelines.spec.inputs import Input

# What each is called in torch, and what it does to x (n, c, h, w), w: (c, c), and to whole numbers i.
WITHOUT_PRODUCTS = {
    "abs": lambda x, w, i: x.abs(),
    "relu": lambda x, w, i: x.relu(),
    "gelu": lambda x, w, i: functional.gelu(x),
    "silu": lambda x, w, i: functional.silu(x),
    "hardswish": lambda x, w, i: functional.hardswish(x),
    "sigmoid": lambda x, w, i: x.sigmoid(),
    "tanh": lambda x, w, i: x.tanh(),
    "exp": lambda x, w, i: x.exp(),
    "rsqrt": lambda x, w, i: x.abs().rsqrt(),
    "pow": lambda x, w, i: x.pow(2),
    "add": lambda x, w, i: x + x,
    "mul": lambda x, w, i: x * x[0],
    "div": lambda x, w, i: x / 2,
    "where": lambda x, w, i: torch.where(x > 0, x, 0 * x),
    "gt": lambda x, w, i: x > 0,
    "clamp": lambda x, w, i: x.clamp(0, 6),
    "lerp": lambda x, w, i: torch.lerp(x, x, 0.5),
    "addcmul": lambda x, w, i: torch.addcmul(x, x, x),
    "mean": lambda x, w, i: x.mean((2, 3)),
    "sum": lambda x, w, i: x.sum(1),
    "amax": lambda x, w, i: x.amax(1),
    "var": lambda x, w, i: x.var(1),
    "linalg_vector_norm": lambda x, w, i: x.norm(dim=1),
    "cumsum": lambda x, w, i: x.cumsum(1),
    "argmax": lambda x, w, i: x.argmax(1),
    "topk": lambda x, w, i: x.topk(2)[0],
    "sort": lambda x, w, i: x.sort()[0],
    "_softmax": lambda x, w, i: x.softmax(1),
    "cat": lambda x, w, i: torch.cat((x, x), 1),
    "stack": lambda x, w, i: torch.stack((x, x)),
    "clone": lambda x, w, i: x.clone(),
    "_to_copy": lambda x, w, i: x.double(),
    "roll": lambda x, w, i: x.roll(1, 2),
    "flip": lambda x, w, i: x.flip(2),
    "constant_pad_nd": lambda x, w, i: functional.pad(x, (1, 1)),
    "index_select": lambda x, w, i: x.index_select(1, i),
    "embedding": lambda x, w, i: functional.embedding(i, w),
    "avg_pool2d": lambda x, w, i: functional.avg_pool2d(x, 2),
    "max_pool2d_with_indices": lambda x, w, i: functional.max_pool2d(x, 2),
    "native_group_norm": lambda x, w, i: functional.group_norm(x, 2),
    "native_layer_norm": lambda x, w, i: functional.layer_norm(x, (8,)),
    "upsample_nearest2d": lambda x, w, i: functional.interpolate(x, scale_factor=2),
    "pixel_shuffle": lambda x, w, i: functional.pixel_shuffle(x, 2),
    "arange": lambda x, w, i: torch.arange(5, device=x.device),
    "tril": lambda x, w, i: x.tril(),
    "masked_fill": lambda x, w, i: x.masked_fill(x > 0, 0.0),
    "mse_loss": lambda x, w, i: functional.mse_loss(x, 2 * x),
}
WITH_PRODUCTS = {
    "mm": lambda x, w, i: w @ w,
    "bmm": lambda x, w, i: x[0] @ x[0],
    "convolution": lambda x, w, i: functional.conv2d(x, w[:, :, None, None]),
    "scaled_dot_product_attention": lambda x, w, i: functional.scaled_dot_product_attention(x, x, x),
}
OF_UNKNOWN_NUMBER = {
    "upsample_bilinear2d": lambda x, w, i: functional.interpolate(x, scale_factor=2, mode="bilinear"),
    "_fft_r2c": lambda x, w, i: torch.fft.rfft(x),
    "mean of a product": lambda x, w, i: (x * (x + 1)).mean(),
}
VIEWS = {
    "permute": lambda x, w, i: x.permute(0, 2, 3, 1),
    "view": lambda x, w, i: x.view(-1),
    "split": lambda x, w, i: x.chunk(2),
    "expand": lambda x, w, i: x[:1].expand(3, -1, -1, -1),
}


class Every(nn.Module):
    """Calls every sort of operator once or more."""

    def forward(self, x, w, i):
        for group in (WITHOUT_PRODUCTS, WITH_PRODUCTS, OF_UNKNOWN_NUMBER, VIEWS):
            for call in group.values():
                call(x, w, i)
        return x


def counted(module):
    return count(module, Input((2, 4, 8, 8)), Input((4, 4)), Input((3,), "int64"))


def test_every_sort_of_operator_is_listed_or_named():
    cost = counted(Every())
    by_name = {each.name.removeprefix("aten.").removesuffix("_"): each for each in cost.operators}
    assert len(WITHOUT_PRODUCTS) > 40
    for name in WITHOUT_PRODUCTS:
        assert (name, by_name[name].work.multiply_adds, by_name[name].uncounted) == (name, 0, 0)
        assert by_name[name].work.memory_access > 0, name
    assert all(by_name[name].work.multiply_adds > 0 for name in WITH_PRODUCTS)
    assert {name for name, each in by_name.items() if each.uncounted} == set(OF_UNKNOWN_NUMBER)
    shown = " ".join(render(report.document("every", (), cost, ()), 200).split())
    for name in (*WITHOUT_PRODUCTS, *WITH_PRODUCTS, *OF_UNKNOWN_NUMBER, *VIEWS):
        assert f"aten.{name}" in shown


def test_the_table_of_operators_and_that_of_layers_hold_the_same_work():
    cost = counted(Every())
    total = cost.total
    assert sum(each.calls for each in cost.operators) == total.operators
    assert sum(each.work.memory_access for each in cost.operators) == total.work.memory_access
    assert sum(each.work.multiply_adds for each in cost.operators) == total.work.multiply_adds
    facts = report.operator_facts(cost)
    assert facts["operators"][0]["memory_access"] == max(each.work.memory_access for each in cost.operators)
    assert "aten.view" in facts["views"]


def test_a_module_that_calls_nothing_has_no_table_of_operators():
    document = report.document("nothing", (), count(Functional(lambda x: x), (2, 2)), ())
    assert len(document.sections) == 1
