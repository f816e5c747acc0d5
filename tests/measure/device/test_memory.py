import os
import platform
from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from guidelines.measure.device import memory
from guidelines.measure.device.checks import check
from guidelines.measure.device.memory import check_fits, free_bytes, needed_bytes, peak_bytes
from guidelines.measure.device.modes import binder
from guidelines.measure.device.timing import ALLOCATOR_CEILING_BYTES
from guidelines.networks import blocks
from guidelines.spec.condition import Condition, Device
from guidelines.spec.sweep import Variant
from guidelines.spec.work import Conv, Stack

CPU, CUDA = Device("cpu"), Device("cuda:0")
SMALL = Condition("cpu", "", batch_size=2, image_size=4)
MIB = 2**20

can_reset_peak = pytest.mark.skipif(
    not os.access(memory.CLEAR_REFS, os.W_OK), reason="the system does not reset a process's peak"
)


def filled(mib):
    return torch.ones(mib * MIB, dtype=torch.uint8)


def test_a_network_needs_its_weights_its_input_and_twice_its_widest_layer():
    weights, input, widest = 20 * 4 * 8, 2 * 16 * 4, 2 * 16 * (4 + 8)
    assert needed_bytes(blocks.channel_ratio(4, 8), SMALL) == 4 * (weights + input + 2 * widest)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_the_bits_need_half_the_memory(dtype):
    variant = blocks.channel_ratio(4, 8)
    assert 2 * needed_bytes(variant, replace(SMALL, dtype=dtype)) == needed_bytes(variant, SMALL)


def test_a_network_that_does_not_fit_is_refused_with_both_figures():
    wide = Condition("cpu", "", batch_size=8, image_size=256)
    with pytest.raises(MemoryError, match=r"^needs about 10 GiB, 1\.5 GiB are free$"):
        check_fits(blocks.group_convolution(1024, 1), wide, lambda device: 3 * 2**29)


@pytest.mark.parametrize(("spare", "fits"), [(None, True), (1, True), (0, True), (-1, False)])
def test_a_network_fits_where_enough_is_free_or_nobody_knows(spare, fits):
    variant = blocks.channel_ratio(4, 8)
    free = None if spare is None else needed_bytes(variant, SMALL) + spare
    if fits:
        check_fits(variant, SMALL, lambda device: free)
    else:
        with pytest.raises(MemoryError):
            check_fits(variant, SMALL, lambda device: free)


def test_a_network_that_does_not_fit_is_not_built(monkeypatch):
    monkeypatch.setattr(memory, "_available_bytes", lambda: 100)
    devices = []

    def build():
        conv = torch.nn.Conv2d(4, 4, 1, bias=False)
        devices.append(conv.weight.device.type)
        return conv

    with pytest.raises(MemoryError):
        check(Variant("a", "a", (4,), Stack((Conv(4, 4),)), build), SMALL, 0, binder("eager"))
    assert devices == ["meta"]


@pytest.mark.parametrize(
    ("available", "left", "free"), [(7, 5, 5), (5, 7, 5), (7, None, 7), (None, 5, 5), (None, None, None)]
)
def test_the_cpu_has_free_what_system_and_container_both_leave(monkeypatch, available, left, free):
    monkeypatch.setattr(memory, "_available_bytes", lambda: available)
    monkeypatch.setattr(memory, "_left_in_groups_bytes", lambda: left)
    assert free_bytes(CPU) == free


def test_a_cuda_device_has_free_what_the_driver_says_once_torch_has_given_back_its_cache(monkeypatch):
    free = [1000]
    cuda = SimpleNamespace(
        empty_cache=lambda: free.append(1200), mem_get_info=lambda device: (free[-1], 9000)
    )
    monkeypatch.setattr(memory, "torch", SimpleNamespace(cuda=cuda))
    assert free_bytes(CUDA) == 1200


@pytest.mark.parametrize(
    ("text", "available"),
    [
        ("MemTotal:  9000 kB\nMemFree:  100 kB\nMemAvailable:   3000 kB\n", 3000 * 1024),
        ("MemTotal:  9000 kB\nMemFree:  100 kB\n", None),
    ],
)
def test_the_system_has_available_what_it_says(tmp_path, text, available):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(text)
    assert memory._available_bytes(meminfo) == available


def test_a_system_without_the_file_says_nothing(tmp_path):
    assert memory._available_bytes(tmp_path / "meminfo") is None


@can_reset_peak
def test_the_peak_sees_what_is_gone_at_the_end():
    assert 60 * MIB <= peak_bytes(CPU, lambda: filled(64)) < 200 * MIB


@can_reset_peak
def test_the_peak_is_of_growth_and_not_of_what_was_there():
    kept = filled(128)
    assert peak_bytes(CPU, lambda: None) < 60 * MIB
    assert kept[0] == 1


@can_reset_peak
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="no glibc")
def test_the_peak_sees_memory_that_the_c_library_had_kept():
    torch.empty(ALLOCATOR_CEILING_BYTES, dtype=torch.uint8)
    filled(20)
    # Which of them would fit into what was kept depends on the gaps in it.
    assert min(peak_bytes(CPU, lambda: filled(20)) for _ in range(4)) > 15 * MIB


def test_no_peak_is_told_where_it_cannot_be_reset(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "CLEAR_REFS", tmp_path / "missing" / "clear_refs")
    acts = []
    assert peak_bytes(CPU, lambda: acts.append("done")) is None
    assert acts == ["done"]


def test_no_peak_is_told_where_the_system_does_not_say(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "CLEAR_REFS", tmp_path / "clear_refs")
    monkeypatch.setattr(memory, "STATUS", tmp_path / "status")
    assert peak_bytes(CPU, lambda: None) is None
    (tmp_path / "status").write_text("VmHWM:\t  70 kB\nVmRSS:\t  50 kB\n")
    assert peak_bytes(CPU, lambda: None) == 20 * 1024


def test_the_peak_on_cuda_is_the_allocators_since_it_was_reset(monkeypatch):
    held = SimpleNamespace(now=100, most=900)

    def act():
        held.most = 700

    def reset_peak_memory_stats(device):
        held.most = held.now

    cuda = SimpleNamespace(
        reset_peak_memory_stats=reset_peak_memory_stats,
        memory_allocated=lambda device: held.now,
        max_memory_allocated=lambda device: held.most,
    )
    monkeypatch.setattr(memory, "torch", SimpleNamespace(cuda=cuda))
    assert peak_bytes(CUDA, act) == 600
    assert peak_bytes(CUDA, lambda: None) == 0


@pytest.mark.cuda
def test_the_peak_on_a_device_is_that_of_the_tensors_made_there():
    kept = torch.ones(8 * MIB, dtype=torch.uint8, device="cuda:0")
    assert 16 * MIB <= peak_bytes(CUDA, lambda: torch.zeros_like(kept) + kept) < 20 * MIB
