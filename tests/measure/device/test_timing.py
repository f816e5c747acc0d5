import gc
from dataclasses import replace

import pytest
import torch

from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import build, drawn_input, pinned, prepare, timed
from guidelines.networks import blocks
from guidelines.spec.condition import DTYPES, LAYOUTS, Condition

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


@pytest.mark.parametrize(("cudnn", "is_autotuned"), [("heuristic", False), ("autotune", True)])
def test_the_measuring_state_is_the_papers_with_the_condition_s_choice_of_kernels(
    unusual, cudnn, is_autotuned
):
    with pinned(replace(SMALL, cudnn=cudnn)):
        assert state() == {
            "threads": 1,
            "benchmark": is_autotuned,
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


def test_weights_and_input_depend_on_the_seed_alone_and_leave_torchs_random_state_alone():
    network = blocks.group_convolution(8, 2)
    before = torch.random.get_rng_state()
    (module, x), (same, same_x), (other, other_x) = (build(network, SMALL, seed) for seed in (3, 3, 4))
    assert torch.equal(before, torch.random.get_rng_state())
    weights, same_weights, other_weights = (next(m.parameters()) for m in (module, same, other))
    assert torch.equal(x, same_x)
    assert torch.equal(weights, same_weights)
    assert not torch.equal(x, other_x)
    assert not torch.equal(weights, other_weights)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_input_of_any_type_and_layout_is_drawn_from_a_normal_distribution(dtype, layout):
    x = drawn_input((2, 8, 32, 32), replace(SMALL, dtype=dtype, layout=layout), seed=1).float()
    assert abs(float(x.mean())) < 0.05
    assert float(x.std()) == pytest.approx(1.0, abs=0.05)


def test_an_input_is_drawn_on_the_device(monkeypatch):
    log = []

    def randn(*shape, generator, device, dtype):
        log.append((generator.device.type, device, dtype))
        return torch.zeros(shape)

    monkeypatch.setattr(torch, "randn", randn)
    drawn_input((1, 2, 4, 4), replace(SMALL, dtype="float16"), seed=0)
    assert log == [("cpu", "cpu", torch.float16)]


@pytest.mark.cuda
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_same_input_is_drawn_on_cuda_every_time_and_nothing_more_is_taken(dtype):
    condition = Condition("cuda:0", "", dtype=dtype, batch_size=64)
    before = torch.cuda.get_rng_state()
    shape = (64, 64, 56, 56)
    x = drawn_input(shape, condition, seed=5)
    assert (str(x.device), x.dtype) == ("cuda:0", getattr(torch, dtype))
    torch.cuda.reset_peak_memory_stats()
    held = torch.cuda.memory_allocated()
    same = drawn_input(shape, condition, seed=5)
    taken = torch.cuda.max_memory_allocated() - held
    assert taken < 1.1 * same.nbytes
    assert torch.equal(x, same)
    assert torch.equal(before, torch.cuda.get_rng_state())
    assert float(x.float().std()) == pytest.approx(1.0, abs=0.05)


@pytest.mark.cuda
def test_weights_are_the_same_on_every_device():
    network = blocks.group_convolution(8, 2)
    on_cpu, _ = build(network, SMALL, 3)
    on_cuda, _ = build(network, Condition("cuda:0", "", image_size=4), 3)
    for own, other in zip(on_cpu.parameters(), on_cuda.parameters(), strict=True):
        assert torch.equal(own, other.cpu())


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


def test_nothing_comes_before_a_sample_of_no_calls():
    came = []
    sample = timed(lambda: None, lambda: None, lambda: 0.0, before=lambda: came.append("before"))
    sample(0)
    assert came == []
    sample(1)
    assert came == ["before"]


def test_what_comes_before_a_sample_is_not_timed():
    now = [0.0]

    def takes(seconds):
        now[0] += seconds

    sample = timed(lambda: takes(1.0), lambda: None, lambda: now[0], before=lambda: takes(100.0))
    assert [sample(3), sample(1)] == [3.0, 1.0]
