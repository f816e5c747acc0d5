"""The folder of a fleet: a saved file for each device, its journal, and the plan that all of them share.

The plan does not end in .json, so that the folder can be given to the commands that read saved files.
"""

import json
import re
import shlex
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from guidelines.fleet.node_pass import PassResult
from guidelines.fleet.problem import FleetError
from guidelines.results.checked import mapping, printable
from guidelines.results.extent import PARTIAL
from guidelines.results.schema import KEY
from guidelines.results.writing import write_whole

PLAN, JOURNALS = "fleet.plan", "journals"
VERSION = 1


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


@dataclass
class Folder:
    """The results of a fleet; `passes` are the numbers of passes by device, `whole` lacks nothing."""

    path: Path
    plan: Plan
    passes: dict[str, int] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def begin(self, nodes: Sequence[str]) -> None:
        """Write the plan of a new fleet on some nodes. Raises FleetError."""
        check_new(self.path)
        self.plan = replace(self.plan, nodes=tuple(nodes))
        try:
            (self.path / JOURNALS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self.write()

    def passes_of(self, name: str) -> int:
        """Number of the passes of a device that are there."""
        return self.passes.get(name, 0)

    def is_whole(self, name: str) -> bool:
        """True if a device needs no further pass."""
        return name in self.whole

    def journal_of(self, name: str) -> bytes:
        """The journal of the passes of a device that are there. Raises FleetError if it cannot be read."""
        if not self.passes_of(name):
            return b""
        path = self._journal(name, self.passes[name])
        try:
            return path.read_bytes()
        except OSError as error:
            raise FleetError(f"{_shown(path)}: cannot be read: {error.strerror}") from error

    def keep(self, name: str, number: int, result: PassResult) -> None:
        """Keep what is known of a device after a pass, which counts as soon as the plan names it.

        Raises FleetError if it cannot be written.
        """
        before = self._journal(name, self.passes_of(name))
        _write(self._journal(name, number), result.journal)
        _write(self.path / f"{_file_name(name)}.json", result.saved)
        self.passes[name] = number
        if _is_whole(result.saved):
            self.whole.add(name)
        self.write()
        with suppress(OSError):
            before.unlink(missing_ok=True)

    def write(self) -> None:
        """Write the plan, and how far each device is. Raises FleetError."""
        content = {
            "guidelines_fleet": VERSION,
            **asdict(self.plan),
            "devices": self.passes,
            "whole": sorted(self.whole),
        }
        _write(self.path / PLAN, f"{json.dumps(content, indent=1)}\n".encode())

    def _journal(self, name: str, number: int) -> Path:
        return self.path / JOURNALS / f"{_file_name(name)}-pass-{number}.jsonl"


def check_new(path: Path) -> None:
    """Raise FleetError if a folder for a new fleet holds something already, or cannot be written."""
    if (path / PLAN).exists():
        raise FleetError(
            f"{_shown(path)}: holds results of a fleet; --resume goes on, or give another folder"
        )
    try:
        if path.exists() and any(path.iterdir()):
            raise FleetError(f"{_shown(path)}: is not empty; give a new folder")
        with tempfile.TemporaryFile(dir=path if path.exists() else path.absolute().parent):
            pass
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error


def resumed(path: Path) -> Folder:
    """The folder of a fleet that was begun. Raises FleetError if there is none."""
    try:
        saved = mapping(json.loads((path / PLAN).read_bytes()))
        return _read(path, saved)
    except FileNotFoundError as error:
        raise FleetError(f"{_shown(path)}: nothing to resume, there is no {PLAN}") from error
    except OSError as error:
        raise FleetError(f"{_shown(path / PLAN)}: cannot be read: {error.strerror}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FleetError(f"{_shown(path / PLAN)}: is no plan of a fleet that this version reads") from error


def check_same(folder: Folder, **given: Any) -> None:
    """Raise FleetError if what is given now, unless None, differs from what a fleet was begun with."""
    then = asdict(folder.plan)
    changed = []
    for name, now in given.items():
        if now not in (None, then[name]):
            changed.append(f"{name} {_text(then[name])} | {_text(now)}")
    if changed:
        raise FleetError(
            f"{_shown(folder.path)}: was begun differently, then | now: {'; '.join(changed)}; give another "
            "folder for another fleet"
        )


def _text(value: Any) -> str:
    return shlex.join(value) if isinstance(value, tuple) else str(value)


def _read(path: Path, saved: Mapping[str, Any]) -> Folder:
    if saved["guidelines_fleet"] != VERSION:
        raise ValueError
    plan = Plan(
        arguments=tuple(map(str, saved["arguments"])),
        passes=int(saved["passes"]),
        each=str(saved["each"]),
        suite=str(saved["suite"]),
    )
    passes = {str(name): int(number) for name, number in saved["devices"].items()}
    return Folder(path, replace(plan, nodes=tuple(map(str, saved["nodes"]))), passes, set(saved["whole"]))


def _is_whole(saved: bytes) -> bool:
    return PARTIAL not in mapping(mapping(json.loads(saved)).get(KEY))


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name)


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError | ValueError) -> FleetError:
    return FleetError(f"{_shown(path)}: cannot be written: {getattr(error, 'strerror', None) or error}")


def _shown(path: Path) -> str:
    return printable(str(path))
