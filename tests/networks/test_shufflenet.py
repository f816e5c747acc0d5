"""The ShuffleNets' large networks, their units' options, and the shuffle without a copy to spare."""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from guidelines.networks.families.shufflenet_v1 import ShuffleUnit, shufflenet_v1_50
from guidelines.networks.families.shufflenet_v2 import (
    Downsampling,
    SplitUnit,
    SqueezeExcitation,
    deep_shufflenet_v2,
    shuffled_halves,
    shufflenet_v2,
)

LAYOUTS = (torch.contiguous_format, torch.channels_last)
SHAPES = ((1, 4, 3, 5), (3, 58, 7, 7), (2, 1, 2, 2), (2, 3, 1, 1), (1, 1, 1, 1))


def plain(a, b):
    """The form of the first implementations: concat, view, transpose, contiguous."""
    x = torch.cat((a, b), 1)
    n, c, h, w = x.shape
    return x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


def halves(shape, layout):
    """A view of a whole tensor's first half, as a unit keeps it, and a tensor of its own."""
    n, c, h, w = shape
    torch.manual_seed(0)
    whole = torch.randn(n, 2 * c, h, w).to(memory_format=layout)
    return whole.chunk(2, dim=1)[0], torch.randn(shape).to(memory_format=layout)


def counted(network, image_size=224):
    """Multiply-adds and shape of the output of one image."""
    with FlopCounterMode(display=False) as counter:
        y = network(torch.empty(1, 3, image_size, image_size, device="meta"))
    return counter.get_total_flops() // 2, tuple(y.shape)


@pytest.mark.parametrize(
    ("build", "multiply_adds", "printed"),
    [
        (lambda: deep_shufflenet_v2(50), 2_314_702_176, "2.3"),
        (lambda: deep_shufflenet_v2(50, residual=True), 2_314_702_176, "2.3"),
        (lambda: deep_shufflenet_v2(164, residual=True, se=True), 12_665_417_056, "12.7"),
        (lambda: shufflenet_v2(2.0, se=True), 596_784_424, "0.6"),
        (shufflenet_v1_50, 2_297_081_952, "2.3"),
    ],
)
def test_large_networks_do_the_multiply_adds_that_the_paper_rounds(build, multiply_adds, printed):
    with torch.device("meta"):
        network = build().eval()
    assert counted(network) == (multiply_adds, (1, 1000))
    assert f"{multiply_adds / 1e9:.1f}" == printed


def test_table_8_prints_the_multiply_adds_of_2x_with_squeeze_and_excitation():
    with torch.device("meta"):
        network = shufflenet_v2(2.0, se=True).eval()
    assert round(counted(network)[0] / 1e6) == 597


@pytest.mark.parametrize(("layers", "convolutions"), [(50, 50), (164, 163)])
def test_deep_networks_have_the_layers_of_their_names(layers, convolutions):
    """The paper counts those on one path, and at 164 the classifier too."""
    with torch.device("meta"):
        network = deep_shufflenet_v2(layers)
    shortcuts = [m for unit in network if isinstance(unit, Downsampling) for m in unit.left.modules()]
    found = [m for m in network.modules() if isinstance(m, nn.Conv2d) and m not in shortcuts]
    assert len(found) == convolutions


def test_the_image_is_as_large_in_every_stage_as_the_appendix_prints():
    with torch.device("meta"):
        x, sizes = torch.empty(1, 3, 224, 224), []
        for layer in deep_shufflenet_v2(50).eval():
            x = layer(x)
            if isinstance(layer, Downsampling):
                sizes.append((x.shape[1], x.shape[2]))
    assert sizes == [(244, 56), (488, 28), (976, 14), (1952, 7)]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
def test_shuffled_halves_are_the_plain_form_bit_for_bit(shape, layout, dtype):
    a, b = (half.to(dtype) for half in halves(shape, layout))
    assert torch.equal(shuffled_halves(a, b), plain(a, b))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_shuffled_halves_keep_the_layout_and_what_is_no_number(layout):
    a, b = halves((2, 6, 4, 4), layout)
    b[0, 0, 0, 0], b[0, 0, 0, 1], a[0, 0, 0, 0] = float("inf"), float("nan"), float("-inf")
    found = shuffled_halves(a, b)
    assert found.is_contiguous(memory_format=layout)
    assert torch.equal(found.view(torch.int32), plain(a, b).view(torch.int32))


