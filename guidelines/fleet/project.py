"""The files of the project that travel to the nodes, which need Python and torch only."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import guidelines

# Left here: what no pass reads. Ray leaves out what .gitignore names, too.
EXCLUDED = (
    *(".git", ".venv", "venv", ".guidelines", ".benchmarks", "__pycache__", "*.pyc"),
    *(".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".tox", "node_modules"),
)


@contextmanager
def travelling(folder: Path, results: Path) -> Iterator[dict[str, Any]]:
    """The runtime environment of ray that brings a folder, without a fleet's results, to the nodes.

    The suite travels beside it if it is not part of the folder, with its experiments as in a wheel.
    """
    excluded = list(EXCLUDED)
    if results.absolute().is_relative_to(folder):
        excluded.append(f"/{results.absolute().relative_to(folder)}")
    environment: dict[str, Any] = {"working_dir": str(folder), "excludes": excluded}
    package = Path(guidelines.__file__).parent
    if package.parent == folder:
        yield environment
        return
    with tempfile.TemporaryDirectory(prefix="guidelines-") as made:
        copy = Path(made, package.name)
        shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
        beside = package.parent / "experiments"
        if not (copy / "experiments").exists() and beside.is_dir():
            (copy / "experiments").mkdir()
            for path in beside.glob("test_*.py"):
                shutil.copy(path, copy / "experiments")
        yield {**environment, "py_modules": [str(copy)]}
