import weakref
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from unit_network import COMPILED, EAGER, Unit, network

from guidelines.measure.device import checks
from guidelines.measure.device.checks import _check_alike, check
from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import pinned
from guidelines.results.model import Circumstances
from guidelines.spec.condition import DTYPES, Condition
from guidelines.spec.sweep import Variant
from guidelines.spec.work import Conv, Operators, Stack

NETWORK = Variant("a", "a", (4,), Stack((Conv(4, 4),), elementwise_accesses=20), build=Unit)
OPERATORS = (
    Operators("convolution", calls=1, multiply_adds=256, memory_access=144, written=64),
    Operators("element-wise", calls=1, multiply_adds=0, memory_access=128, written=64),
    Operators("element-wise", calls=1, multiply_adds=0, memory_access=192, written=64),
)


@pytest.fixture(scope="module", autouse=True)
def measuring():
    with pinned(EAGER):
        yield


def test_an_output_that_is_not_finite_is_refused():
    def build():
        conv = torch.nn.Conv2d(4, 4, 1, bias=False)
        torch.nn.init.constant_(conv.weight, float("inf"))
        return conv

    with pytest.raises(ValueError, match="the output is not finite"):
        check(Variant("a", "a", (4,), Stack((Conv(4, 4),)), build), EAGER, 0, binder("eager"))


def test_an_eager_network_has_no_time_of_set_up_and_the_cpu_no_launches(monkeypatch):
    monkeypatch.setattr("guidelines.measure.device.checks.peak_bytes", lambda device, act: 7)
    assert check(NETWORK, EAGER, 0, binder("eager")) == Circumstances(
        setup_s=None, peak_memory_bytes=7, launch_s=None, device_s=None, operators=OPERATORS
    )


def test_the_time_of_set_up_is_that_of_binding(monkeypatch, clock):
    def slow_to_bind(module, x):
        clock.now_s += 3.0
        return lambda: slow_to_run(module, x)

    def slow_to_run(module, x):
        clock.now_s += 5.0
        return module(x)

    monkeypatch.setattr("guidelines.measure.device.checks.time", SimpleNamespace(perf_counter=clock))
    assert check(NETWORK, COMPILED, 0, slow_to_bind).setup_s == 3.0


def test_the_peak_is_that_of_one_network_built_bound_and_run(monkeypatch):
    seen = []

    def build():
        module = Unit()
        seen.append(weakref.ref(module))
        return module

    def bind(module, x):
        seen.append("bound")
        return lambda: seen.append("called") or module(x)

    def peak_bytes(device, act):
        assert [thing() for thing in seen if isinstance(thing, weakref.ref)] == [None, None]
        seen.clear()
        act()
        return 7

    monkeypatch.setattr("guidelines.measure.device.checks.peak_bytes", peak_bytes)
    checked = check(Variant("a", "a", (4,), Stack((Conv(4, 4),)), build), COMPILED, 0, bind)
    assert checked.peak_memory_bytes == 7
    assert seen[1:] == ["bound", "called"]


def test_an_output_unlike_eagers_is_refused_with_mode_and_difference():
    def bind(module, x):
        return lambda: 1.25 * module(x)

    with pytest.raises(ValueError, match=r"mode compile .* by 2\.5e-01 of .*, more than 0\.0001$"):
        check(NETWORK, COMPILED, 0, bind)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("dtype", DTYPES)
def test_outputs_may_differ_by_the_types_share_of_the_largest_value(dtype, sign):
    condition = Condition("cpu", "", dtype, mode="compile")
    expected = torch.tensor([1.0, -4.0], dtype=getattr(torch, dtype))
    step = torch.tensor([sign * 4 * DTYPES[dtype].tolerance, 0.0], dtype=expected.dtype)
    _check_alike(expected + 0.9 * step, expected, condition)
    with pytest.raises(ValueError, match="differs from eager's"):
        _check_alike(expected + 1.1 * step, expected, condition)


def test_an_output_that_is_no_number_is_unlike_any():
    with pytest.raises(ValueError, match="by nan of the largest value"):
        _check_alike(torch.tensor([1.0, float("nan")]), torch.ones(2), COMPILED)


def test_an_output_of_zeros_is_like_itself():
    _check_alike(torch.zeros(2), torch.zeros(2), COMPILED)


def scaled(factor):
    def build():
        conv = torch.nn.Conv2d(4, 4, 1, bias=False)
        torch.nn.init.constant_(conv.weight, factor)
        return conv

    return Variant("a", "a", (4,), Stack((Conv(4, 4),)), build)


@pytest.mark.parametrize(
    ("factor", "note"),
    [(1e-39, "100 % of its activations are denormal numbers"), (0.0, "its output is all zeros")],
)
def test_denormal_activations_and_an_output_of_zeros_are_noted(factor, note):
    noted = check(scaled(factor), EAGER, 0, binder("eager")).noted
    assert len(noted) == 1
    assert noted[0].startswith(note)
    assert check(scaled(1.0), EAGER, 0, binder("eager")).noted == ()


@pytest.mark.parametrize(
    ("forward", "reason"),
    [
        (lambda conv, x: (conv(x), x), "its output is of type tuple: let forward"),
        (lambda conv, x: {"y": conv(x)}, "its output is of type dict: let forward"),
        (lambda conv, x: None, "its output is of type NoneType"),
        (lambda conv, x: conv(x)[:0], r"its output is empty: it is of shape \(0, 4, 4, 4\)"),
        (lambda conv, x: conv(x.relu_()), r"it changes its input, .* nn\.ReLU\(inplace=True\)"),
    ],
)
def test_what_no_time_can_be_given_for_is_refused_in_plain_words(forward, reason, monkeypatch):
    monkeypatch.setattr(checks, "check_work", lambda variant, condition: Circumstances())
    with pytest.raises(ValueError, match=reason):
        check(network(forward), EAGER, 0, binder("eager"))


def test_a_random_output_is_not_compared_with_eagers():
    random = network(lambda conv, x: torch.nn.functional.dropout(conv(x), training=True))
    check(random, COMPILED, 0, partial)
    with pytest.raises(ValueError, match="differs from eager's"):
        check(network(lambda conv, x: conv(x)), COMPILED, 0, lambda module, x: lambda: 2 * module(x))


def test_outputs_of_whole_numbers_are_compared():
    _check_alike(torch.tensor([3, -4]), torch.tensor([3, -4]), COMPILED)
    with pytest.raises(ValueError, match=r"by 2\.5e-01 of the largest value"):
        _check_alike(torch.tensor([3, -4]), torch.tensor([2, -4]), COMPILED)
    with pytest.raises(ValueError, match=r"by 1\.0e\+00 of the largest value"):
        _check_alike(torch.tensor([False]), torch.tensor([True]), COMPILED)
