"""The plan of a fleet: what it was begun with, and how far each device is. It is read with suspicion."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from guidelines.fleet.problem import FleetError
from guidelines.results.checked import mapping, printable, shown

PLAN = "fleet.plan"
VERSION = 1
MOST_PASSES = 999_999
EACH = ("node", "device")


@dataclass(frozen=True)
class Plan:
    """Everything that must match before a fleet can be resumed, and the names of its nodes.

    `suite` is the version of this suite.
    """

    arguments: tuple[str, ...]
    passes: int
    each: str
    suite: str
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SavedPlan:
    """A plan as it was saved: `passes` by device, and the devices that are `whole`."""

    plan: Plan
    passes: dict[str, int]
    whole: set[str]


def content_of(saved: SavedPlan) -> bytes:
    """The saved form of a plan."""
    content = {
        "guidelines_fleet": VERSION,
        **asdict(saved.plan),
        "devices": saved.passes,
        "whole": sorted(saved.whole),
    }
    return f"{json.dumps(content, indent=1)}\n".encode()


def read_plan(folder: Path) -> SavedPlan:
    """The plan in the folder of a fleet. Raises FleetError if there is none, or if it cannot be read."""
    path = printable(str(folder / PLAN))
    try:
        content = (folder / PLAN).read_bytes()
    except FileNotFoundError as error:
        raise FleetError(f"{printable(str(folder))}: nothing to resume, there is no {PLAN}") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FleetError(f"{path}: cannot be read: {reason}") from error
    try:
        saved = mapping(json.loads(content))
    except (ValueError, RecursionError):
        saved = {}
    version = saved.get("guidelines_fleet")
    if type(version) is not int or version != VERSION:
        raise FleetError(f"{path}: cannot be read: it is no plan of a fleet that this version reads")
    try:
        return _parsed(saved)
    except ValueError as error:
        raise FleetError(f"{path}: cannot be read: {error}") from error


def _parsed(saved: Mapping[str, Any]) -> SavedPlan:
    """A plan from its saved form. Raises ValueError."""
    passes = saved.get("passes")
    if type(passes) is not int or not 1 <= passes <= MOST_PASSES:
        raise ValueError(f"passes must be a whole number from 1 to {MOST_PASSES}, got {shown(passes)}")
    if saved.get("each") not in EACH:
        raise ValueError(f"each must be {' or '.join(EACH)}, got {shown(saved.get('each'))}")
    if not isinstance(saved.get("suite"), str):
        raise ValueError(f"suite must be a version, got {shown(saved.get('suite'))}")
    plan = Plan(
        arguments=_texts(saved, "arguments"),
        passes=passes,
        each=saved["each"],
        suite=saved["suite"],
        nodes=_texts(saved, "nodes"),
    )
    if not plan.nodes:
        raise ValueError("nodes must name at least one node, got []")
    check_names(plan.nodes)
    return SavedPlan(plan, _devices(saved.get("devices"), passes), set(_texts(saved, "whole")))


def check_names(names: tuple[str, ...]) -> None:
    """Raise ValueError if two names are equal without their capitals, which some disks do not tell apart."""
    known: dict[str, str] = {}
    for name in names:
        folded = name.casefold()
        if folded in known:
            raise ValueError(f"nodes {shown(known[folded])} and {shown(name)} would share a file")
        known[folded] = name


def _texts(saved: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of texts, unchanged. Raises ValueError for anything else."""
    values = saved.get(key)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"{key} must be a list of texts, got {shown(values)}")
    return tuple(values)


def _devices(saved: Any, passes: int) -> dict[str, int]:
    """The numbers of passes by device. Raises ValueError for one that cannot be."""
    if not isinstance(saved, dict):
        raise ValueError(f"devices must be numbers of passes by name, got {shown(saved)}")
    for name, number in saved.items():
        if type(number) is not int or not 0 <= number <= passes:
            raise ValueError(f"devices: {shown(name)} must have 0 to {passes} passes, got {shown(number)}")
    return saved
