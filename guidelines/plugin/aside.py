"""Saved files are written beside their places and put there when they are whole, or the old ones stay."""

import json
import os
from pathlib import Path
from typing import Any, cast

import pytest
from pytest_benchmark.storage.file import FileStorage

from guidelines.results.checked import mapping
from guidelines.results.extent import PARTIAL
from guidelines.results.schema import KEY
from guidelines.results.writing import Replacement, can_be_replaced

# Letters of a file's name in the name of the file for a part of a run: systems allow 255.
LONGEST_STEM = 200


class Aside(os.PathLike[str]):
    """A path for pytest-benchmark to write to: its text names the target, the file beside it is opened."""

    def __init__(self, target: Path) -> None:
        self._given = target
        self._new = Replacement(target)

    def __fspath__(self) -> str:
        return str(self._new.beside)

    def __str__(self) -> str:
        return str(self._given)

    def exists(self) -> bool:
        """True if there is a target already."""
        return self._new.target.exists()

    def open(self, mode: str) -> Any:
        """Open the file beside the target."""
        return self._new.beside.open(mode)

    def put(self) -> bool:
        """Put what was written in the place of the target; False if nothing was. Raises OSError."""
        return self._new.put()

    def discard(self) -> None:
        """Delete what was written and not put in its place."""
        self._new.discard()


class _Storage(FileStorage):
    """A storage whose next file is written aside."""

    def __init__(self, storage: Any, files: list[Aside]) -> None:
        untyped: Any = super()
        untyped.__init__(storage.path, storage.logger, storage.default_machine_id)
        self._files = files

    def get(self, name: str) -> Aside:
        """Path of a new file."""
        untyped: Any = super()
        file = Aside(untyped.get(name))
        self._files.append(file)
        return file


class SavedFiles:
    """The files of a run that pytest-benchmark saves when it ends.

    `kept` names the file of a whole run that a part did not replace, and the part; "" if there is none.
    """

    def __init__(self) -> None:
        self.kept = ""
        self._files: list[Aside] = []
        self._kept_if_put: dict[Aside, str] = {}

    def redirect(self, config: pytest.Config, is_complete: bool) -> None:
        """Let pytest-benchmark write its files aside; a part of a run does not replace a whole one."""
        session: Any = config.pluginmanager.get_plugin("pytest-benchmark")
        if session is None:
            return
        if type(session.storage) is FileStorage:
            session.storage = _Storage(session.storage, self._files)
        if session.json and can_be_replaced(Path(session.json)):
            session.json = self._json(Path(session.json), is_complete)
            self._files.append(session.json)

    def _json(self, path: Path, is_complete: bool) -> Aside:
        if is_complete or not _holds_whole_run(path):
            return Aside(path)
        part = Aside(_free_for_part(path))
        self._kept_if_put[part] = f"{path} holds a whole run and was left; this part of one is in {part}"
        return part

    def put(self) -> None:
        """Put all files in their places. Raises OSError for the first that cannot be."""
        for file in self._files:
            if file.put():
                self.kept = self._kept_if_put.get(file, self.kept)

    def discard(self) -> None:
        """Delete what was not put in its place."""
        for file in self._files:
            file.discard()


def _free_for_part(path: Path) -> Path:
    """A path beside that of a whole run, which holds no whole run itself: "run.partial.json"."""
    part, number = path, 1
    while _holds_whole_run(part):
        mark = ".partial" if number == 1 else f".partial-{number}"
        part = path.with_name(f"{path.stem[:LONGEST_STEM]}{mark}{path.suffix}")
        number += 1
    return part


def _holds_whole_run(path: Path) -> bool:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    saved = cast("dict[str, Any]", mapping(content))
    return isinstance(saved.get("benchmarks"), list) and PARTIAL not in mapping(saved.get(KEY))
