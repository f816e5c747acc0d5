import pytest
from torch import nn

from guidelines.networks.parts.folding import foldable_calls
from guidelines.networks.parts.part import parts
from guidelines.networks.parts.rules import FOLDABLE

LAYERS = {"conv": nn.Conv2d(8, 8, 1), "norm": nn.BatchNorm2d(8)}


def shared(net, x):
    y = net.conv(x)
    return net.norm(y) + y


@pytest.mark.parametrize(
    ("forward", "count"),
    [
        (lambda net, x: net.norm(net.conv(x)).relu(), 1),
        (lambda net, x: net.norm(net.conv(x).relu()), 0),
        (lambda net, x: net.conv(net.norm(x)), 0),
        (shared, 0),
    ],
    ids=["after a convolution", "after its activation", "before it", "not alone"],
)
def test_normalisation_folds_into_a_convolution_that_nothing_else_reads(program, forward, count):
    assert len(foldable_calls(program(forward, **LAYERS))) == count


def test_equal_normalisation_is_another_part_where_it_cannot_be_folded(program):
    known = program(lambda net, x: net.norm(net.conv(net.norm(x))), **LAYERS)
    rules = [part.rule for part in parts(known) if "batch_norm" in part.operator]
    assert rules == ["normalisation", FOLDABLE]
