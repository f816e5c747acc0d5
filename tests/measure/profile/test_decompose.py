import sys
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from guidelines.measure.device import timing
from guidelines.measure.device.timing import pinned
from guidelines.measure.profile import decompose as decomposing
from guidelines.measure.profile.decompose import ROUNDS, classified, decompose
from guidelines.networks.cost.classes import (
    CONVOLUTION,
    DEPTHWISE,
    ELEMENTWISE,
    MOVEMENT,
    OTHER,
    SHUFFLE,
    UNCLASSIFIED,
    Operator,
)
from guidelines.networks.cost.count import count
from guidelines.networks.registry import NETWORKS
from guidelines.spec.condition import Condition, Device

CPU = Condition("cpu", "a CPU")
# One of each family, whose widths call the same operators; these call what alexnet and resnet50 call.
LIKE_OTHERS = {"vgg16", "wide_resnet50_2", "resnext50_32x4d"}
FAMILIES = {getattr(build, "func", build): name for name, build in reversed(NETWORKS.items())}
IMAGE_SIZES = {"alexnet": 227}


def interleaved(x):
    n, c, h, w = x.shape
    return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


@torch.library.custom_op("tests::doubled", mutates_args=())
def doubled(x: torch.Tensor) -> torch.Tensor:
    return x + x


def channel_shuffle(x):
    return interleaved(x)


class Small(nn.Module):
    """At least one operator of most classes."""

    def __init__(self):
        super().__init__()
        self.reduce, self.filter = nn.Conv2d(3, 4, 1), nn.Conv2d(4, 4, 3, padding=1, groups=4)
        self.shuffle = nn.ChannelShuffle(2)

    def forward(self, x):
        x = self.shuffle(self.filter(self.reduce(x).relu_()))
        x = channel_shuffle(torch.cat((x, x), 1))
        return nn.functional.avg_pool2d(interleaved(doubled(x)), 2)


OPERATORS_OF_SMALL = [
    Operator(CONVOLUTION, "aten::conv2d"),
    Operator(ELEMENTWISE, "aten::relu_"),
    Operator(DEPTHWISE, "aten::conv2d"),
    Operator(SHUFFLE, "aten::channel_shuffle"),
    Operator(MOVEMENT, "aten::cat"),
    *(Operator(SHUFFLE, f"aten::{name}") for name in ("view", "transpose", "reshape")),
    Operator(UNCLASSIFIED, "tests::doubled"),
    *(Operator(MOVEMENT, f"aten::{name}") for name in ("view", "transpose", "reshape")),
    Operator(OTHER, "aten::avg_pool2d"),
]


@pytest.fixture(scope="module")
def small():
    with torch.random.fork_rng(devices=[]):
        return Small().eval(), torch.randn(1, 3, 8, 8)


def test_each_operator_of_a_call_has_its_class(small):
    module, x = small
    with torch.inference_mode():
        assert classified(partial(module, x)) == OPERATORS_OF_SMALL


def test_a_profile_function_of_python_is_as_before_also_after_an_error():
    def fail():
        raise RuntimeError("of the network")

    def seen(*_):
        pass

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        with pytest.raises(RuntimeError, match="of the network"):
            classified(fail)
        assert sys.getprofile() is seen
    finally:
        sys.setprofile(before)


def test_times_of_a_real_call_are_divided_among_all_its_operators(small):
    found = decompose(small[0], [small[1]], CPU)
    assert (found.condition, len(found.rounds)) == (CPU, ROUNDS)
    assert all(set(seconds) == set(OPERATORS_OF_SMALL) for seconds in found.rounds)
    assert all(taken_s > 0 for seconds in found.rounds for taken_s in seconds.values())
    assert sum(share.typical for share in found.classes.values()) == pytest.approx(1)
    assert list(found.operators(UNCLASSIFIED)) == ["tests::doubled"]


