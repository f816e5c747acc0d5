"""Processors that this process may use: affinity, cpusets and quotas leave it fewer than the machine has."""

import os
from dataclasses import dataclass
from pathlib import Path

from guidelines.measure.monitor import control_groups
from guidelines.measure.monitor.control_groups import PROC, SYS

# Variables by which OpenMP binds threads to processors: also the main one, and with it all later processes.
BINDING = ("GOMP_CPU_AFFINITY", "KMP_AFFINITY", "OMP_PLACES", "OMP_PROC_BIND")


@dataclass(frozen=True)
class Processors:
    """Processors of the machine, and those that this process may use.

    `numbers` are the system's numbers of those it may use, None if the system does not say. `quota` is the
    time that control groups leave it, in processors (seconds per second); None without a quota. `bound_by`
    are the variables of BINDING that are set.
    """

    installed: int
    numbers: frozenset[int] | None = None
    quota: float | None = None
    bound_by: tuple[str, ...] = ()

    @property
    def usable(self) -> int:
        """Number of processors that the threads of this process may run on."""
        return len(self.numbers) if self.numbers else self.installed

    @property
    def most_threads(self) -> int:
        """Number of threads that can run at once.

        A quota of 1.5 processors is enough for one: two would be stopped for a quarter of the time.
        """
        if self.quota is None:
            return self.usable
        return min(self.usable, max(1, int(self.quota)))

    @property
    def limits(self) -> str:
        """Limits that leave this process fewer processors: "may use 1 of 2 processors", or ""."""
        limits = []
        if self.usable < self.installed:
            bound = f" ({' and '.join(self.bound_by)} may bind it)" if self.bound_by else ""
            limits.append(f"may use {self.usable} of {self.installed} processors{bound}")
        if self.quota is not None and self.quota < self.usable:
            limits.append(f"has a quota of {self.quota:.3g} processors")
        return " and ".join(limits)


def processors(proc: Path = PROC, sys: Path = SYS) -> Processors:
    """The processors of this machine, as far as the system says which of them this process may use."""
    quota = control_groups.quota(control_groups.folders("cpu", proc, sys))
    bound_by = tuple(name for name in BINDING if name in os.environ)
    return Processors(installed=os.cpu_count() or 1, numbers=affinity(), quota=quota, bound_by=bound_by)


def affinity() -> frozenset[int] | None:
    """The system's numbers of the processors that this process may use, None if the system does not say.

    This includes cpusets and processors that were switched off.
    """
    try:
        return frozenset(os.sched_getaffinity(0))
    except (AttributeError, OSError):
        return None
