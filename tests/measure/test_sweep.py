import threading
from dataclasses import replace

import pytest
import torch

from guidelines.measure import sweep as module
from guidelines.measure.device.placements import THREAD
from guidelines.measure.dropped import Dropped, SkippedNetworkError, skipped
from guidelines.measure.recording import CONTROL, Limits
from guidelines.measure.sweep import measure_sweep
from guidelines.networks import blocks
from guidelines.results.model import Circumstances
from guidelines.spec.condition import CUDNN, Condition
from guidelines.spec.sweep import Sweep


def measured(sweep, chosen, clock, check=lambda variant, *rest: Circumstances(), **how):
    def prepare(variant, condition, seed, bind):
        assert torch.is_inference_mode_enabled()
        return clock.sample(float(variant.groups))

    limits = Limits(max_time_s=0.0, min_rounds=5)
    return measure_sweep(sweep, chosen, Condition("cpu", ""), limits, 4, check=check, prepare=prepare, **how)


def test_chosen_variants_are_measured_with_baseline_and_control_and_nothing_else(sweep, clock):
    recording = measured(sweep, ["g8"], clock)
    assert set(recording.seconds_per_call) == {"g1", "g8", CONTROL}
    assert recording.seconds_per_call[CONTROL] == (1.0,) * 5


def test_the_seed_and_the_number_of_the_pass_give_the_orders(sweep, clock):
    def built(number):
        order = []
        how = {"turn": order.append, "number": number}
        measured(sweep, ["g1", "g2", "g8"], clock, **how)
        return [id for id in order if id]

    assert built(1) == built(1)
    assert built(1) != built(2)


def test_a_variant_that_an_earlier_pass_checked_is_not_checked_again(sweep, clock):
    checked = []

    def check(variant, *rest):
        checked.append(variant.id)
        return Circumstances(setup_s=3.0)

    recording = measured(sweep, ["g1", "g2", "g8"], clock, check, already_checked=["g1", "g8"])
    assert checked == ["g2"]
    assert recording.checked == {"g2": Circumstances(setup_s=3.0)}


def test_the_variant_that_is_built_is_named_and_then_none(sweep, clock):
    told = []
    measured(sweep, ["g8"], clock, turn=told.append)
    assert set(told[::2]) == {"g1", "g8"}
    assert set(told[1::2]) == {""}


def test_a_variant_that_cannot_be_built_is_built_no_more(sweep, clock):
    def check(variant, *rest):
        if variant.groups == 8:
            raise MemoryError
        return Circumstances()

    told = []
    measured(sweep, ["g8"], clock, check, turn=told.append)
    assert told[told.index("g8") + 1] == ""


def test_every_variant_is_checked_once_before_it_is_timed(sweep, clock):
    checked = []

    def check(variant, *rest):
        checked.append(variant.id)
        return Circumstances(setup_s=3.0)

    recording = measured(sweep, ["g1", "g2", "g8"], clock, check)
    assert sorted(checked) == ["g1", "g2", "g8"]
    assert recording.checked == dict.fromkeys(["g1", "g2", "g8"], Circumstances(setup_s=3.0))


def test_a_variant_that_does_not_pass_its_check_is_a_failure(sweep, clock):
    def check(variant, *rest):
        if variant.groups == 2:
            raise MemoryError
        return Circumstances()

    recording = measured(sweep, ["g2", "g8"], clock, check)
    assert recording.dropped == {"g2": Dropped("MemoryError")}
    assert set(recording.seconds_per_call) == {"g1", "g8", CONTROL}


def test_a_skip_inside_a_network_is_a_reason_and_no_end(sweep, clock):
    def check(variant, *rest):
        if variant.groups == 2:
            raise SkippedNetworkError("not on this device\nbut elsewhere")
        return Circumstances()

    recording = measured(sweep, ["g2", "g8"], clock, check)
    assert recording.dropped == {"g2": Dropped("skipped: not on this device", is_skip=True)}


def test_a_skip_without_a_reason_says_so():
    assert skipped(SkippedNetworkError()) == Dropped("skipped: no reason given", is_skip=True)


