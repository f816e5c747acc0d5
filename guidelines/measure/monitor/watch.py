"""Snapshots of the machine while a sweep is measured, from Linux's /proc and /sys."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from guidelines.measure.monitor.proc import number, text
from guidelines.results.disturbance import GpuSnapshot, Snapshot, State, during

PROC, SYS = Path("/proc"), Path("/sys")
# Positions of the fields in the first line of /proc/stat, after its name.
USER, NICE, SYSTEM, IRQ, SOFTIRQ, STEAL = 0, 1, 2, 5, 6, 7


class Watch:
    """Snapshots of the machine, and of a CUDA device if `read_gpu` is given."""

    def __init__(
        self,
        read_gpu: Callable[[], GpuSnapshot] | None = None,
        proc: Path = PROC,
        sys: Path = SYS,
    ) -> None:
        self._read_gpu = read_gpu
        self._proc, self._sys = proc, sys
        self._snapshots: list[Snapshot] = []

    def look(self) -> None:
        """Take a snapshot. This takes a millisecond, or more on many processors: do it between samples."""
        ticks = _ticks(self._proc)
        used = os.times()
        self._snapshots.append(
            Snapshot(
                at_s=time.perf_counter(),
                own_s=used.user + used.system + used.children_user + used.children_system,
                busy_s=sum(ticks[k] for k in (USER, NICE, SYSTEM, IRQ, SOFTIRQ)) if ticks else None,
                stolen_s=ticks[STEAL] if ticks else None,
                throttled_s=_throttled_s(self._sys),
                switches=number(self._proc / "self/status", r"^nonvoluntary_ctxt_switches:\s+(\d+)"),
                load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
                clock_mhz=_clock_mhz(self._proc, self._sys),
                gpu=self._read_gpu() if self._read_gpu else None,
            )
        )

    def state(self) -> State | None:
        """The state of the machine between the first and the last look, None for fewer than two looks."""
        return during(self._snapshots, os.cpu_count() or 1, governor(self._sys))


def governor(sys: Path = SYS) -> str:
    """How the system chooses the first processor's clock, "" if it does not say."""
    return text(sys / "devices/system/cpu/cpu0/cpufreq/scaling_governor").strip()


def _ticks(proc: Path) -> list[float] | None:
    """Seconds that all processors together spent in each state since the system started."""
    first = text(proc / "stat").partition("\n")[0].split()
    if len(first) <= STEAL + 1:
        return None
    return [int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in first[1:]]


def _throttled_s(sys: Path) -> float | None:
    microseconds = number(sys / "fs/cgroup/cpu.stat", r"^throttled_usec (\d+)")
    return None if microseconds is None else microseconds / 1e6


def _clock_mhz(proc: Path, sys: Path) -> float | None:
    """The clock of the fastest processor, since the others may be idle."""
    scaling = sys.glob("devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq")
    clocks = [int(khz) / 1e3 for path in scaling if (khz := text(path).strip()).isdigit()]
    if not clocks:
        clocks = [float(mhz) for mhz in re.findall(r"^cpu MHz\s*:\s*([\d.]+)", text(proc / "cpuinfo"), re.M)]
    return max(clocks, default=None)
