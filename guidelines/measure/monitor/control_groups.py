"""Limits of the control groups that this process belongs to, in version 1, version 2 or both at once.

A container, a job of a batch system or a systemd slice is such a group. Groups are nested, and each of them
may limit the process: so its own group and all groups above it are read, as far as they can be seen.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TypeVar

from guidelines.measure.monitor.proc import number, text

PROC, SYS = Path("/proc"), Path("/sys")
T = TypeVar("T")
# Without a limit, version 1 gives the largest multiple of a page that it can count.
UNLIMITED_BYTES = 2**60
VERSION_2 = ""


@dataclass(frozen=True)
class _Mount:
    """A mounted tree of groups: the group that stands at its top, and the controllers; () for version 2."""

    top: str
    point: Path
    controllers: tuple[str, ...]


def folders(controller: str, proc: Path = PROC, sys: Path = SYS) -> tuple[Path, ...]:
    """Folders of the groups whose limits by a controller hold for this process, its own group first."""
    own = dict(_own_groups(text(proc / "self/cgroup")))
    of_groups: list[Path] = []
    for mount in _mounts(text(proc / "self/mountinfo")):
        if mount.controllers and controller not in mount.controllers:
            continue
        group = own.get(controller if mount.controllers else VERSION_2)
        if group is not None:
            of_groups += _up_to_the_top(mount, group)
    return tuple(dict.fromkeys(of_groups)) or (sys / "fs/cgroup",)


def throttled_s(groups: Iterable[Path]) -> float | None:
    """Seconds for which quotas stopped the groups so far, summed over groups and processors."""
    times_s = _known(groups, _throttled_s)
    return sum(times_s) if times_s else None


def quota(groups: Iterable[Path]) -> float | None:
    """Processors whose time all groups leave to this process, such as 1.5; None without a quota."""
    return min(_known(groups, _quota), default=None)


def left_bytes(groups: Iterable[Path]) -> int | None:
    """Memory left below the limits of all groups; cached files count as free. None without a limit."""
    return min(_known(groups, _left_bytes), default=None)


def _known(groups: Iterable[Path], read: Callable[[Path], T | None]) -> list[T]:
    values = map(read, groups)
    return [value for value in values if value is not None]


def _throttled_s(group: Path) -> float | None:
    microseconds = number(group / "cpu.stat", r"^throttled_usec (\d+)")
    if microseconds is not None:
        return microseconds / 1e6
    nanoseconds = number(group / "cpu.stat", r"^throttled_time (\d+)")
    return None if nanoseconds is None else nanoseconds / 1e9


def _quota(group: Path) -> float | None:
    used_us, period_us = number(group / "cpu.max", r"^(\d+) \d+"), number(group / "cpu.max", r"^\d+ (\d+)")
    if used_us is None:
        used_us = number(group / "cpu.cfs_quota_us", r"^(\d+)$")  # -1 without a quota
        period_us = number(group / "cpu.cfs_period_us", r"^(\d+)$")
    return used_us / period_us if used_us and period_us else None


def _left_bytes(group: Path) -> int | None:
    limits = [number(group / name, r"^(\d+)$") for name in ("memory.max", "memory.high")]
    limits.append(number(group / "memory.limit_in_bytes", r"^(\d+)$"))
    limit = min((each for each in limits if each is not None and each < UNLIMITED_BYTES), default=None)
    used = number(group / "memory.current", r"^(\d+)$")
    if used is None:
        used = number(group / "memory.usage_in_bytes", r"^(\d+)$")
    if limit is None or used is None:
        return None
    # In version 1, the name without "total_" leaves out the groups below.
    cached = number(group / "memory.stat", r"^total_inactive_file (\d+)$")
    if cached is None:
        cached = number(group / "memory.stat", r"^inactive_file (\d+)$") or 0
    return max(0, limit - used + cached)


def _own_groups(cgroup: str) -> Iterator[tuple[str, str]]:
    """Controllers with the group of this process; VERSION_2 stands for those of version 2."""
    for line in cgroup.splitlines():
        tree, _, rest = line.partition(":")
        controllers, _, group = rest.partition(":")
        if tree == "0" and not controllers:
            yield VERSION_2, group
        for controller in filter(None, controllers.split(",")):
            yield controller, group


def _mounts(mountinfo: str) -> Iterator[_Mount]:
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        fields, system = before.split(" "), after.split(" ")
        if len(fields) < 5 or not system[0].startswith("cgroup"):
            continue
        options = system[-1].split(",") if system[0] == "cgroup" else []
        yield _Mount(_unescaped(fields[3]), Path(_unescaped(fields[4])), tuple(options))


def _unescaped(path: str) -> str:
    r"""A path of mountinfo, where a space is written as \040."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), path)


def _up_to_the_top(mount: _Mount, group: str) -> list[Path]:
    """Folders of a group and all above it in a mount.

    In a container, the mount may begin at the group itself, or at one that has another name inside. If the
    group cannot be found below the mount's top, the top is all that can be seen.
    """
    below = PurePosixPath(group)
    if below.is_relative_to(mount.top) and ".." not in below.parts:
        folder = mount.point / below.relative_to(mount.top)
        if os.access(folder, os.R_OK):
            depth = len(folder.parts) - len(mount.point.parts)
            return [folder, *list(folder.parents)[:depth]]
    return [mount.point]