def test_an_error_of_another_kind_can_be_explained_from_outside(sweep, clock):
    class Foreign(BaseException):
        pass

    def check(variant, *rest):
        if variant.groups == 2:
            raise Foreign
        return Circumstances()

    def explain(error):
        return Dropped("foreign") if isinstance(error, Foreign) else None

    recording = measured(sweep, ["g2", "g8"], clock, check, explain=explain)
    assert recording.dropped == {"g2": Dropped("foreign")}
    assert measured(sweep, ["g2", "g8"], clock, check).dropped == {"g2": Dropped("Foreign")}
    with pytest.raises(Foreign):
        measured(sweep, ["g2", "g8"], clock, check, explain=lambda error: None)


@pytest.fixture
def without_cuda(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device", lambda device: torch.no_grad())
    monkeypatch.setattr(module, "gpu_reader", lambda device, own_processes: None)


AUTOTUNED = Condition("cuda:0", "a card", cudnn="autotune")


def measured_in_threads(sweep, clock, condition, fail=lambda calls: None):
    """A recording, and the threads in which its networks were built and sampled, in order."""
    built, sampled = [], []

    def prepare(variant, condition, seed, bind):
        built.append(threading.current_thread())
        sample = clock.sample(1.0)

        def noted(calls):
            fail(calls)
            sampled.append(threading.current_thread())
            return sample(calls)

        return noted

    limits = Limits(max_time_s=0.0, min_rounds=8)
    checked = {"check": lambda *given: Circumstances(), "prepare": prepare}
    recording = measure_sweep(sweep, ["g8"], condition, limits, 4, **checked)
    return recording, list(dict.fromkeys(built)), list(dict.fromkeys(sampled))


def test_under_the_autotuner_each_placement_is_built_and_sampled_in_a_fresh_thread(
    sweep, clock, without_cuda
):
    recording, built, sampled = measured_in_threads(sweep, clock, AUTOTUNED)
    assert len(built) == len(recording.placed_at) >= 2
    assert built == sampled
    assert threading.current_thread() not in built
    assert not any(thread.is_alive() for thread in built)


def test_by_the_heuristic_everything_runs_in_this_thread(sweep, clock, without_cuda):
    recording, built, sampled = measured_in_threads(sweep, clock, replace(AUTOTUNED, cudnn="heuristic"))
    assert len(recording.placed_at) >= 2
    assert built == sampled == [threading.current_thread()]


def test_a_skip_in_a_fresh_thread_is_a_reason(sweep, clock, without_cuda):
    def fail(calls):
        raise SkippedNetworkError("not here")

    recording, _, _ = measured_in_threads(sweep, clock, AUTOTUNED, fail)
    assert set(recording.dropped.values()) == {Dropped("skipped: not here", is_skip=True)}
    assert recording.stopped == "failure"


def test_an_interruption_in_a_fresh_thread_ends_the_sweep_and_the_thread(sweep, clock, without_cuda):
    def fail(calls):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measured_in_threads(sweep, clock, AUTOTUNED, fail)
    assert THREAD not in [thread.name for thread in threading.enumerate()]


@pytest.mark.cuda
@pytest.mark.parametrize("cudnn", CUDNN)
@pytest.mark.parametrize("mode", ["eager", "cudagraph"])
def test_a_real_sweep_is_measured_whichever_way_cudnn_chooses(cudnn, mode):
    variants = (blocks.group_convolution(64, 1), blocks.group_convolution(128, 4))
    real = Sweep("G2", "claim", "x1", variants)
    condition = Condition("cuda:0", "", mode=mode, cudnn=cudnn)
    recording = measure_sweep(real, ["g4"], condition, Limits(max_time_s=0.1, min_rounds=8), 0)
    assert recording.dropped == {}
    assert len(recording.placed_at) >= 2
    assert min(map(len, recording.seconds_per_call.values())) >= 8
    assert THREAD not in [thread.name for thread in threading.enumerate()]
    assert not torch.backends.cudnn.benchmark
