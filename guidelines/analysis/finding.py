"""Find from the sweeps of a guideline under a condition if it holds, and which tables the answer counts."""

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from guidelines.results.model import TableKey

Finding = Literal["holds", "does not hold", "holds in part", "undecided"]


def finding(held: int, denied: int) -> Finding:
    """The finding from the number of sweeps that hold, and of those that do not; others are undecided."""
    if held:
        return "holds in part" if denied else "holds"
    return "does not hold" if denied else "undecided"


def not_counted(known: Collection[TableKey]) -> set[TableKey]:
    """The tables of a machine in mode eager that mode cudagraph has, too: that one tells of the device."""
    replayed = set()
    for key in known:
        twin = TableKey(key.guideline, replace(key.condition, mode="cudagraph"))
        if key.condition.mode == "eager" and not key.condition.device.is_cpu and twin in known:
            replayed.add(key)
    return replayed
