"""Read the recorded devices: each is a saved run without samples, in a file of this package."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from importlib.resources import files

from guidelines.atlas.making import DATE, SUITE
from guidelines.results.model import Run
from guidelines.results.saved_file import parse
from guidelines.results.schema import KEY

ENDING = ".json"


@dataclass(frozen=True)
class RecordedDevice:
    """A device under its name, the day on which it was measured, and the version of the suite then."""

    name: str
    date: str
    suite: str
    run: Run


def names() -> list[str]:
    """The names of all recorded devices, in alphabetical order."""
    every = [file.name for file in files("guidelines.atlas").iterdir() if file.name.endswith(ENDING)]
    return sorted(name.removesuffix(ENDING) for name in every)


def recorded(of_names: Iterable[str]) -> list[RecordedDevice]:
    """The recorded devices of some names."""
    return list(map(_read, of_names))


def _read(name: str) -> RecordedDevice:
    file = f"{name}{ENDING}"
    content = json.loads(files("guidelines.atlas").joinpath(file).read_text("utf-8"))
    run = replace(parse(content), source=f"atlas/{file}")
    return RecordedDevice(name, date=content[KEY][DATE], suite=content[KEY][SUITE], run=run)
