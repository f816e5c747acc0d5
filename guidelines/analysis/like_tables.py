"""Match the tables of two machines: one guideline under like conditions."""

from dataclasses import replace
from typing import NamedTuple

from guidelines.analysis.measured import MachineResults
from guidelines.results.model import TableKey


class LikeTables(NamedTuple):
    """The keys of two tables to compare, one on each side."""

    a: TableKey
    b: TableKey


def like_tables(a: MachineResults, b: MachineResults) -> list[LikeTables]:
    """Match the tables of each guideline by their conditions.

    Equal conditions are matched first, then conditions that differ in the device's name only, and last the
    two that are left if there is one on each side.
    """
    matched: list[LikeTables] = []
    for guideline in dict.fromkeys(key.guideline for key in _tables(a)):
        left_a = [key for key in _tables(a) if key.guideline == guideline]
        left_b = [key for key in _tables(b) if key.guideline == guideline]
        for alike in (_same, _same_but_for_the_name, _any):
            for key in list(left_a):
                of_a = [other for other in left_a if alike(key, other)]
                of_b = [other for other in left_b if alike(key, other)]
                if len(of_a) == len(of_b) == 1:
                    matched.append(LikeTables(key, of_b[0]))
                    left_a.remove(key)
                    left_b.remove(of_b[0])
    return matched


def _same(key: TableKey, other: TableKey) -> bool:
    return key == other


def _same_but_for_the_name(key: TableKey, other: TableKey) -> bool:
    return replace(key.condition, device_name="") == replace(other.condition, device_name="")


def _any(key: TableKey, other: TableKey) -> bool:
    return True


def _tables(results: MachineResults) -> list[TableKey]:
    return list(dict.fromkeys(m.place.table_key for m in results.measured))
