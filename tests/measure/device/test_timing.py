import gc

import pytest
import torch

from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import build, pinned, prepare, timed
from guidelines.networks import blocks
from guidelines.spec.condition import Condition

SMALL = Condition("cpu", "", image_size=4)


def state():
    return {
        "threads": torch.get_num_threads(),
        "benchmark": torch.backends.cudnn.benchmark,
        "deterministic": torch.backends.cudnn.deterministic,
        "cudnn_tf32": torch.backends.cudnn.allow_tf32,
        "matmul_precision": torch.get_float32_matmul_precision(),
        "inference": torch.is_inference_mode_enabled(),
        "collecting": gc.isenabled(),
    }


@pytest.fixture
def unusual():
    """Globals unlike both torch's defaults and the measuring state."""
    before = state()
    torch.set_num_threads(2)
    torch.set_float32_matmul_precision("medium")
    torch.backends.cudnn.deterministic = True
    yield state()
    torch.set_num_threads(before["threads"])
    torch.set_float32_matmul_precision(before["matmul_precision"])
    torch.backends.cudnn.deterministic = before["deterministic"]


def test_the_measuring_state_is_the_papers(unusual):
    with pinned(SMALL):
        assert state() == {
            "threads": 1,
            "benchmark": True,
            "deterministic": False,
            "cudnn_tf32": False,
            "matmul_precision": "highest",
            "inference": True,
            "collecting": False,
        }


def test_every_global_is_restored(unusual):
    with pinned(SMALL):
        prepare(blocks.group_convolution(8, 2), SMALL, 3, binder("eager"))(1)
    assert state() == unusual


def test_every_global_is_restored_after_an_error(unusual):
    with pytest.raises(KeyError), pinned(SMALL):
        raise KeyError
    assert state() == unusual


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with pinned(SMALL):
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_sample_times_its_calls_between_two_synchronizations(clock):
    events = []

    def call():
        events.append("call")
        clock.now_s += 2.0

    def synchronize():
        events.append("sync")
        clock.now_s += 0.5

    sample = timed(call, synchronize, clock)
    assert sample(3) == 3 * 2.0 + 0.5
    assert events == ["sync", "call", "call", "call", "sync"]
    assert sample(0) == 0.5


def test_the_layout_and_type_reach_module_and_input():
    condition = Condition("cpu", "", dtype="bfloat16", layout="nhwc", batch_size=2, image_size=4)
    module, x = build(blocks.channel_ratio(8, 16), condition, seed=0)
    assert x.shape == (2, 8, 4, 4)
    assert x.is_contiguous(memory_format=torch.channels_last)
    assert {p.dtype for p in module.parameters()} == {torch.bfloat16} == {x.dtype}
    assert not module.training


@pytest.mark.cuda
def test_a_sample_on_cuda_lasts_as_long_as_the_device_works():
    condition = Condition("cuda:0", "", batch_size=64)
    with pinned(condition):
        sample = prepare(blocks.group_convolution(512, 1), condition, 0, binder("eager"))
        sample(5)
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        seconds = sample(10)
        end.record()
        torch.cuda.synchronize()
    assert seconds == pytest.approx(start.elapsed_time(end) / 1e3, rel=0.2)
