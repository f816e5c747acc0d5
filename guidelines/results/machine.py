"""The machine of a run: what is written on it in a file, and how that is read."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from guidelines.results import checked
from guidelines.results.model import Machine
from guidelines.results.schema import KEY

TEXTS = (
    *("name", "cpu_model", "cpu_capability"),
    *("torch", "cuda", "cudnn", "onednn", "onednn_isa"),
)
ALL, NONE = "all", "none"
BYTES_PER_GIB = 2**30


def parse_machine(info: Mapping[str, Any]) -> Machine:
    """The machine of a file; what the file does not hold is "", since no result depends on it."""
    ours = checked.mapping(info.get(KEY))
    system = (checked.text(info.get("system")), checked.text(info.get("machine")))
    devices = _devices(ours)
    sizes = [size for _, size in devices]
    machine = Machine(
        node=checked.text(info.get("node")),
        system=checked.printable(" ".join(filter(None, system))),
        python=checked.text(info.get("python_version")),
        devices=checked.printable(" and ".join(model for model, _ in devices)),
        device_memory=checked.printable(" and ".join(sizes)) if all(sizes) else "",
        usable_cpus=_usable_cpus(ours),
        settings=_settings(ours.get("settings")),
        cpu_count=_cpu_count(ours),
        **{name: checked.text(ours.get(name)) for name in TEXTS},
    )
    return called(machine, machine.name) if machine.name else machine


def called(machine: Machine, name: str) -> Machine:
    """A machine under the name that the user gives it, which takes the place of its host."""
    return replace(machine, name=name, node="")


def checked_name(text: str) -> str:
    """A name for a machine. Raises ValueError for one that is empty or cannot be printed."""
    name = text.strip()
    if not name or checked.printable(name) != name:
        raise ValueError(f"{text!r} is no name of a machine: give printable text, such as ci")
    return name


def _cpu_count(ours: Mapping[str, Any]) -> str:
    """The number of processors, "" if the file does not say: no machine has none."""
    return _unless_none(checked.text(ours.get("cpu_count")))


def _usable_cpus(ours: Mapping[str, Any]) -> str:
    """The number of processors that a run might use, ALL if these are all; "" if the file does not say."""
    usable = _unless_none(checked.text(ours.get("usable_cpus")))
    return ALL if usable and usable == _cpu_count(ours) else usable


def _unless_none(number: str) -> str:
    return "" if number == "0" else number


def _settings(saved: Any) -> str:
    """Environment variables in the order of their names, NONE if none was set; "" for an older file."""
    if not isinstance(saved, dict):
        return ""
    told = [f"{checked.printable(name)}={checked.text(value)}" for name, value in sorted(saved.items())]
    return checked.printable(" ".join(told)) or NONE


def _devices(ours: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The model and the memory of every device but the CPU, each pair once; "" for an unknown memory.

    Files without any memory name only the devices that were measured.
    """
    models = checked.mapping(ours.get("devices"))
    sizes_bytes = checked.mapping(ours.get("device_memory_bytes"))
    devices = set()
    for device, model in models.items():
        if device != "cpu" and model:
            devices.add((checked.text(model), _gib(sizes_bytes.get(device))))
    return sorted(devices)


def _gib(size_bytes: Any) -> str:
    """A size in GiB: "140 GiB"; drivers differ by less. "" for anything but a plausible size."""
    if type(size_bytes) is not int or not 0 < size_bytes <= checked.LARGEST:
        return ""
    return f"{size_bytes / BYTES_PER_GIB:.0f} GiB"
