from types import SimpleNamespace

import pytest

from guidelines.networks.cost.classes import (
    CLASSES,
    CONVOLUTION,
    DEPTHWISE,
    ELEMENTWISE,
    GROUPED,
    MOVEMENT,
    NORMALISATION,
    OTHER,
    PRODUCT,
    SHUFFLE,
    SHUFFLE_RANGE,
    SHUFFLES,
    UNCLASSIFIED,
    Decomposition,
    Operator,
    kind_of,
    outermost,
)
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Exactly

RELU, CAT = Operator(ELEMENTWISE, "aten::relu_"), Operator(MOVEMENT, "aten::cat")
NMS, ROI = Operator(UNCLASSIFIED, "torchvision::nms"), Operator(UNCLASSIFIED, "torchvision::roi_align")


def event(name, *children, shapes=(), values=()):
    """An event of the profiler with what it called."""
    return SimpleNamespace(name=name, cpu_children=children, input_shapes=shapes, concrete_inputs=values)


def conv(name, x, weight, groups, groups_at=6):
    return event(name, shapes=[x, weight], values=[*[None] * groups_at, groups, None])


def decomposition(*rounds):
    return Decomposition(Condition("cpu", "a CPU"), rounds, Exactly(1.1, 2)(0.95))


def test_an_operator_covers_what_it_calls():
    inner = event("aten::_convolution", event("aten::contiguous"), event("aten::mkldnn_convolution"))
    events = [event("aten::conv2d", event("aten::convolution", inner)), event("aten::relu_")]
    assert [found.name for found, _ in outermost(events)] == ["aten::conv2d", "aten::relu_"]


def test_ranges_are_looked_into_and_shuffles_known_to_the_last_operator():
    shuffle = event(SHUFFLE_RANGE, event("a range", event("aten::view")), event("aten::clone"))
    events = [
        event("aten::cat"),
        event("another range", shuffle, event("aten::add")),
        event("cudaLaunchKernel"),
    ]
    assert [(found.name, in_shuffle) for found, in_shuffle in outermost(events)] == [
        ("aten::cat", False),
        ("aten::view", True),
        ("aten::clone", True),
        ("aten::add", False),
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("aten::batch_norm", NORMALISATION),
        ("aten::add_", ELEMENTWISE),
        ("aten::hardtanh_", ELEMENTWISE),
        ("aten::cat", MOVEMENT),
        ("aten::channel_shuffle", SHUFFLE),
        ("aten::max_pool2d", OTHER),
        ("aten::erf", ELEMENTWISE),
        ("aten::lstm", OTHER),
        ("aten::fft_fft", OTHER),
        ("aten::linear", PRODUCT),
        ("aten::matmul", PRODUCT),
        ("aten::scaled_dot_product_attention", PRODUCT),
        ("aten::_native_multi_head_attention", PRODUCT),
        ("aten::masked_fill_", ELEMENTWISE),
        *((f"aten::{name}", MOVEMENT) for name in ("new_zeros", "lift_fresh", "reshape_as")),
        ("torchvision::add", UNCLASSIFIED),
    ],
)
def test_an_operator_has_the_class_of_the_table(name, kind):
    assert kind_of(event(name), in_shuffle=False) == kind


def test_only_data_movement_becomes_a_shuffle_within_one():
    found = [kind_of(event(f"aten::{name}"), in_shuffle=True) for name in ("stack", "add", "new_op")]
    assert found == [SHUFFLE, ELEMENTWISE, UNCLASSIFIED]


@pytest.mark.parametrize(
    ("convolution", "kind"),
    [
        (conv("aten::conv2d", [1, 6, 8, 8], [6, 1, 3, 3], 6), DEPTHWISE),
        (conv("aten::conv2d", [1, 6, 8, 8], [12, 1, 3, 3], 6), DEPTHWISE),
        (conv("aten::conv2d", [6, 8, 8], [6, 1, 3, 3], 6), DEPTHWISE),
        (conv("aten::conv1d", [1, 6, 8], [6, 1, 3], 6), DEPTHWISE),
        (conv("aten::conv_transpose2d", [1, 6, 8, 8], [6, 1, 3, 3], 6), DEPTHWISE),
        (conv("aten::convolution", [1, 6, 8, 8], [6, 1, 3, 3], 6, groups_at=8), DEPTHWISE),
        (conv("aten::conv2d", [1, 6, 8, 8], [6, 2, 1, 1], 3), GROUPED),
        (conv("aten::conv2d", [1, 6, 8, 8], [6, 6, 3, 3], 1), CONVOLUTION),
        (conv("aten::conv2d", [1, 1, 8, 8], [6, 1, 3, 3], 1), CONVOLUTION),
        (conv("aten::conv_transpose2d", [1, 6, 8, 8], [6, 1, 3, 3], 1), CONVOLUTION),
    ],
)
def test_a_convolution_is_depthwise_if_each_of_several_channels_is_a_group_else_grouped(convolution, kind):
    assert kind_of(convolution, in_shuffle=False) == kind


def test_names_of_shuffles_are_told_from_those_of_networks():
    shuffles = [
        "shuffled",
        "shuffled_halves",
        "Unit.channel_shuffle",
        "ChannelShuffle.forward",
        "Shuffle.forward",
        "ShuffleBlock.forward",
        "a_test.<locals>.ShuffleLayer.forward",
        "shuffle_channels",
        "PixelNet._channel_shuffle",
    ]
    others = [
        *("ShuffleNetV2.forward", "ShuffleUnit.forward", "shufflenet_v2", "Shuffle.__init__"),
        *("PixelShuffle.forward", "PixelUnshuffle.forward", "pixel_shuffle", "Net.shuffle_then_conv"),
    ]
    assert [name for name in shuffles + others if SHUFFLES.search(name)] == shuffles


def test_shares_are_of_the_medians_with_the_least_and_greatest_of_the_rounds():
    found = decomposition({RELU: 1.0, CAT: 3.0}, {RELU: 1.5, CAT: 1.5}, {RELU: 99.0, CAT: 1.0})
    share = found.classes[ELEMENTWISE]
    assert found.typical_s == {RELU: 1.5, CAT: 1.5}
    assert (share.typical, share.least, share.greatest) == (0.5, 0.25, 0.99)


def test_the_shares_of_all_classes_sum_to_one():
    found = decomposition({RELU: 0.1, CAT: 0.2, NMS: 0.4}, {RELU: 0.3, CAT: 0.7, NMS: 0.3})
    assert tuple(found.classes) == CLASSES
    assert sum(share.typical for share in found.classes.values()) == pytest.approx(1, abs=1e-12)
    assert found.classes[SHUFFLE].greatest == 0


def test_operators_in_no_class_are_listed_by_name_and_add_up_to_its_share():
    found = decomposition({ROI: 1.0, NMS: 2.0, RELU: 5.0})
    listed = found.operators(UNCLASSIFIED)
    assert [(name, share.typical) for name, share in listed.items()] == [
        ("torchvision::nms", 0.25),
        ("torchvision::roi_align", 0.125),
    ]
    assert found.classes[UNCLASSIFIED].typical == 0.375
