import itertools
from types import SimpleNamespace

import pytest

from guidelines.measure.device import launch
from guidelines.measure.device.launch import MOST_CYCLES_PER_S, REPEATS, launch_and_device_s
from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import build, pinned
from guidelines.networks import blocks
from guidelines.spec.condition import Condition

# More than half are alike, so that these are the medians.
LAUNCHES_S = [50.0, 3.0, 3.0, 0.5, 3.0]
COMPUTES_MS = [9e5, 7000.0, 7000.0, 1.0, 7000.0]


@pytest.fixture
def device(monkeypatch, clock):
    """A made-up CUDA device: what was asked of it, and a call that takes LAUNCHES_S to launch."""
    log, cycles, current = [], [], []
    launches_s, computes_ms = itertools.cycle(LAUNCHES_S), itertools.cycle(COMPUTES_MS)

    class Event:
        def __init__(self, enable_timing):
            assert enable_timing

        def record(self):
            log.append("record")

        def elapsed_time(self, end):
            assert log[-1] == "synchronize"
            return next(computes_ms)

    class Chosen:
        def __init__(self, name):
            self.name = name

        def __enter__(self):
            current.append(self.name)

        def __exit__(self, *error):
            current.pop()

    def synchronize(name):
        assert name == "cuda:1"
        log.append("synchronize")
        clock.now_s += 100.0

    def sleep(count):
        assert current == ["cuda:1"]
        assert isinstance(count, int)
        log.append("sleep")
        cycles.append(count)

    def call():
        log.append("call")
        clock.now_s += next(launches_s)

    cuda = SimpleNamespace(synchronize=synchronize, Event=Event, _sleep=sleep, device=Chosen)
    monkeypatch.setattr(launch, "torch", SimpleNamespace(cuda=cuda))
    monkeypatch.setattr(launch, "time", SimpleNamespace(perf_counter=clock))
    return SimpleNamespace(log=log, cycles=cycles, call=call)


def test_both_times_are_medians_in_seconds_without_the_waiting(device):
    assert launch_and_device_s(device.call, "cuda:1") == (3.0, 7.0)


def test_every_launch_finds_the_device_idle(device):
    launch_and_device_s(device.call, "cuda:1")
    assert device.log[: 3 * REPEATS] == ["synchronize", "call", "synchronize"] * REPEATS


def test_events_surround_a_call_that_a_waiting_kernel_holds_back(device):
    launch_and_device_s(device.call, "cuda:1")
    assert device.log[3 * REPEATS :] == ["sleep", "record", "call", "record", "synchronize"] * REPEATS


def test_the_kernel_waits_longer_than_a_launch_lasts_whatever_its_clock(device):
    launch_s, _ = launch_and_device_s(device.call, "cuda:1")
    assert len(device.cycles) == REPEATS
    assert min(device.cycles) / MOST_CYCLES_PER_S > launch_s


@pytest.mark.cuda
def test_a_large_convolution_takes_its_device_longer_than_its_launch():
    condition = Condition("cuda:0", "", batch_size=64)
    with pinned(condition):
        call = binder("eager")(*build(blocks.group_convolution(512, 1), condition, 0))
        call()
        launch_s, device_s = launch_and_device_s(call, "cuda:0")
    assert 0 < launch_s < device_s


@pytest.mark.cuda
def test_a_tiny_convolution_takes_longer_to_launch_than_to_compute():
    condition = Condition("cuda:0", "", image_size=4)
    with pinned(condition):
        call = binder("eager")(*build(blocks.group_convolution(4, 1), condition, 0))
        call()
        launch_s, device_s = launch_and_device_s(call, "cuda:0")
    assert 0 < device_s < launch_s
