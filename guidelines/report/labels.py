"""Label machines and conditions by the attributes that differ between them, and by no more."""

from collections.abc import Sequence
from dataclasses import asdict

from guidelines.analysis.measured import MachineResults, distinct
from guidelines.results.machine import ALL, NONE
from guidelines.results.model import Machine
from guidelines.spec.condition import Condition

# Phrases for values of attributes; others are written as they are.
WORDS = {
    "name": "machine {}",
    "node": "host {}",
    "cpu_count": "{} CPUs",
    "usable_cpus": "usable CPUs: {}",
    "cpu_capability": "{} kernels",
    "device_memory": "{} device memory",
    "python": "Python {}",
    "torch": "torch {}",
    "cuda": "CUDA {}",
    "cudnn": "cuDNN {}",
    "onednn": "oneDNN {}",
    "onednn_isa": "oneDNN with {}",
    "settings": "with {}",
    "batch_size": "batch {}",
    "image_size": "{0}x{0}",
    "threads": "threads {}",
    "widths": "{} widths",
    "cudnn_choice": "cuDNN {}",
}
# Marks figures that something disturbed, and figures about launches, not about the device.
DISTURBED = "!"
LAUNCH_BOUND = "*"
# Marks rows that are per multiply-add in a sweep of which others are not.
OTHER_WORK = "#"
# What the answer leaves out.
NOT_COUNTED = "not counted"
# Stands at aligned widths for a guideline whose published widths are aligned ones.
AS_PUBLISHED = "widths as published"
# Stands for the speeds of a comparison that has none.
NO_SPEEDS = "no network did the same work on both sides"
# Marks intervals that tell nothing of how far runs lie apart.
ONE_PROCESS = "one process: the interval does not cover other runs"
# Facts of every machine: a file without one does not hold it.
ALWAYS_KNOWN = ("system", "cpu_model", "cpu_count", "python", "torch")
# Usual values, which sentences leave out.
USUAL = {"usable_cpus": ALL, "settings": NONE}
# Names of attributes; others are written with spaces for "_".
NAMES = {
    "name": "machine",
    "cpu_model": "CPU",
    "cpu_capability": "kernels",
    "cpu_count": "CPUs",
    "usable_cpus": "usable CPUs",
    "onednn_isa": "oneDNN's instruction set",
    "onednn": "oneDNN",
    "cudnn": "cuDNN",
    "cuda": "CUDA",
}


def attributes(machine: Machine, condition: Condition) -> dict[str, str]:
    """The known attributes of a machine and a condition, as text by name; "" for one without a meaning."""
    of_condition = condition.texts
    known = {"device_name": condition.device_name, **of_condition, **asdict(machine)}
    return {name: str(value) for name, value in known.items() if value or name in of_condition}


def of_results(results: MachineResults) -> dict[str, str]:
    """The known attributes of a machine and the devices that it measured, as text by name."""
    devices = dict.fromkeys(m.place.condition.device_name for m in results.measured)
    known = {"device_name": " and ".join(devices)} if devices else {}
    return known | {name: value for name, value in asdict(results.machine).items() if value}


def phrase(name: str, value: str) -> str:
    """An attribute in a sentence: "torch 2.13.0" for ("torch", "2.13.0"); "" for a usual value."""
    if USUAL.get(name) == value:
        return ""
    return WORDS.get(name, "{}").format(value)


def name_of(name: str) -> str:
    """The name of an attribute, for a sentence: "CPUs" for "cpu_count"."""
    return NAMES.get(name, name.replace("_", " "))


def sentence(known: dict[str, str]) -> str:
    """All attributes, with commas between them; a processor that is also the device stands there once."""
    parts = dict.fromkeys(phrase(name, value) for name, value in known.items() if value)
    return ", ".join(filter(None, parts))


def differences(a: dict[str, str], b: dict[str, str]) -> tuple[str, ...]:
    """The attributes that differ, with both values: "threads 1 | 2"; "" is that of one without meaning."""
    names = [name for name in dict.fromkeys((*a, *b)) if "" not in (a.get(name), b.get(name))]
    unlike = [name for name in names if a.get(name) != b.get(name)]
    if "devices" in unlike and _names_its_devices(a) and _names_its_devices(b):
        unlike.remove("devices")  # their names differ already
    return tuple(f"{name_of(name)} {a.get(name, 'unknown')} | {b.get(name, 'unknown')}" for name in unlike)


def _names_its_devices(known: dict[str, str]) -> bool:
    """True if the devices of the machine are among those that it measured."""
    return known.get("devices", "") in known.get("device_name", "")


def labels(everything: Sequence[dict[str, str]]) -> tuple[list[str], dict[str, str]]:
    """Label each by its device and the attributes that vary, and return the others, without usual ones."""
    names = distinct(everything)
    shared = {}
    for name in names:
        values = {known.get(name) for known in everything} - {""}
        if len(values) == 1 and name != "device_name" and (value := values.pop()):
            shared[name] = value
    varying = [name for name in names if name not in shared]
    told = {name: value for name, value in shared.items() if phrase(name, value)}
    return [_label(known, varying) for known in everything], told


def lacking(known: dict[str, str]) -> tuple[str, ...]:
    """The names of the facts that every machine has and that a file does not hold."""
    return tuple(name_of(name) for name in ALWAYS_KNOWN if name not in known)


def _label(known: dict[str, str], names: Sequence[str]) -> str:
    return sentence({name: known[name] for name in names if name in known})
