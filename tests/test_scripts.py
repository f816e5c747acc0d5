"""The scripts of tests/harness, which no test runs, import only what there is."""

import ast
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
