import pytest
import torch
from torch import nn

from guidelines.networks.cost.count import traced
from guidelines.networks.parts.part import parts
from guidelines.networks.parts.replayed import Replayed

IMAGE = (1, 64, 6, 6)


def alternatives(program, forward, *shapes, **layers):
    found = parts(program(forward, *shapes, **layers))
    return [(part, part.alternative) for part in found if part.alternative]


def multiply_adds(program):
    return sum(call.cost.work.multiply_adds for call in program.calls)


def multiply_adds_run(program):
    """Those that torch is asked for, whatever the program says of itself."""
    with torch.inference_mode():
        trace = traced(Replayed(program), (torch.empty(1),))
    return sum(cost.work.multiply_adds for _, cost in trace.operators)


def weights(alternative):
    call = alternative.program.calls[0]
    at = {"convolution": 1, "mm": 1, "addmm": 2}[call.name]
    return alternative.program.tensors[call.args[at].index].shape


@pytest.mark.parametrize(
    ("layer", "shape", "text", "shape_of_weights"),
    [
        (nn.Conv2d(64, 256, 1), IMAGE, "widths 128 and 128", (128, 128, 1, 1)),
        (nn.Conv2d(64, 16, 1, stride=2), IMAGE, "widths 32 and 32", (32, 32, 1, 1)),
        (nn.Conv2d(64, 96, 1), IMAGE, "widths 80 and 80", (80, 80, 1, 1)),
        (nn.Conv2d(64, 10, 1), IMAGE, "widths 25 and 25", (25, 25, 1, 1)),
        (nn.Conv1d(64, 256, 1), (2, 64, 7), "widths 128 and 128", (128, 128, 1)),
        (nn.Conv3d(8, 32, 1), (1, 8, 3, 3, 3), "widths 16 and 16", (16, 16, 1, 1, 1)),
        (nn.Linear(64, 16), (3, 64), "widths 32 and 32", (32, 32)),
        (nn.Linear(16, 64, bias=False), (3, 16), "widths 32 and 32", (32, 32)),
        (nn.Conv2d(64, 64, 3, groups=4), IMAGE, "one group, widths 32 and 32", (32, 32, 3, 3)),
        (nn.Conv2d(64, 128, 1, groups=16), IMAGE, "one group, widths 16 and 32", (32, 16, 1, 1)),
        (nn.Conv2d(64, 64, 3, groups=32), IMAGE, "one group, widths 8 and 8", (8, 8, 3, 3)),
        (nn.Conv1d(64, 64, 3, groups=4), (2, 64, 7), "one group, widths 32 and 32", (32, 32, 3)),
    ],
    ids=str,
)
def test_the_alternative_keeps_the_guideline_at_equal_work(program, layer, shape, text, shape_of_weights):
    [(part, alternative)] = alternatives(program, lambda net, x: net.a(x), shape, a=layer)
    assert alternative.text == text
    assert weights(alternative) == shape_of_weights
    now, then = multiply_adds(part.program), multiply_adds(alternative.program)
    assert then / now == pytest.approx(alternative.work)
    assert 0.5 <= alternative.work <= 2


def test_the_work_is_equal_if_the_widths_come_out_whole(program):
    layer = nn.Conv2d(64, 256, 1)
    [(_, alternative)] = alternatives(program, lambda net, x: net.a(x), IMAGE, a=layer)
    assert alternative.work == 1.0


def test_the_alternative_breaks_no_guideline_and_runs(program):
    layers = {"a": nn.Conv2d(64, 128, 1), "b": nn.Conv2d(128, 128, 3, groups=4, padding=1, stride=2)}
    for part, alternative in alternatives(program, lambda net, x: net.b(net.a(x)), IMAGE, **layers):
        with torch.inference_mode():
            [out] = Replayed(alternative.program).run(torch.device("cpu"))
        spec = part.program.tensors[part.program.outputs[0].index]
        assert out.shape[2:] == spec.shape[2:]
        assert out.shape == alternative.program.tensors[alternative.program.outputs[0].index].shape
        assert parts(alternative.program)[0].guideline == ""


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_alternative_has_the_layout_of_the_original(program, layout):
    recorded = program(lambda net, x: net.a(x), IMAGE, layout=layout, a=nn.Conv2d(64, 256, 1))
    [part] = parts(recorded)
    x = part.alternative.program.calls[0].args[0]
    spec = part.alternative.program.tensors[x.index]
    assert spec.is_channels_last == (layout is torch.channels_last)


@pytest.mark.parametrize("layer", [nn.Conv2d(1, 64, 1), nn.Conv2d(64, 1, 1)])
def test_the_alternative_of_a_layer_of_one_channel_has_the_layout_of_the_others(program, layer):
    shape = (1, layer.in_channels, 6, 6)
    [part] = parts(program(lambda net, x: net.a(x), shape, layout=torch.channels_last, a=layer))
    [call] = part.alternative.program.calls
    for slot in (call.args[0], call.written[0]):
        assert part.alternative.program.tensors[slot.index].is_channels_last


