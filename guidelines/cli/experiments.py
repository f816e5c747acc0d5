"""The experiments that come with the suite, and the pytest commands that name them."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from guidelines.cli.near import did_you_mean
from guidelines.cli.output import CommandError

NAMES = "G1 G2 G3 G4 networks units"


def folder() -> Path:
    """The folder of the experiments: in the package if it was installed from a wheel, else beside it."""
    package = Path(__file__).parents[1]
    inside = package / "experiments"
    return inside if inside.is_dir() else package.parent / "experiments"


def experiments() -> dict[str, Path]:
    """The file of each experiment by its name in small letters: "g1", "networks"."""
    files = sorted(folder().glob("test_*.py"))
    return {path.stem.removeprefix("test_").partition("_")[0]: path for path in files}


def guideline_files() -> list[str]:
    """The files of the guidelines, without those of the networks and units, which take longer."""
    return [str(path) for name, path in experiments().items() if re.fullmatch(r"g\d+", name)]


def chosen(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Files of the experiments that the first arguments name, or the tests there; and the other arguments.

    Raises CommandError for a first argument that names neither.
    """
    known = experiments()
    files: list[str] = []
    for number, argument in enumerate(arguments):
        if argument.startswith("-"):
            return files, list(arguments[number:])
        if argument.lower() in known:
            files.append(str(known[argument.lower()]))
        elif Path(argument.partition("::")[0]).exists():
            files.append(argument)
        else:
            raise CommandError(
                f"{argument}: no such experiment or file{did_you_mean(argument, NAMES.split())}; "
                f"possible: {NAMES}, or files of your own"
            )
    return files, []


def for_pytest(arguments: Sequence[str]) -> list[str]:
    """Arguments for pytest that measure the chosen experiments, G1 to G4 if none is named.

    Raises CommandError as `chosen`.
    """
    files, others = chosen(arguments)
    return _isolated([*(files or guideline_files()), *others])


def _isolated(arguments: Sequence[str]) -> list[str]:
    """Arguments for pytest so that it works in the current folder, whatever stands around the experiments.

    Settings of a project, such as a parallel run for its own tests, do not hold for these.
    """
    here = str(Path.cwd())
    # `guidelines run` has imported the package before pytest, which rewrites assertions of tests only.
    quiet = (
        "ignore:Module already imported so cannot be rewritten; guidelines:pytest.PytestAssertRewriteWarning"
    )
    settings = ["-c", os.devnull, "--rootdir", here, "--confcutdir", here, "-p", "no:cacheprovider"]
    return ["-p", "guidelines.plugin", "-W", quiet, *settings, *arguments]
