"""Find out what a node has, and name the nodes that cannot measure. The first part runs on the nodes."""

import platform
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from guidelines import __version__
from guidelines.measure.monitor.proc import number

# Packages that the suite needs beside torch; a node that lacks one gets all from pip, for the fleet alone.
PACKAGES = ("pytest", "pytest-benchmark", "numpy", "tabulate")
# A pass needs room for its results, and torch for itself.
LEAST_DISK_BYTES = 64 * 2**20
LEAST_MEMORY_BYTES = 512 * 2**20
BYTES_PER_MIB = 2**20
MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True)
class Facts:
    """Facts of a node: `torch` is "" if it is not installed, `lacking` are those of PACKAGES that are not.

    Room in memory is None if the system does not tell it.
    """

    python: str
    suite: str
    torch: str
    lacking: tuple[str, ...]
    folder: str
    disk_bytes: int
    memory_bytes: int | None


def look() -> Facts:
    """The facts of the node that this runs on."""
    folder = tempfile.gettempdir()
    memory_kib = number(MEMINFO, r"^MemAvailable:\s+(\d+) kB")
    return Facts(
        python=platform.python_version(),
        suite=__version__,
        torch=installed("torch"),
        lacking=tuple(package for package in PACKAGES if not installed(package)),
        folder=folder,
        disk_bytes=shutil.disk_usage(folder).free,
        memory_bytes=None if memory_kib is None else memory_kib * 1024,
    )


def installed(package: str) -> str:
    """The version of a package that is installed here, "" if it is not."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def unfit(nodes: Mapping[str, Facts]) -> dict[str, str]:
    """The reasons why nodes cannot measure, or not like the others, by the keys of their facts."""
    counted = Counter(facts.torch for facts in nodes.values() if facts.torch)
    usual = counted.most_common(1)[0][0] if counted else ""
    reasons = {key: _unfit(facts, usual) for key, facts in nodes.items()}
    return {key: reason for key, reason in reasons.items() if reason}


def _unfit(facts: Facts, usual_torch: str) -> str:
    """The reason why a node cannot measure; "" if it can."""
    if not facts.torch:
        return f"has no torch in its Python {facts.python}"
    if facts.torch != usual_torch:
        return f"has torch {facts.torch}, most nodes have {usual_torch}"
    if facts.suite != __version__:
        return f"has guidelines {facts.suite}, here is {__version__}"
    if facts.disk_bytes < LEAST_DISK_BYTES:
        return f"its disk is full: {facts.disk_bytes // BYTES_PER_MIB} MiB are free in {facts.folder}"
    if facts.memory_bytes is not None and facts.memory_bytes < LEAST_MEMORY_BYTES:
        return f"its memory is full: {facts.memory_bytes // BYTES_PER_MIB} MiB are free"
    return ""
