"""Find the sweeps of a test again in a process without pytest: its module is imported, its mark is read."""

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from guidelines.measure.case import Sweeps
from guidelines.measure.task import OriginError


@dataclass(frozen=True)
class Module:
    """A module by its name and file; calling it imports the module."""

    name: str
    path: str

    def __call__(self) -> ModuleType:
        """The module of this name and file, imported now unless it was before."""
        known = sys.modules.get(self.name)
        if known is not None and getattr(known, "__file__", None) == self.path:
            return known
        spec = importlib.util.spec_from_file_location(self.name, self.path)
        if spec is None or spec.loader is None:
            raise OriginError(f"{self.path} cannot be imported in a process of its own; use --passes 1")
        module = importlib.util.module_from_spec(spec)
        sys.modules[self.name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            sys.modules.pop(self.name, None)  # else the next sweep would find half of it
            raise
        return module


@dataclass(frozen=True)
class Origin:
    """The test that defines sweeps: its module, its classes' names and its own."""

    module: Module
    names: tuple[str, ...]

    def __call__(self) -> Sweeps:
        """The function that the test's mark names. Raises OriginError if there is none."""
        for mark in self._marks():
            if mark.name == "guideline":
                sweeps: Sweeps = mark.kwargs["sweeps"]
                return sweeps
        test = "::".join((self.module.path, *self.names))
        raise OriginError(f"{test} has no mark `guideline` in a process of its own; use --passes 1")

    def _marks(self) -> Iterator[Any]:
        """Marks of the test, its classes and its module, as pytest would look for them: the nearest first."""
        holders: list[Any] = [self.module()]
        for name in self.names:
            holders.append(getattr(holders[-1], name, None))
        for holder in reversed(holders):
            # A class that has marks of its own keeps those of its bases.
            for owner in getattr(holder, "__mro__", (holder,)):
                marks = getattr(owner, "__dict__", {}).get("pytestmark", [])
                for mark in marks if isinstance(marks, list) else [marks]:
                    yield getattr(mark, "mark", mark)
