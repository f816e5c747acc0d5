import json
from types import SimpleNamespace

import pytest
import torch

from guidelines.measure.device import devices
from guidelines.measure.device.devices import (
    cpu_model,
    describe,
    device_list,
    device_name,
    is_held,
    runs_dtype,
)
from guidelines.measure.device.settings import settings
from guidelines.measure.monitor.processors import Processors
from guidelines.results.machine import parse_machine
from guidelines.spec.condition import Condition, Device


def test_the_processor_is_named_as_the_system_names_it(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Big Chip 3000 @ 2 GHz\nflags\t\t: fpu\n")
    assert cpu_model(cpuinfo) == "Big Chip 3000 @ 2 GHz"


def test_a_processor_without_a_name_is_called_by_its_architecture(tmp_path):
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nCPU part\t: 0xd0c\n")
    assert cpu_model(cpuinfo)
    assert cpu_model(tmp_path / "missing")


def test_the_cpu_is_always_there():
    assert device_list()[0] == "cpu"
    assert device_name(Device("cpu")) == cpu_model()


def test_a_cpu_is_held_by_nobody():
    assert not is_held(Device("cpu"))


@pytest.mark.cuda
def test_a_process_holds_a_device_once_it_has_used_its_memory():
    torch.zeros(1, device="cuda:0")
    assert is_held(Device("cuda:0"))


def test_a_type_that_cannot_run_is_told_by_trying():
    assert runs_dtype(Device("cpu"), "float32")
    assert not runs_dtype(Device("cpu"), "int32")


def test_the_description_is_strict_json_and_the_same_every_time():
    conditions = [Condition("cpu", "a processor", threads=threads) for threads in (2, 1)]
    found = describe(conditions)
    assert json.loads(json.dumps(found, allow_nan=False)) == describe(conditions)
    assert (found["devices"]["cpu"], found["threads"]) == ("a processor", [1, 2])
    assert found["torch"] == str(torch.__version__)
    assert {"onednn", "cudnn", "cpu_model"} <= found.keys()


def test_the_processors_that_the_run_may_use_are_described(monkeypatch):
    monkeypatch.setattr(devices, "processors", lambda: Processors(8, frozenset({1, 5})))
    monkeypatch.setattr(devices.os, "cpu_count", lambda: 8)
    described = describe([Condition("cpu", "a processor")])
    assert (described["cpu_count"], described["usable_cpus"]) == (8, 2)
    assert parse_machine({"guidelines": described}).usable_cpus == "2"


def test_the_libraries_settings_are_described(monkeypatch):
    for name in settings():
        monkeypatch.delenv(name, raising=False)
    assert parse_machine({"guidelines": describe([Condition("cpu", "a processor")])}).settings == "none"
    monkeypatch.setenv("MKL_CBWR", "COMPATIBLE")
    described = describe([Condition("cpu", "a processor")])
    assert parse_machine({"guidelines": described}).settings == "MKL_CBWR=COMPATIBLE"


@pytest.mark.parametrize(("isa", "limit"), [("SSE41", {}), ("", {"ONEDNN_MAX_CPU_ISA": "SSE41"})])
def test_the_limit_of_onednn_stands_for_an_instruction_set_that_is_unknown(monkeypatch, isa, limit):
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "SSE41")
    monkeypatch.setattr(devices, "instruction_set", lambda: isa)
    described = describe([Condition("cpu", "a processor")])
    assert (described["onednn_isa"], described["settings"]) == (isa or None, limit)


@pytest.fixture
def two_gpus(monkeypatch):
    """A machine with two CUDA devices, which are torch's as far as their properties go."""
    properties = {
        "cuda:0": SimpleNamespace(name="NVIDIA H200", total_memory=150109880320),
        "cuda:1": SimpleNamespace(name="NVIDIA T4", total_memory=15828320256),
    }
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: properties[device])


def test_all_cuda_devices_are_described_with_their_memory_by_a_cpu_run_too(two_gpus):
    described = json.loads(json.dumps(describe([Condition("cpu", "a processor")])))
    assert described["devices"] == {"cpu": "a processor", "cuda:0": "NVIDIA H200", "cuda:1": "NVIDIA T4"}
    assert described["device_memory_bytes"] == {"cuda:0": 150109880320, "cuda:1": 15828320256}
    machine = parse_machine({"guidelines": described})
    assert (machine.devices, machine.device_memory) == ("NVIDIA H200 and NVIDIA T4", "140 GiB and 15 GiB")


def test_a_machine_whose_cuda_cannot_be_started_is_described(two_gpus, monkeypatch):
    def broken(device):
        raise RuntimeError("CUDA driver is too old")

    monkeypatch.setattr(torch.cuda, "get_device_properties", broken)
    described = describe([Condition("cpu", "a processor")])
    assert (described["devices"], described["device_memory_bytes"]) == ({"cpu": "a processor"}, {})


def test_a_machine_is_described_under_the_name_that_it_was_given():
    conditions = [Condition("cpu", "a processor")]
    assert describe(conditions, "ci")["name"] == "ci"
    assert "name" not in describe(conditions)


@pytest.mark.cuda
def test_cuda_devices_are_named():
    assert device_name(Device("cuda:0")) == torch.cuda.get_device_name(0)


@pytest.mark.cuda
def test_a_cpu_run_describes_the_cuda_devices():
    described = describe([Condition("cpu", "a processor")])
    assert described["devices"]["cuda:0"] == torch.cuda.get_device_name(0)
    assert described["device_memory_bytes"]["cuda:0"] > 2**28
