"""A CUDA device as its driver sees it, through the optional package nvidia-ml-py."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from guidelines.results.disturbance import POWER_CAP, GpuSnapshot

# Bits of what NVML calls clocks event reasons (formerly throttle reasons). Two are left out, since they are
# no reason to distrust a figure: that the device is idle, and that its user set the clock.
THROTTLING = {
    0x04: POWER_CAP,
    0x08: "hardware slow-down",
    0x20: "heat (software)",
    0x40: "heat (hardware)",
    0x80: "power brake",
}


def reader(
    uuid: str, nvml: ModuleType | None = None, own_processes: int = 1
) -> Callable[[], GpuSnapshot] | None:
    """Function that takes snapshots of the device with a UUID, None without the package or its driver.

    `own_processes` is the number of processes of this run that hold the device: in a container the driver
    does not know them by our numbers.
    """
    library = nvml or _library()
    if library is None:
        return None
    try:
        library.nvmlInit()
        handle = library.nvmlDeviceGetHandleByUUID(f"GPU-{uuid.removeprefix('GPU-')}")
    except library.NVMLError:
        return None
    return _NvmlDevice(library, handle, own_processes).snapshot


@dataclass(frozen=True)
class _NvmlDevice:
    """A device by NVML's handle."""

    library: Any
    handle: Any
    own_processes: int

    def snapshot(self) -> GpuSnapshot:
        power_mw = self._read("nvmlDeviceGetPowerUsage")
        reasons = self._read("nvmlDeviceGetCurrentClocksThrottleReasons") or 0
        processes = self._read("nvmlDeviceGetComputeRunningProcesses") or []
        return GpuSnapshot(
            clock_mhz=self._read("nvmlDeviceGetClockInfo", self.library.NVML_CLOCK_SM),
            temperature_c=self._read("nvmlDeviceGetTemperature", self.library.NVML_TEMPERATURE_GPU),
            power_w=None if power_mw is None else power_mw / 1e3,
            throttling=tuple(name for bit, name in THROTTLING.items() if reasons & bit),
            other_processes=max(0, len(processes) - self.own_processes),
        )

    def _read(self, name: str, *arguments: int) -> Any:
        """One reading, None if this device or driver does not have it."""
        try:
            return getattr(self.library, name)(self.handle, *arguments)
        except (self.library.NVMLError, AttributeError):
            return None


def _library() -> ModuleType | None:
    try:
        import pynvml  # type: ignore[import-not-found,unused-ignore]  # optional, and untyped
    except ImportError:
        return None
    library: ModuleType = pynvml
    return library
