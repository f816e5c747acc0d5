"""The scripts of tests/harness, which no test runs, import only what there is."""

import ast
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

SCRIPTS = sorted((Path(__file__).parent / "harness").rglob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_imports_names_that_there_are(script):
    missing = []
    for node in ast.walk(ast.parse(script.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("guidelines"):
            module = import_module(node.module)
            for name in (alias.name for alias in node.names):
                if not hasattr(module, name) and find_spec(f"{node.module}.{name}") is None:
                    missing.append(f"{node.module}.{name}")
    assert missing == []
