"""Static facts about this machine and its devices; `monitor.watch` observes what changes."""

import os
import platform
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from guidelines.measure.device.onednn import instruction_set
from guidelines.measure.device.settings import settings
from guidelines.measure.monitor import nvml
from guidelines.measure.monitor.processors import processors
from guidelines.results.disturbance import GpuSnapshot
from guidelines.spec.condition import Condition, Device

MachineInfo = dict[str, str | int | list[int] | dict[str, str] | dict[str, int] | None]


def device_list() -> tuple[Device, ...]:
    """Devices of this machine that can be measured, by torch's names: "cpu", "cuda:0", ..."""
    return Device("cpu"), *(Device(f"cuda:{index}") for index in range(torch.cuda.device_count()))


def device_name(device: Device) -> str:
    """The model of a device. Raises RuntimeError if CUDA cannot be started."""
    return cpu_model() if device.is_cpu else torch.cuda.get_device_name(device)


def cpu_model(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name as the system gives it, or its architecture if there is none."""
    if cpuinfo.exists():
        name = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text("utf-8"), re.MULTILINE)
        if name:
            return name[1].strip()
    return platform.processor() or platform.machine()


def gpu_reader(device: Device, own_processes: int = 1) -> Callable[[], GpuSnapshot] | None:
    """Function that takes snapshots of a CUDA device; None for the CPU, or if NVML is not available."""
    if device.is_cpu:
        return None
    uuid = getattr(torch.cuda.get_device_properties(device), "uuid", None)
    return nvml.reader(str(uuid), own_processes=own_processes) if uuid else None


def is_held(device: Device) -> bool:
    """True if this process has used memory of a CUDA device, and so counts as one that holds it."""
    if device.is_cpu:
        return False
    return bool(torch.cuda.memory_stats(device).get("allocation.all.allocated", 0))


def runs_dtype(device: Device, dtype: str) -> bool:
    """True if a device can run a group convolution of a data type; tries it."""
    torch_dtype = getattr(torch, dtype)
    try:
        with torch.inference_mode():
            conv = torch.nn.Conv2d(8, 8, 1, groups=2, device=device, dtype=torch_dtype)
            conv(torch.zeros(1, 8, 4, 4, device=device, dtype=torch_dtype))
    except torch.cuda.OutOfMemoryError:
        raise
    except RuntimeError:
        return False
    return True


def describe(
    conditions: Sequence[Condition], name: str | None = None, environ: Mapping[str, str] = os.environ
) -> MachineInfo:
    """Devices, libraries, settings and thread counts of a run, for `machine_info` in the saved file.

    All CUDA devices of the machine are named, measured or not. `name` is the one that the user gives it.
    """
    measured = {condition.device: condition.device_name for condition in conditions}
    cuda = _cuda_devices()
    named: MachineInfo = {"name": name} if name else {}
    return {
        **named,
        "cpu_model": cpu_model(),
        "cpu_count": os.cpu_count(),
        "usable_cpus": processors().usable,
        "devices": measured | {device: properties.name for device, properties in cuda.items()},
        "device_memory_bytes": {device: properties.total_memory for device, properties in cuda.items()},
        "threads": sorted({condition.threads for condition in conditions}),
        **_libraries(environ),
    }


def _libraries(environ: Mapping[str, str]) -> MachineInfo:
    """Versions, instruction sets and settings of torch and its libraries."""
    onednn = re.search(r"MKL-DNN v([\d.]+)", torch.__config__.show())
    cudnn = torch.backends.cudnn.version()  # type: ignore[no-untyped-call]  # untyped in torch
    isa = instruction_set()
    return {
        "torch": str(torch.__version__),
        "cuda": torch.version.cuda,
        "cudnn": None if cudnn is None else str(cudnn),
        "onednn": onednn[1] if onednn else None,
        "onednn_isa": isa or None,
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "settings": settings(environ, is_isa_known=bool(isa)),
    }


def _cuda_devices() -> dict[str, Any]:
    """Properties of every CUDA device; {} if CUDA cannot be started, because a CPU run can do without."""
    try:
        return {
            device: torch.cuda.get_device_properties(device) for device in device_list() if not device.is_cpu
        }
    except RuntimeError:
        return {}
