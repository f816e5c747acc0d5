import torch
from torch import nn
from torch.nn import functional

from guidelines.networks import registry
from guidelines.networks.parts.part import parts
from guidelines.networks.parts.recorder import recorded


def test_equal_calls_are_one_part(program):
    chain = nn.Sequential(nn.Conv2d(8, 8, 1), nn.ReLU(), nn.Conv2d(8, 8, 1), nn.ReLU(), nn.Conv2d(8, 8, 3))
    found = parts(program(lambda net, x: net.a(x), a=chain))
    assert [(part.operator, part.layers) for part in found] == [
        ("conv 1x1 8->8, 6x6", ("a.0", "a.2")),
        ("relu 8x6x6", ("a.1", "a.3")),
        ("conv 3x3 8->8, 4x4", ("a.4",)),
    ]


def test_calls_that_differ_in_shape_strides_settings_or_place_are_not(program):
    def forward(net, x):
        for each in (x, x[:, :4], x.transpose(2, 3), x.exp()):
            torch.relu(each)
        functional.elu(x)
        return x.clone().relu_()

    found = parts(program(forward))
    assert [(part.operator, len(part.layers)) for part in found] == [
        ("exp 8x6x6", 1),
        ("relu 8x6x6", 2),
        ("relu 4x6x6", 1),
        ("relu 8x6x6", 1),
        ("elu 8x6x6", 1),
        ("clone 8x6x6", 1),
        ("relu_ 8x6x6", 1),
    ]


def test_an_operator_on_one_tensor_twice_differs_from_one_on_two(program):
    found = parts(program(lambda net, x: (x + x) + x))
    assert [len(part.layers) for part in found] == [1, 1]


def test_every_operator_with_a_cost_is_in_one_part_alone():
    for name in ("resnet50", "shufflenet_v2_x1_0"):
        with torch.inference_mode():
            program = recorded(registry.build(name).eval(), [torch.randn(1, 3, 64, 64)])
        found = parts(program)
        expected = sum(call.cost is not None for call in program.calls)
        assert sum(len(part.program.calls) * len(part.layers) for part in found) == expected
        work = sum(call.cost.work.multiply_adds for call in program.calls if call.cost)
        of_parts = 0
        for part in found:
            of_parts += len(part.layers) * sum(call.cost.work.multiply_adds for call in part.program.calls)
        assert of_parts == work


def test_fragments_are_named_with_their_layers_and_come_once(program):
    branches = {name: nn.Conv2d(8, 4, 1) for name in "ab"}
    [found, _] = parts(program(lambda net, x: torch.cat([net.a(x), net.b(x)], 1), **branches))
    assert (found.operator, found.layers) == ("conv 1x1 8->4, 6x6", ("a + b",))
    assert len(found.program.outputs) == 2


def test_products_are_described_by_their_sizes(program):
    def forward(net, x):
        y = net.c(net.b(net.a(x)))
        return net.e(net.d(y).flatten(1))

    layers = {
        "a": nn.Conv2d(8, 16, 3, groups=2, padding=1, bias=False),
        "b": nn.Conv2d(16, 16, 3, groups=16, padding=1, bias=False),
        "c": nn.Conv2d(16, 4, 1, bias=False),
        "d": nn.ConvTranspose2d(4, 2, 2, bias=False),
        "e": nn.Linear(98, 5, bias=False),
    }
    found = parts(program(forward, **layers))
    assert [part.operator for part in found] == [
        "conv 3x3 8->16, 2 groups, 6x6",
        "conv 3x3 16->16, depthwise, 6x6",
        "conv 1x1 16->4, 6x6",
        "convolution 2x7x7",
        "linear 98->5, 1 row",
    ]


def test_a_part_has_the_class_of_its_run_time(program):
    def forward(net, x):
        return functional.max_pool2d(net.b(net.a(x)).relu(), 2).contiguous()

    found = parts(program(forward, a=nn.Conv2d(8, 8, 1), b=nn.BatchNorm2d(8)))
    assert [part.kind for part in found] == ["convolution", "normalisation", "element-wise", "other"]


def test_nothing_is_in_no_part(program):
    assert parts(program(lambda net, x: x.flatten())) == []
