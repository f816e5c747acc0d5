"""The folder of a fleet: a saved file for each device, its journal, and the plan that all of them share.

The plan does not end in .json, so that the folder can be given to the commands that read saved files.
"""

import json
import shlex
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from guidelines.fleet.node_pass import PassResult
from guidelines.fleet.plan import PLAN, Plan, SavedPlan, check_names, content_of, read_plan
from guidelines.fleet.problem import FleetError, MemberError
from guidelines.results.checked import printable
from guidelines.results.extent import PARTIAL
from guidelines.results.schema import KEY
from guidelines.results.writing import write_whole

JOURNALS = "journals"
# Letters of a device's name in the name of its files, which have 255 in most file systems.
MOST_LETTERS = 230


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
            check_names(self.plan.nodes)
        except ValueError as error:
            raise FleetError(f"--nodes: {error}; leave one out") from error
        try:
            (self.path / JOURNALS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self.path, error) from error
        self.write()

    def add(self, name: str) -> None:
        """Count a device among those of the fleet from now on. Raises MemberError if it can have no files."""
        if len(_file_name(name)) > MOST_LETTERS:
            raise MemberError("its name is too long for a file")
        if name not in self.passes:
            self.passes[name] = 0
            self.write()

    def devices(self) -> Sequence[str]:
        """Names of the devices that were ever held for the fleet."""
        return tuple(self.passes)

    def passes_of(self, name: str) -> int:
        """Number of the passes of a device that are there."""
        return self.passes.get(name, 0)

    def is_whole(self, name: str) -> bool:
        """True if a device needs no further pass."""
        return name in self.whole

    def journal_of(self, name: str) -> bytes:
        """The journal of the passes of a device that are there. Raises MemberError if it cannot be read."""
        if not self.passes_of(name):
            return b""
        path = self._journal(name, self.passes[name])
        try:
            journal = path.read_bytes()
        except OSError as error:
            raise MemberError(f"{_shown(path)}: cannot be read: {error.strerror}") from error
        if not journal:
            raise MemberError(f"{_shown(path)}: cannot be read: it is empty")
        return journal

    def keep(self, name: str, number: int, result: PassResult) -> None:
        """Keep what is known of a device after a pass, which counts as soon as the plan names it.

        Raises MemberError, and keeps nothing, if the file cannot be read or lacks a part of the last pass.
        Raises FleetError if it cannot be written.
        """
        try:
            is_whole = _is_whole(result.saved)
        except ValueError as error:
            raise MemberError(f"its file of pass {number} cannot be read") from error
        if number >= self.plan.passes and not is_whole:
            raise MemberError(f"pass {number}, the last, came back unfinished; --resume measures it again")
        before, journal = self._journal(name, self.passes_of(name)), self._journal(name, number)
        _write(journal, result.journal)
        _write(self.saved_file(name), result.saved)
        self.passes[name] = number
        if is_whole:
            self.whole.add(name)
        self.write()
        if before != journal:
            with suppress(OSError):
                before.unlink(missing_ok=True)

    def write(self) -> None:
        """Write the plan, and how far each device is. Raises FleetError."""
        _write(self.path / PLAN, content_of(SavedPlan(self.plan, self.passes, self.whole)))

    def saved_file(self, name: str) -> Path:
        """The saved file of a device."""
        return self.path / f"{_file_name(name)}.json"

    def _journal(self, name: str, number: int) -> Path:
        return self.path / JOURNALS / f"{_file_name(name)}-pass-{number}.jsonl"


def check_new(path: Path) -> None:
    """Raise FleetError if a folder for a new fleet holds something already, or cannot be written."""
    if (path / PLAN).exists():
        holds = "results of a fleet" if any(path.glob("*.json")) else "a fleet that has measured nothing yet"
        raise FleetError(f"{_shown(path)}: holds {holds}; --resume goes on, or give another folder")
    try:
        if path.exists() and any(path.iterdir()):
            raise FleetError(f"{_shown(path)}: is not empty; give a new folder")
        with tempfile.TemporaryFile(dir=path if path.exists() else path.absolute().parent):
            pass
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error


def resumed(path: Path) -> Folder:
    """The folder of a fleet that was begun. Raises FleetError if there is none.

    A whole device whose saved file is not there any more is measured anew: its journal is that of a finished
    run, which cannot be resumed.
    """
    saved = read_plan(path)
    folder = Folder(path, saved.plan, saved.passes)
    for name in saved.whole:
        if _holds_whole(folder.saved_file(name)):
            folder.whole.add(name)
        else:
            folder.passes[name] = 0
    return folder


def check_same(folder: Folder, **given: Any) -> None:
    """Raise FleetError if what is given now, unless None, differs from what a fleet was begun with."""
    then = asdict(folder.plan)
    changed = []
    for name, now in given.items():
        if now not in (None, then[name]):
            changed.append(f"{name} {_text(then[name])}, now {_text(now)}")
    if changed:
        raise FleetError(
            f"{_shown(folder.path)}: a fleet cannot change what it measures; begun with "
            f"{'; '.join(changed)}; leave that out, or begin another fleet in another folder"
        )


def _text(value: Any) -> str:
    return shlex.join(value) if isinstance(value, tuple) else str(value)


def _holds_whole(path: Path) -> bool:
    try:
        return _is_whole(path.read_bytes())
    except (OSError, ValueError):
        return False


def _is_whole(content: bytes) -> bool:
    """True for the content of a file that lacks no part of its run. Raises ValueError for no saved file."""
    try:
        saved = json.loads(content)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    if not isinstance(saved, dict) or not isinstance(saved.get(KEY), dict):
        raise ValueError("is no saved file")
    return PARTIAL not in saved[KEY]


def _file_name(name: str) -> str:
    """The name of a device for its files, which no other device has; "." at its begin would hide them."""
    quoted = quote(name, safe="", errors="surrogatepass")
    return f"%2E{quoted[1:]}" if quoted.startswith(".") else quoted


def _write(path: Path, content: bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError | ValueError) -> FleetError:
    return FleetError(f"{_shown(path)}: cannot be written: {getattr(error, 'strerror', None) or error}")


def _shown(path: Path) -> str:
    return printable(str(path))