def test_fragments_become_one_operator_of_their_work(program):
    layers = {name: nn.Conv2d(64, 16, 3, padding=1) for name in "abcd"}
    forward = lambda net, x: torch.cat([net.get_submodule(name)(x) for name in "abcd"], 1)  # noqa: E731
    [(part, alternative)] = alternatives(program, forward, IMAGE, **layers)
    assert part.guideline == "G3"
    assert alternative.text == "one operator, widths 64 and 64"
    assert multiply_adds(alternative.program) == multiply_adds(part.program)
    assert alternative.work == 1.0


def test_fragments_that_are_added_become_one_of_equal_widths_as_in_table_3(program):
    layers = {name: nn.Conv2d(64, 64, 1) for name in "abcd"}
    forward = lambda net, x: sum(net.get_submodule(name)(x) for name in "abcd")  # noqa: E731
    [(_, alternative)] = alternatives(program, forward, IMAGE, **layers)
    assert (alternative.text, alternative.work) == ("one operator, widths 128 and 128", 1.0)


def test_fragments_of_different_kernels_become_one_with_that_of_the_most_work(program):
    layers = {"a": nn.Conv2d(64, 32, 1), "b": nn.Conv2d(64, 32, 3, padding=1)}
    [(part, alternative)] = alternatives(
        program, lambda net, x: torch.cat([net.a(x), net.b(x)], 1), IMAGE, **layers
    )
    assert weights(alternative)[2:] == (3, 3)
    assert multiply_adds(alternative.program) / multiply_adds(part.program) == pytest.approx(alternative.work)
    assert 0.8 < alternative.work < 1.25


def test_depthwise_fragments_stay_depthwise(program):
    layers = {name: nn.Conv2d(64, 64, 3, padding=1, groups=64) for name in "ab"}
    [(part, alternative)] = alternatives(program, lambda net, x: net.a(x) + net.b(x), IMAGE, **layers)
    assert alternative.text == "one operator, depthwise on 128 channels"
    assert multiply_adds(alternative.program) == multiply_adds(part.program)


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ([nn.Conv2d(24, 40, 1)], (1, 24, 6, 6)),
        ([nn.Conv2d(24, 40, 3, groups=8)], (1, 24, 6, 6)),
        ([nn.Linear(24, 40), nn.Linear(24, 56), nn.Linear(24, 7)], (3, 24)),
        ([nn.Linear(24, 40, bias=False), nn.Linear(24, 8, bias=False)], (2, 3, 24)),
        ([nn.Conv2d(24, 40, 1), nn.Conv2d(24, 16, 3, padding=1)], (2, 24, 6, 6)),
        (
            [nn.Conv2d(24, 40, (1, 7), padding=(0, 3)), nn.Conv2d(24, 40, (3, 1), padding=(1, 0))],
            (1, 24, 6, 6),
        ),
        ([nn.Conv2d(24, 24, k, groups=24, padding=k // 2) for k in (3, 5, 7)], (1, 24, 6, 6)),
        ([nn.Conv2d(24, 96, 3, groups=24), nn.Conv2d(24, 96, 3, groups=24)], (1, 24, 6, 6)),
        (
            [nn.Conv2d(24, 96, 3, groups=24, padding=1), nn.Conv2d(24, 72, 5, groups=24, padding=2)],
            (1, 24, 6, 6),
        ),
        ([nn.Conv1d(24, 48, 3, groups=24), nn.Conv1d(24, 24, 3, groups=24)], (1, 24, 9)),
    ],
    ids=str,
)
def test_an_alternative_that_runs_does_the_work_that_it_says(program, layers, shape):
    def forward(net, x):
        return sum(layer(x).sum() for layer in net.layers)

    [(part, alternative)] = alternatives(program, forward, shape, layers=nn.ModuleList(layers))
    now, then = multiply_adds_run(part.program), multiply_adds_run(alternative.program)
    assert then == multiply_adds(alternative.program)
    assert then / now == pytest.approx(alternative.work)
    assert 0.8 < alternative.work < 1.25


def test_depthwise_fragments_keep_their_multiplier(program):
    layers = {name: nn.Conv2d(64, 256, 3, padding=1, groups=64) for name in "ab"}
    [(_, alternative)] = alternatives(program, lambda net, x: net.a(x) + net.b(x), IMAGE, **layers)
    assert alternative.text == "one operator, depthwise on 128 channels"
    assert weights(alternative) == (512, 1, 3, 3)
    assert alternative.work == 1.0


def test_halves_of_a_tensor_become_one_operator_that_reads_it_all(program):
    def forward(net, x):
        first, second = x.chunk(2, 1)
        return torch.cat([net.a(first), net.b(second)], 1)

    layers = {name: nn.Conv2d(32, 32, 1) for name in "ab"}
    [(part, alternative)] = alternatives(program, forward, IMAGE, **layers)
    assert alternative.text == "one operator, widths 48 and 48"  # 45.3, in steps of 8
    assert multiply_adds(alternative.program) / multiply_adds(part.program) == pytest.approx(alternative.work)


def test_what_breaks_g4_or_nothing_has_none(program):
    forward = lambda net, x: net.a(x).relu()  # noqa: E731
    assert alternatives(program, forward, IMAGE, a=nn.Conv2d(64, 64, 3)) == []
    assert alternatives(program, forward, IMAGE, a=nn.Conv2d(64, 64, 3, groups=64)) == []
