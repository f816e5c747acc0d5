"""Find from the sweeps of a guideline under a condition if it holds, and which tables the answer counts."""

from collections.abc import Collection
from dataclasses import replace
from typing import Literal

from guidelines.results.model import TableKey
from guidelines.spec.condition import ALIGNED, PUBLISHED

Finding = Literal["holds", "does not hold", "holds in part", "undecided"]


def finding(held: int, denied: int) -> Finding:
    """The finding from the number of sweeps that hold, and of those that do not; others are undecided."""
    if held:
        return "holds in part" if denied else "holds"
    return "does not hold" if denied else "undecided"


def not_counted(known: Collection[TableKey], decided: Collection[TableKey]) -> set[TableKey]:
    """The tables of a machine that the answer leaves out; `decided` are those with a verdict."""
    return replayed(known) | published(known, decided)


def replayed(known: Collection[TableKey]) -> set[TableKey]:
    """The tables of a machine in mode eager that mode cudagraph has, too: that one tells of the device."""
    in_eager = set()
    for key in known:
        twin = TableKey(key.guideline, replace(key.condition, mode="cudagraph"))
        if key.condition.mode == "eager" and not key.condition.device.is_cpu and twin in known:
            in_eager.add(key)
    return in_eager


def published(known: Collection[TableKey], decided: Collection[TableKey]) -> set[TableKey]:
    """The tables of a machine at published widths whose guideline was `decided` at aligned widths, too.

    Published widths measure alignment as well, so that the aligned ones tell of the guideline.
    """
    return {key for key in known if key.condition.channel_rule == PUBLISHED and aligned(key) in decided}


def aligned(key: TableKey) -> TableKey:
    """The table of a guideline at aligned widths, under conditions that are equal otherwise."""
    return TableKey(key.guideline, replace(key.condition, channel_rule=ALIGNED))
