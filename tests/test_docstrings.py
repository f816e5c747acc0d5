"""Docstrings begin with a verb or a noun, so that their first word says what the thing is."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1] / "guidelines"
KINDS = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
CONJUNCTIONS = ["what", "whether", "how", "as", "if", "where", "when", "which", "who", "why", "that", "those"]
PREPOSITIONS = ["at", "before", "by", "for", "from", "in", "of", "on", "to", "under", "with", "without"]
OTHERS = {*CONJUNCTIONS, *PREPOSITIONS}


def wrong(folder):
    """The first lines of docstrings that begin with another word."""
    lines = []
    for path in sorted(folder.rglob("*.py")):
        nodes = (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, KINDS))
        lines += [docstring.partition("\n")[0] for docstring in map(ast.get_docstring, nodes) if docstring]
    return [line for line in lines if line.split()[0].lower() in OTHERS]


def test_docstrings_begin_with_a_verb_or_a_noun():
    assert wrong(ROOT) == []


def test_one_that_does_not_is_noticed(tmp_path):
    (tmp_path / "module.py").write_text('"""Where it is."""\n\ndef f():\n    """Say it."""\n', "utf-8")
    assert wrong(tmp_path) == ["Where it is."]
