import sys
from types import ModuleType, SimpleNamespace

import pytest

from guidelines.measure.monitor import nvml
from guidelines.measure.monitor.nvml import THROTTLING, reader
from guidelines.results.disturbance import GpuSnapshot


class DriverError(Exception):
    pass


def refuse(*args):
    raise DriverError


def library(**changes):
    """A made-up driver of one device, which our own process uses."""
    found = {
        "NVMLError": DriverError,
        "NVML_CLOCK_SM": "sm",
        "NVML_TEMPERATURE_GPU": "gpu",
        "nvmlInit": lambda: None,
        "nvmlDeviceGetHandleByUUID": lambda uuid: uuid,
        "nvmlDeviceGetCurrentClocksThrottleReasons": lambda handle: 0,
        "nvmlDeviceGetClockInfo": lambda handle, kind: {"sm": 1410, "memory": 1215}[kind],
        "nvmlDeviceGetTemperature": lambda handle, sensor: {"gpu": 61}[sensor],
        "nvmlDeviceGetPowerUsage": lambda handle: 250_500,
        "nvmlDeviceGetComputeRunningProcesses": lambda handle: ["ours"],
    }
    return SimpleNamespace(**{**found, **changes})


READINGS = [name for name in vars(library()) if name.startswith("nvmlDeviceGet") and "Handle" not in name]


def test_a_snapshot_holds_what_the_driver_says():
    assert reader("8a1b", library())() == GpuSnapshot(1410, 61, 250.5, (), 0)


def test_every_snapshot_asks_anew():
    clocks = iter([1410, 900])
    read = reader("8a1b", library(nvmlDeviceGetClockInfo=lambda *args: next(clocks)))
    assert [read().clock_mhz, read().clock_mhz] == [1410, 900]


@pytest.mark.parametrize(
    ("bits", "named"),
    [
        (0x00, ()),
        (0x01, ()),  # idle
        (0x02, ()),  # the clock that its user set
        (0x10, ()),  # in step with other devices
        (0x04, ("power cap",)),
        (0x08, ("hardware slow-down",)),
        (0x20, ("heat (software)",)),
        (0x48, ("hardware slow-down", "heat (hardware)")),
        (0x81, ("power brake",)),
        (0x1FF, tuple(THROTTLING.values())),
    ],
)
def test_what_holds_the_clock_down_is_named(bits, named):
    read = reader("8a1b", library(nvmlDeviceGetCurrentClocksThrottleReasons=lambda handle: bits))
    assert read().throttling == named


@pytest.mark.parametrize(("processes", "others"), [(0, 0), (1, 0), (2, 1), (5, 4)])
def test_our_own_process_is_not_another(processes, others):
    running = library(nvmlDeviceGetComputeRunningProcesses=lambda handle: ["a"] * processes)
    assert reader("8a1b", running)().other_processes == others


def test_the_process_that_started_ours_is_not_another_either():
    running = library(nvmlDeviceGetComputeRunningProcesses=lambda handle: ["a", "b", "c"])
    assert reader("8a1b", running, own_processes=2)().other_processes == 1


@pytest.mark.parametrize("uuid", ["8a1b", "GPU-8a1b"])
def test_the_device_is_asked_for_by_its_uuid_with_one_prefix(uuid):
    asked = []
    assert reader(uuid, library(nvmlDeviceGetHandleByUUID=asked.append))
    assert asked == ["GPU-8a1b"]


def test_every_reading_is_of_that_device():
    asked = []

    def noting(read):
        return lambda handle, *rest: asked.append(handle) or read(handle, *rest)

    reader("8a1b", library(**{name: noting(getattr(library(), name)) for name in READINGS}))()
    assert asked == ["GPU-8a1b"] * len(READINGS)


@pytest.mark.parametrize("call", ["nvmlInit", "nvmlDeviceGetHandleByUUID"])
def test_there_is_no_reader_without_a_driver_or_its_device(call):
    assert reader("8a1b", library(**{call: refuse})) is None


@pytest.mark.parametrize("call", READINGS)
def test_a_reading_that_a_device_or_driver_lacks_leaves_the_others(call):
    whole = vars(reader("8a1b", library())())
    lacking = library()
    delattr(lacking, call)
    for made_up in (library(**{call: refuse}), lacking):
        found = vars(reader("8a1b", made_up)())
        changed = {name: value for name, value in found.items() if value != whole[name]}
        assert set(changed.values()) <= {None}
        assert len(changed) <= 1


def test_there_is_no_reader_without_the_package(monkeypatch):
    monkeypatch.setattr(nvml, "_library", lambda: None)
    assert reader("8a1b") is None


def test_the_package_is_taken_where_it_is_installed(monkeypatch):
    package = ModuleType("pynvml")
    monkeypatch.setitem(sys.modules, "pynvml", package)
    assert nvml._library() is package
    monkeypatch.setitem(sys.modules, "pynvml", None)  # as where it is not
    assert nvml._library() is None
