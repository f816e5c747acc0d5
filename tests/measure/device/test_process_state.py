import gc
import sys
from contextlib import nullcontext
from functools import partial

import pytest
import torch

from guidelines.measure.device.process_state import SETTINGS, ProcessState, _read
from guidelines.measure.device.timing import pinned
from guidelines.spec.condition import Condition


@pytest.fixture(autouse=True)
def measuring():
    with pinned(Condition("cpu", "")):
        yield


CHANGES = {
    "torch's threads from 1 to 2": lambda: torch.set_num_threads(2),
    "gradients from off to on": lambda: torch.set_grad_enabled(True),
    "oneDNN from on to off": lambda: torch.backends.mkldnn.set_flags(False),
    "cuDNN's autotuner from off to on": lambda: torch._C._set_cudnn_benchmark(True),
    "cuDNN's determinism from off to on": lambda: torch._C._set_cudnn_deterministic(True),
    "torch's default type from torch.float32 to torch.float64": lambda: torch.set_default_dtype(
        torch.float64
    ),
    "deterministic algorithms from off to warning": lambda: torch.use_deterministic_algorithms(
        True, warn_only=True
    ),
    "autocast on the CPU from off to on": lambda: torch.set_autocast_enabled("cpu", True),
    "the type of autocast on the CPU from torch.bfloat16 to torch.float16": lambda: torch.set_autocast_dtype(
        "cpu", torch.float16
    ),
    "torch's default device from off to meta": lambda: torch.set_default_device("meta"),
    "the garbage collector from off to on": gc.enable,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_a_setting_is_named_and_restored(change):
    before, state = _read(), ProcessState()
    with pytest.raises(ValueError, match=f"^it set {change} for the whole process$"), state.kept():
        CHANGES[change]()
    assert _read() == before


def set_new_precision(backends, precision):
    backends.fp32_precision = precision


@pytest.mark.parametrize("inside", [nullcontext, partial(torch.device, "meta")])
def test_a_default_device_is_taken_away_and_leaves_nothing_that_slows_calls(inside):
    with pytest.raises(ValueError, match="default device"), ProcessState().kept(), inside():
        torch.set_default_device("meta")
    assert torch.ones(1).device.type == "cpu"
    assert torch._C._len_torch_function_stack() == 0


PRECISIONS = {
    "for matrix products": lambda: torch.set_float32_matmul_precision("medium"),
    "for all": lambda: set_new_precision(torch.backends, "tf32"),
    "for cuDNN's convolutions": lambda: set_new_precision(torch.backends.cudnn.conv, "tf32"),
    "for CUDA's products": lambda: set_new_precision(torch.backends.cuda.matmul, "tf32"),
    "for oneDNN": lambda: set_new_precision(torch.backends.mkldnn.conv, "bf16"),
}


@pytest.mark.parametrize("change", PRECISIONS)
def test_another_precision_of_float32_is_named_and_restored_so_that_torch_can_read_it(change):
    before, state = _read(), ProcessState()
    with pytest.raises(ValueError, match=r"^it set the precision of .* from "), state.kept():
        PRECISIONS[change]()
    assert _read() == before
    assert torch.get_float32_matmul_precision() == "highest"
    assert not torch.backends.cudnn.allow_tf32


@pytest.mark.skipif(not torch.set_flush_denormal(False), reason="this processor cannot flush them")
def test_flushing_of_denormal_numbers_is_noticed():
    state = ProcessState()
    with pytest.raises(ValueError, match="flushing of denormal numbers from off to on"), state.kept():
        torch.set_flush_denormal(True)
    with state.kept():
        pass


def test_a_left_inference_mode_is_noticed_and_restored():
    state = ProcessState()
    left = torch.inference_mode(False)
    with pytest.raises(ValueError, match="inference mode from on to off"), state.kept():
        left.__enter__()
    assert torch.is_inference_mode_enabled()
    assert not torch.is_grad_enabled()


def test_a_tracer_that_a_network_sets_is_noticed_and_taken_away():
    state = ProcessState()
    with pytest.raises(ValueError, match="the tracer from off to "), state.kept():
        sys.settrace(lambda *event: None)
    assert sys.gettrace() is None


def test_two_changes_are_both_named():
    def change():
        torch.set_num_threads(2)
        gc.enable()

    with pytest.raises(ValueError, match=r"threads from 1 to 2, the garbage"), ProcessState().kept():
        change()


def test_a_block_that_fails_keeps_its_error_and_changes_nothing():
    def change():
        torch.set_num_threads(2)
        raise KeyError

    before, state = _read(), ProcessState()
    with pytest.raises(KeyError), state.kept():
        change()
    assert _read() == before


def test_a_block_that_changes_nothing_passes():
    with ProcessState().kept():
        torch.ones(2) + 1


def test_the_names_of_settings_are_distinct():
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
