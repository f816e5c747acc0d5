"""Packages import only downward, and the ones that read results load neither torch nor pytest."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Each package may import itself and those before it.
PACKAGES = (
    *("stats", "paper", "spec", "results", "atlas", "networks"),
    *("measure", "analysis", "report", "plugin", "fleet", "cli"),
)
WITHOUT_TORCH = ("stats", "paper", "spec", "results", "atlas", "analysis", "report")
WITHOUT_PYTEST = PACKAGES[: PACKAGES.index("measure") + 1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "guidelines").rglob("*.py"))
}


def package(module):
    """The package below guidelines that a module stands in, "" for the face and __main__."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in PACKAGES else ""


def imported(module):
    """Every module that a module imports, by its full name, wherever in its code."""
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in MODULES else node.module for name in names)


def ours(module):
    return {name for name in imported(module) if name in MODULES and name != "guidelines"}


def test_every_module_stands_in_one_of_the_packages():
    folders = {path.name for path in (ROOT / "guidelines").iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == set(PACKAGES)
    assert {name for name in MODULES if not package(name)} == {"guidelines", "guidelines.__main__"}


@pytest.mark.parametrize("module", [name for name in MODULES if package(name)])
def test_a_module_imports_its_own_package_and_lower_ones(module):
    allowed = PACKAGES[: PACKAGES.index(package(module)) + 1]
    assert {package(name) for name in ours(module)} <= set(allowed)


def test_no_modules_import_each_other_in_a_circle():
    TopologicalSorter({module: ours(module) for module in MODULES}).prepare()


@pytest.mark.parametrize("module", [name for name in MODULES if package(name) in WITHOUT_PYTEST])
def test_the_measuring_core_and_what_lies_below_it_do_not_name_pytest(module):
    assert not [name for name in imported(module) if name.split(".")[0] in ("pytest", "pytest_benchmark")]


def loaded(packages, library):
    """Whether a new process that imports all modules of some packages loads a library."""
    modules = [name for name in MODULES if package(name) in packages]
    code = f"import sys, {', '.join(modules)}; sys.exit({library!r} in sys.modules)"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode


@pytest.mark.parametrize("name", WITHOUT_TORCH)
def test_a_package_that_reads_or_describes_results_loads_no_torch(name):
    assert loaded([name], "torch") == 0


def test_the_measuring_core_loads_no_pytest():
    assert loaded(["measure"], "pytest") == 0


def test_the_face_gives_the_words_of_a_guideline_and_loads_no_torch():
    words = "Condition, Conv, Setup, Stack, Sweep, Traced, Variant"
    code = f"import sys; from guidelines import {words}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