def test_halves_of_two_types_become_what_concat_makes_of_them():
    a, b = halves((2, 6, 4, 4), torch.channels_last)
    found = shuffled_halves(a, b.bfloat16())
    assert found.dtype == torch.float32
    assert torch.equal(found, plain(a, b.bfloat16()))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_gradients_pass_through_shuffled_halves(layout):
    a, b = (half.detach().requires_grad_() for half in halves((2, 6, 4, 4), layout))
    weights = torch.arange(12.0).view(1, 12, 1, 1)
    (shuffled_halves(a, b) * weights).sum().backward()
    assert torch.equal(a.grad, weights[:, 0::2].expand_as(a))
    assert torch.equal(b.grad, weights[:, 1::2].expand_as(b))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize(("residual", "se"), [(False, False), (True, False), (False, True), (True, True)])
def test_a_unit_gives_what_the_plain_form_gives(layout, batch_size, residual, se):
    torch.manual_seed(0)
    unit = SplitUnit(12, residual, se).eval().to(memory_format=layout)
    x = torch.randn(batch_size, 12, 7, 7).to(memory_format=layout)
    kept, worked = x.chunk(2, dim=1)
    branch = unit.branch(worked) + worked if residual else unit.branch(worked)
    with torch.inference_mode():
        assert torch.equal(unit(x), plain(kept, branch.relu()))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("batch_size", [1, 3])
def test_a_first_unit_gives_what_the_plain_form_gives_of_unequal_branches(layout, batch_size):
    torch.manual_seed(0)
    unit = Downsampling(4, 24).eval().to(memory_format=layout)
    x = torch.randn(batch_size, 4, 8, 8).to(memory_format=layout)
    with torch.inference_mode():
        joined = torch.cat((unit.left(x), unit.right(x)), 1).relu()
        assert (unit.left(x).shape[1], joined.shape[1]) == (4, 24)
        assert torch.equal(unit(x), plain(*joined.chunk(2, dim=1)))


def test_a_residual_unit_whose_branch_gives_nothing_passes_its_input():
    unit = SplitUnit(8, residual=True).eval()
    nn.init.zeros_(unit.branch[-1].weight)
    x = torch.rand(1, 8, 5, 5)
    assert torch.equal(unit(x), plain(*x.chunk(2, dim=1)))


def test_squeeze_and_excitation_scales_each_channel_of_each_image_by_one_factor():
    torch.manual_seed(0)
    x = torch.rand(2, 6, 4, 4) + 0.5
    factors = SqueezeExcitation(6, 12)(x) / x
    assert torch.allclose(factors, factors[:, :, :1, :1].expand_as(x))
    assert factors[:, :, 0, 0].unique().numel() == 12
    assert 0 < factors.min() < factors.max() < 1


def test_squeeze_and_excitation_stands_in_every_branch_that_works():
    network = shufflenet_v2(0.5, se=True)
    units = [layer for layer in network if isinstance(layer, SplitUnit | Downsampling)]
    gates = [m for m in network.modules() if isinstance(m, SqueezeExcitation)]
    assert len(units) == len(gates) == 16
    assert not any(isinstance(m, SqueezeExcitation) for m in shufflenet_v2(0.5).modules())


@pytest.mark.parametrize(("c2", "is_added"), [(12, True), (24, False)])
def test_a_unit_of_version_1_adds_its_input_only_where_widths_agree(c2, is_added):
    unit = ShuffleUnit(12, c2, groups=3, first_groups=3, stride=1).eval()
    nn.init.zeros_(unit.rest[-1][-1].weight)
    x = torch.rand(1, 12, 6, 6)
    assert torch.equal(unit(x), x if is_added else torch.zeros(1, c2, 6, 6))
