"""Files on a command line: PATH, or NAME=PATH for runs of a machine called NAME."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from guidelines.cli.output import CommandError
from guidelines.results.checked import printable
from guidelines.results.machine import checked_name


class Given(NamedTuple):
    """A file or a folder, and the name of the machine that all its runs are of; "" if none was given."""

    path: Path
    machine: str = ""


def given_files(arguments: Sequence[str]) -> list[Given]:
    """Read arguments of a command line. Raises CommandError for NAME=PATH without a name or a path."""
    return list(map(_given, arguments))


def _given(argument: str) -> Given:
    name, sign, path = argument.partition("=")
    if not sign or os.sep in name or os.path.lexists(argument):  # a path may hold "=", too
        return Given(Path(argument))
    if not path:
        raise CommandError(f"{printable(argument)}: names no file or folder; give NAME=PATH")
    try:
        return Given(Path(path), checked_name(name))
    except ValueError as error:
        raise CommandError(f"{printable(argument)}: {error}") from error
