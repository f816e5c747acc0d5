"""Match the tables of two machines, one guideline under like conditions, and name what differs."""

from collections import Counter
from collections.abc import Callable, Iterable, Set
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
    that differ in cuDNN's choice as well, then the two of one kind of widths that are left if there is one on
    each side, and last the two that are left at all.
    """
    of_a, of_b = _by_guideline(a), _by_guideline(b)
    matched: list[LikeTables] = []
    for guideline, left_a in of_a.items():
        left_b = of_b.get(guideline, [])
        for likeness in LIKENESSES:
            alike = _alike(left_a, left_b, likeness)
            matched += alike
            left_a = _without(left_a, {tables.a for tables in alike})
            left_b = _without(left_b, {tables.b for tables in alike})
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
    differences: dict[str, None] = {}  # a set in the order of the pairs
    for measured_a, measured_b in pairs:
        a, b, sweep = measured_a.place.condition, measured_b.place.condition, measured_a.place.sweep
        if a.is_auto_batch and b.is_auto_batch and a.batch_size != b.batch_size:
            differences[f"batch of {sweep} {a.batch_size} | {b.batch_size}"] = None
    return tuple(differences)


def _without_name(condition: Condition) -> Condition:
    return replace(condition, device_name="")


def _without_cudnn(condition: Condition) -> Condition:
    return replace(condition, device_name="", cudnn="")


# The parts of a condition that have to be equal, from the strictest likeness to none at all.
LIKENESSES: tuple[Callable[[Condition], object], ...] = (
    lambda condition: condition,
    _without_name,
    _without_cudnn,
    lambda condition: condition.channel_rule,
    lambda condition: None,
)


def _alike(
    of_a: Iterable[TableKey], of_b: Iterable[TableKey], likeness: Callable[[Condition], object]
) -> list[LikeTables]:
    """The tables of both sides that are alike, if no other table of either side is like them."""
    by_likeness: dict[object, list[TableKey]] = {}
    for key in of_b:
        by_likeness.setdefault(likeness(key.condition), []).append(key)
    counts = Counter(likeness(key.condition) for key in of_a)
    alike = []
    for key in of_a:
        like = likeness(key.condition)
        candidates = by_likeness.get(like, [])
        if counts[like] == len(candidates) == 1:
            alike.append(LikeTables(key, candidates[0]))
    return alike


def _without(keys: Iterable[TableKey], matched: Set[TableKey]) -> list[TableKey]:
    return [key for key in keys if key not in matched]


def _by_guideline(results: MachineResults) -> dict[str, list[TableKey]]:
    """The tables of each guideline, in the order in which they first come."""
    tables: dict[str, list[TableKey]] = {}
    for key in dict.fromkeys(m.place.table_key for m in results.measured):
        tables.setdefault(key.guideline, []).append(key)
    return tables
