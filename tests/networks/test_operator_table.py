from collections import Counter

import pytest
import torch
import torch._dynamo.tensor_version_op  # registers operators of prims, as the next ones
import torch._functorch.aot_autograd
import torch._inductor.inductor_prims
import torch._prims
from torch.torch_version import TorchVersion

from guidelines.networks.cost.classes import CLASSES, DEPTHWISE, GROUPED, MOVEMENT, UNCLASSIFIED
from guidelines.networks.cost.operator import OPAQUE
from guidelines.networks.cost.operator_table import (
    COUNTED,
    NAMESPACES,
    NONE,
    OPERATORS,
    TABLE,
    UNKNOWN,
    entries,
    entry_of,
    plain,
)
from guidelines.networks.cost.products import FORMULAS

MADE_FOR = TorchVersion("2.13")
is_older = TorchVersion(torch.__version__) < MADE_FOR
COMPOSITE = torch._C.DispatchKey.CompositeImplicitAutograd


def registered():
    """The qualified names of the operators in torch's own registry, with their overloads."""
    return [name for name in torch._C._dispatch_get_all_op_names() if name.partition("::")[0] in NAMESPACES]


@pytest.mark.skipif(is_older, reason="an older torch has operators that are gone")
def test_every_operator_of_torch_is_in_the_table():
    names = {name.partition(".")[0] for name in registered()}
    assert len(names) > 1000
    assert sorted(name for name in names if entry_of(name) is None) == []


def test_no_operator_is_in_the_table_twice():
    names = Counter(name for name, _ in entries(TABLE.read_text(encoding="utf-8")))
    assert [name for name, times in names.items() if times > 1] == []
    assert [name for name in names if plain(name) != name or "::" in name] == []


def test_the_table_has_every_class_but_those_that_it_cannot_tell():
    assert {entry.kind for entry in OPERATORS.values()} == {*CLASSES} - {DEPTHWISE, GROUPED, UNCLASSIFIED}
    assert {entry.products for entry in OPERATORS.values()} == {COUNTED, NONE, UNKNOWN}
    assert OPERATORS["cat"] == (MOVEMENT, NONE)


def test_what_is_counted_has_a_formula_or_is_composed_of_others():
    composed = set()
    for name in registered():
        if torch._C._dispatch_has_kernel_for_dispatch_key(name, COMPOSITE):
            composed.add(plain(name.partition("::")[2].partition(".")[0]))
    counted = {name for name, entry in OPERATORS.items() if entry.products == COUNTED}
    assert counted - composed - set(FORMULAS) == set()
    assert set(FORMULAS) <= counted
    assert all(OPERATORS[name].products == UNKNOWN for name in OPAQUE)


@pytest.mark.parametrize(
    ("name", "products"),
    [
        *((f"aten::{name}", COUNTED) for name in ("_euclidean_dist", "addr", "_embedding_bag", "linear")),
        *((f"aten::{name}", UNKNOWN) for name in ("grid_sampler_2d", "upsample_bilinear2d", "linalg_qr")),
        *((f"aten::{name}", NONE) for name in ("relu_", "add_", "__ior__", "native_layer_norm", "mean")),
        ("prims::broadcast_in_dim", NONE),
    ],
)
def test_an_operator_has_one_entry_in_place_or_not(name, products):
    assert entry_of(name).products == products


@pytest.mark.parametrize("name", ["quantized::linear", "torchvision::nms", "aten::of_tomorrow", "relu"])
def test_other_namespaces_and_new_operators_are_in_no_class(name):
    assert entry_of(name) is None


def test_a_name_outside_of_a_group_is_refused():
    with pytest.raises(ValueError, match="'add sub' is in no group"):
        dict(entries("# a remark\nadd sub\n[element-wise: none] too late\n"))
