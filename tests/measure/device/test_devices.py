import json

import pytest
import torch

from guidelines.measure.device.devices import cpu_model, describe, device_list, device_name, runs_dtype
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


def test_a_type_that_cannot_run_is_told_by_trying():
    assert runs_dtype(Device("cpu"), "float32")
    assert not runs_dtype(Device("cpu"), "int32")


def test_the_description_is_strict_json_and_the_same_every_time():
    conditions = [Condition("cpu", "a processor", threads=threads) for threads in (2, 1)]
    found = describe(conditions)
    assert json.loads(json.dumps(found, allow_nan=False)) == describe(conditions)
    assert (found["devices"], found["threads"]) == ({"cpu": "a processor"}, [1, 2])
    assert found["torch"] == str(torch.__version__)
    assert {"onednn", "cudnn", "cpu_model"} <= found.keys()


@pytest.mark.cuda
def test_cuda_devices_are_named():
    assert device_name(Device("cuda:0")) == torch.cuda.get_device_name(0)
