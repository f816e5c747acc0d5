import threading

import pytest
import torch
from torch.profiler import ProfilerActivity, profile

from guidelines.measure.device import placements as module
from guidelines.measure.device.own_thread import OwnThread
from guidelines.measure.device.placements import placements
from guidelines.measure.device.timing import build, pinned
from guidelines.networks import blocks
from guidelines.spec.condition import Condition

AUTOTUNED = Condition("cuda:0", "a card", cudnn="autotune")
RULED = Condition("cuda:0", "a card")


def ours():
    return [thread for thread in threading.enumerate() if thread.name == module.THREAD]


@pytest.fixture
def without_cuda(monkeypatch):
    """Threads that need no CUDA device; what they are told of one."""
    chosen = []
    monkeypatch.setattr(torch.cuda, "device", lambda device: chosen.append(device) or torch.no_grad())
    return chosen


def seen(log):
    """A builder of a network that notes the thread of each building and each sample."""

    def build():
        log.append(threading.current_thread())
        return lambda calls: log.append(threading.current_thread()) or float(calls)

    return build


@pytest.mark.parametrize("condition", [Condition("cpu", ""), Condition("cpu", "", cudnn="autotune"), RULED])
def test_without_the_autotuner_networks_are_measured_in_this_thread(condition):
    log = []
    with placements(condition) as placing:
        placing.begin()
        assert placing.inside(seen(log))()(3) == 3.0
    assert set(log) == {threading.current_thread()}


def test_under_the_autotuner_every_placement_has_a_thread_of_its_own(without_cuda):
    log = []
    with placements(AUTOTUNED) as placing:
        builder = placing.inside(seen(log))
        for _ in range(3):
            placing.begin()
            sample = builder()
            assert [sample(calls) for calls in (1, 2)] == [1.0, 2.0]
            assert len(ours()) == 1
    assert [len(set(log[k : k + 3])) for k in (0, 3, 6)] == [1, 1, 1]
    assert len(set(log)) == 3
    assert without_cuda == ["cuda:0"] * 3
    assert ours() == []


def test_such_a_thread_is_in_inference_mode(without_cuda):
    with placements(AUTOTUNED) as placing:
        placing.begin()
        assert placing.inside(torch.is_inference_mode_enabled)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_no_thread_is_left_after_an_error(without_cuda, error):
    def placed_once():
        with placements(AUTOTUNED) as placing:
            placing.begin()
            raise error

    with pytest.raises(error):
        placed_once()
    assert ours() == []


def test_nothing_can_be_built_before_a_placement_begins(without_cuda):
    with placements(AUTOTUNED) as placing, pytest.raises(RuntimeError, match="between `begin`"):
        placing.inside(list)()


def kernels(module, x):
    """The number of kernels that one call launches."""
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as profiler:
        module(x)
        torch.cuda.synchronize()
    return sum(event.device_type.name == "CUDA" for event in profiler.events())


def kernels_in_fresh_threads(condition):
    """The numbers of kernels of three calls each in three fresh threads, after a call in this thread."""
    counts = []
    with pinned(condition):
        module, x = build(blocks.group_convolution(64, 1), condition, 0)
        kernels(module, x)
        for _ in range(3):
            thread = OwnThread("test", torch.inference_mode)
            counts.append([thread.run(lambda: kernels(module, x)) for _ in range(3)])
            thread.end()
    return counts


@pytest.mark.cuda
def test_cudnn_tries_its_kernels_out_anew_in_every_fresh_thread():
    autotuned = kernels_in_fresh_threads(AUTOTUNED)
    most_by_rule = max(first - second for first, second, _ in kernels_in_fresh_threads(RULED))
    for first, second, third in autotuned:
        assert first - second > most_by_rule
        assert second == third > 0
