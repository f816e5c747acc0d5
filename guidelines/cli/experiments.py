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


def chosen(arguments: Sequence[str]) -> list[str]:
    """Files of the experiments and of the tests that arguments name, see `with_files`.

    Raises CommandError for an argument that names neither an experiment nor a file.
    """
    known = experiments()
    for argument in arguments:
        if argument.lower() not in known and not is_there(argument.partition("::")[0]):
            raise CommandError(
                f"{argument or repr(argument)}: no such experiment or file"
                f"{did_you_mean(argument, NAMES.split())}; possible: {NAMES}, or files of your own"
            )
    return with_files(arguments)


def with_files(arguments: Sequence[str]) -> list[str]:
    """Arguments with the file of each experiment in place of its name; without any, the guidelines."""
    known = experiments()
    files = [str(known.get(argument.lower(), argument)) for argument in arguments]
    return files or guideline_files()


def is_there(path: str) -> bool:
    """True if a path exists; an empty one does not."""
    return bool(path) and Path(path).exists()


def for_pytest(arguments: Sequence[str]) -> list[str]:
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
