"""Snapshots of the machine while a sweep is measured, from Linux's /proc and /sys."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from guidelines.measure.monitor import control_groups
from guidelines.measure.monitor.control_groups import PROC, SYS
from guidelines.measure.monitor.proc import number, text
from guidelines.measure.monitor.processors import Processors, affinity, processors
from guidelines.results.disturbance import GpuSnapshot, Snapshot, State, during

# Positions of the fields in a line of /proc/stat, after its name.
USER, NICE, SYSTEM, IRQ, SOFTIRQ, STEAL = 0, 1, 2, 5, 6, 7


class Watch:
    """Snapshots of the processors that this process may use, and of a CUDA device if `read_gpu` is given.

    What this process may use is asked again at every look, but what is counted is the time of the processors
    that it might use in the beginning.
    """

    def __init__(
        self,
        read_gpu: Callable[[], GpuSnapshot] | None = None,
        proc: Path = PROC,
        sys: Path = SYS,
    ) -> None:
        self._read_gpu = read_gpu
        self._proc, self._sys = proc, sys
        self._groups = control_groups.folders("cpu", proc, sys)
        self._first = processors(proc, sys)
        self._snapshots: list[Snapshot] = []

    def look(self) -> None:
        """Take a snapshot. This takes a millisecond, or more on many processors: do it between samples."""
        ticks, numbers = _ticks(self._proc, self._first), affinity()
        used = os.times()
        self._snapshots.append(
            Snapshot(
                at_s=time.perf_counter(),
                own_s=used.user + used.system + used.children_user + used.children_system,
                busy_s=sum(ticks[k] for k in (USER, NICE, SYSTEM, IRQ, SOFTIRQ)) if ticks else None,
                stolen_s=ticks[STEAL] if ticks else None,
                throttled_s=control_groups.throttled_s(self._groups),
                switches=number(self._proc / "self/status", r"^nonvoluntary_ctxt_switches:\s+(\d+)"),
                load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
                clock_mhz=_clock_mhz(self._proc, self._sys, self._first),
                gpu=self._read_gpu() if self._read_gpu else None,
                cpus=len(numbers) if numbers else None,
            )
        )

    def state(self) -> State | None:
        """The state of the machine between the first and the last look, None for fewer than two looks."""
        return during(self._snapshots, self._first.usable, governor(self._sys, self._first))


def governor(sys: Path = SYS, usable: Processors | None = None) -> str:
    """Name of the rule that chooses the first usable processor's clock, "" if the system does not say."""
    numbers = (usable or processors(sys=sys)).numbers
    cpu = min(numbers, default=0) if numbers else 0
    return text(sys / f"devices/system/cpu/cpu{cpu}/cpufreq/scaling_governor").strip()


def _ticks(proc: Path, usable: Processors) -> list[float] | None:
    """Seconds that the usable processors together spent in each state since the system started.

    A container may number its processors from 0 in /proc/stat, but not for their affinity: then all of them
    are summed, if they are as many.
    """
    every_cpu: dict[str, list[float]] = {}
    for line in text(proc / "stat").splitlines():
        if not line.startswith("cpu"):
            continue
        name, *ticks = line.split()
        if len(ticks) > STEAL:
            every_cpu[name] = [int(each) / os.sysconf("SC_CLK_TCK") for each in ticks]
    total = every_cpu.pop("cpu", None)
    if usable.numbers is None or len(every_cpu) == usable.usable:
        return total
    names = {f"cpu{number}" for number in usable.numbers}
    if not names <= every_cpu.keys():
        return None
    of_usable = [every_cpu[name] for name in names]
    return [sum(times) for times in zip(*of_usable, strict=True)]


def _clock_mhz(proc: Path, sys: Path, usable: Processors) -> float | None:
    """The clock of the fastest usable processor, since the others may be idle."""
    clocks = []
    for cpu in usable.numbers or range(usable.installed):
        khz = text(sys / f"devices/system/cpu/cpu{cpu}/cpufreq/scaling_cur_freq").strip()
        if khz.isdigit():
            clocks.append(int(khz) / 1e3)
    if not clocks:
        clocks = [float(mhz) for mhz in re.findall(r"^cpu MHz\s*:\s*([\d.]+)", text(proc / "cpuinfo"), re.M)]
    return max(clocks, default=None)