def test_operators_take_no_longer_than_the_calls_that_make_them(small, monkeypatch):
    calls_s = []

    def timed(call, synchronize):
        sample = timing.timed(call, synchronize)

        def kept(calls):
            calls_s.append(sample(calls))
            return calls_s[-1]

        return kept

    monkeypatch.setattr(decomposing, "timed", timed)
    found = decompose(small[0], [small[1]], CPU)
    profiled_s = calls_s[-3 * ROUNDS :][2::3]
    assert len(profiled_s) == ROUNDS
    assert all(sum(seconds.values()) < s for seconds, s in zip(found.rounds, profiled_s, strict=True))


def test_a_network_that_changes_from_call_to_call_is_refused():
    class Growing(nn.Module):
        calls = 0

        def forward(self, x):
            self.calls += 1
            for _ in range(self.calls):
                x = x + 1
            return x

    with pytest.raises(ValueError, match="called 4 operators at first, then 7 or others"):
        decompose(Growing(), [torch.zeros(1, 3, 8, 8)], CPU)


def test_a_network_without_operators_is_refused():
    with pytest.raises(ValueError, match="none of the network's 0 operators takes time"):
        decompose(nn.Identity(), [torch.zeros(1, 3, 8, 8)], CPU)


def test_kernels_that_torch_compiled_are_refused_rather_than_left_out():
    module = torch.compile(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()).eval(), backend="eager")
    count(module, (1, 3, 8, 8))  # as the command does before, which must not keep it from being compiled
    with pytest.raises(ValueError, match=r"kernels of torch\.compile .* only an eager network can"):
        decompose(module, [torch.zeros(1, 3, 8, 8)], CPU)


def test_on_a_device_the_time_is_that_of_the_kernels(monkeypatch):
    def event(name, device="CPU", **times_us):
        kind = SimpleNamespace(name=device)
        return SimpleNamespace(name=name, cpu_parent=None, cpu_children=(), device_type=kind, **times_us)

    events = [
        event("cudaDeviceSynchronize", cpu_time_total=50.0, device_time_total=0.0),
        event("aten::relu", cpu_time_total=9.0, device_time_total=3.0),
        event("void at::native::relu_kernel", "CUDA", cpu_time_total=0.0, device_time_total=3.0),
    ]
    profiler = SimpleNamespace(events=lambda: events)
    assert decomposing._taken(profiler, Device("cuda:0")) == [("aten::relu", 3e-6)]
    assert decomposing._taken(profiler, Device("cpu")) == [("aten::relu", 9e-6)]


@pytest.mark.parametrize("name", sorted({*FAMILIES.values()} - LIKE_OTHERS))
def test_every_operator_of_the_suites_networks_is_in_a_class(name):
    size = IMAGE_SIZES.get(name, 64)
    with pinned(CPU):
        found = classified(partial(NETWORKS[name]().eval(), torch.randn(1, 3, size, size)))
    assert len(found) > 20
    assert [operator for operator in found if operator.kind == UNCLASSIFIED] == []


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("name", ["shufflenet_v1_x0_5_g3", "shufflenet_v2_x0_5", "igcv3_d_x0_7"])
def test_networks_that_shuffle_are_seen_to_in_either_layout(name, layout):
    module, x = NETWORKS[name]().eval().to(memory_format=layout), torch.randn(1, 3, 64, 64)
    with pinned(CPU):
        kinds = {operator.kind for operator in classified(partial(module, x.to(memory_format=layout)))}
    assert {CONVOLUTION, DEPTHWISE, SHUFFLE} <= kinds
    assert UNCLASSIFIED not in kinds


@pytest.mark.cuda
def test_kernels_of_a_real_device_take_time():
    device = Condition("cuda:0", "")
    module, x = nn.Conv2d(3, 8, 3).to("cuda:0"), torch.randn(1, 3, 64, 64, device="cuda:0")
    found = decompose(module, [x], device)
    assert found.classes[CONVOLUTION].typical == 1
    assert found.typical_s[Operator(CONVOLUTION, "aten::conv2d")] > 0
