"""Match the tables of two machines, one guideline under like conditions, and name what differs."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from guidelines.analysis.measured import MachineResults, Measured
from guidelines.results.model import TableKey
from guidelines.spec.condition import Condition

# Names of attributes of a condition; others are written with spaces for "_".
NAMES = {"cudnn_choice": "cuDNN"}
# Stands for an attribute that has no meaning on one side.
NONE = "none"


class LikeTables(NamedTuple):
    """The keys of two tables to compare, one on each side."""

    a: TableKey
    b: TableKey


def like_tables(a: MachineResults, b: MachineResults) -> list[LikeTables]:
    """Match the tables of each guideline by their conditions.

    Equal conditions are matched first, then conditions that differ in the device's name only, then those
    that differ in cuDNN's choice as well, and last the two that are left if there is one on each side.
    """
    matched: list[LikeTables] = []
    for guideline in dict.fromkeys(key.guideline for key in _tables(a)):
        left_a = [key for key in _tables(a) if key.guideline == guideline]
        left_b = [key for key in _tables(b) if key.guideline == guideline]
        for alike in (_same, _same_but_for_the_name, _same_but_for_cudnn, _any):
            for key in list(left_a):
                of_a = [other for other in left_a if alike(key, other)]
                of_b = [other for other in left_b if alike(key, other)]
                if len(of_a) == len(of_b) == 1:
                    matched.append(LikeTables(key, of_b[0]))
                    left_a.remove(key)
                    left_b.remove(of_b[0])
    return matched


def condition_differences(a: Condition, b: Condition) -> tuple[str, ...]:
    """The differences of two conditions but the device's name: "threads 1 | 2"."""
    texts_b = b.texts
    differences = []
    for name, own in a.texts.items():
        other = texts_b[name]
        if own != other:
            named = NAMES.get(name, name.replace("_", " "))
            differences.append(f"{named} {own or NONE} | {other or NONE}")
    return tuple(differences)


def other_batches(pairs: Iterable[tuple[Measured, Measured]]) -> tuple[str, ...]:
    """The sweeps for which `--batch-size auto` chose otherwise on B: "batch of x1 32 | 64"."""
    differences = {}
    for measured_a, measured_b in pairs:
        a, b, sweep = measured_a.place.condition, measured_b.place.condition, measured_a.place.sweep
        if a.is_auto_batch and b.is_auto_batch and a.batch_size != b.batch_size:
            differences[sweep] = f"batch of {sweep} {a.batch_size} | {b.batch_size}"
    return tuple(differences.values())


def _same(key: TableKey, other: TableKey) -> bool:
    return key == other


def _same_but_for_the_name(key: TableKey, other: TableKey) -> bool:
    return replace(key.condition, device_name="") == replace(other.condition, device_name="")


def _same_but_for_cudnn(key: TableKey, other: TableKey) -> bool:
    return _without_cudnn(key.condition) == _without_cudnn(other.condition)


def _without_cudnn(condition: Condition) -> Condition:
    return replace(condition, device_name="", cudnn="")


def _any(key: TableKey, other: TableKey) -> bool:
    return True


def _tables(results: MachineResults) -> list[TableKey]:
    return list(dict.fromkeys(m.place.table_key for m in results.measured))
