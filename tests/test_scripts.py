"""The scripts of tests/harness, which no test runs, import only what there is."""

import ast
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parent / "harness").rglob("*.py"))


def names(script):
    """Pairs of a module of this suite and a name that the script imports from it."""
    for node in ast.walk(ast.parse(script.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("guidelines"):
            yield from ((node.module, alias.name) for alias in node.names)


def is_there(module, name):
    return hasattr(import_module(module), name) or find_spec(f"{module}.{name}") is not None


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_imports_names_that_there_are(script):
    assert [each for each in names(script) if not is_there(*each)] == []


@pytest.mark.parametrize(
    ("script", "given", "error"),
    [
        ("floors", ["missing.json"], "missing.json: cannot be read: No such file or directory"),
        ("floors_of_networks", ["missing.json"], "missing.json: cannot be read: No such file or directory"),
        ("floors_of_networks", [__file__], f"{__file__}: is not valid JSON: "),
        ("atlas_entry", ["missing.json", "h200"], "missing.json: No such file or directory"),
        ("atlas_entry", [__file__, "h200"], f"{__file__}: is not valid JSON: "),
        ("floors_of_networks", ["--only", "resnet"], "'resnet' is no network of this suite; near: resnet50"),
    ],
)
def test_a_mistake_in_what_a_script_is_given_is_one_line_before_anything_is_measured(script, given, error):
    path = Path(__file__).parent / "harness" / f"{script}.py"
    ended = subprocess.run([sys.executable, path, *given], capture_output=True, text=True)
    (line,) = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout, line[: len(error)]) == (2, "", error)
