"""A CUDA device as its driver sees it, through the optional package nvidia-ml-py."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from guidelines.results.disturbance import POWER_CAP, GpuSnapshot

# Bits of what NVML calls clocks event reasons (before: throttle reasons). That a device is idle, or that
# its user set the clock, is no reason to distrust a figure.
THROTTLING = {
    0x04: POWER_CAP,
    0x08: "hardware slow-down",
    0x20: "heat (software)",
    0x40: "heat (hardware)",
    0x80: "power brake",
}


def reader(uuid: str, nvml: ModuleType | None = None) -> Callable[[], GpuSnapshot] | None:
    """What takes snapshots of the device with a UUID, None where the package or its driver is absent."""
    library = nvml or _library()
    if library is None:
        return None
    try:
        library.nvmlInit()
        handle = library.nvmlDeviceGetHandleByUUID(f"GPU-{uuid.removeprefix('GPU-')}")
    except library.NVMLError:
        return None

    def value(name: str, *arguments: int) -> Any:
        """One reading, None where this device or driver has none."""
        try:
            return getattr(library, name)(handle, *arguments)
        except (library.NVMLError, AttributeError):
            return None

    def read() -> GpuSnapshot:
        power_mw = value("nvmlDeviceGetPowerUsage")
        reasons = value("nvmlDeviceGetCurrentClocksThrottleReasons") or 0
        processes = value("nvmlDeviceGetComputeRunningProcesses") or []
        return GpuSnapshot(
            clock_mhz=value("nvmlDeviceGetClockInfo", library.NVML_CLOCK_SM),
            temperature_c=value("nvmlDeviceGetTemperature", library.NVML_TEMPERATURE_GPU),
            power_w=None if power_mw is None else power_mw / 1e3,
            throttling=tuple(name for bit, name in THROTTLING.items() if reasons & bit),
            # A container does not know its process by the driver's number: all but one are others.
            other_processes=max(0, len(processes) - 1),
        )

    return read


def _library() -> ModuleType | None:
    try:
        import pynvml  # type: ignore[import-not-found,unused-ignore]  # optional, and untyped
    except ImportError:
        return None
    library: ModuleType = pynvml
    return library
