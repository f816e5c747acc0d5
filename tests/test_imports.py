"""Imports run one way, and nothing that reads results loads torch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "guidelines"
CORE = {"formulas", "channels", "spec", "stats", "paper"}
ALLOWED = {
    "formulas": set(),
    "spec": {"formulas"},
    "stats": set(),
    "reason": set(),
    "paper": {"spec"},
    "channels": {"paper"},
    "combine": {"stats"},
    "state": {"combine", "stats"},
    "values": {"stats"},
    "results": CORE | {"state"},
    "merge": {"combine", "results", "stats"},
    "verdict": {"merge", "results", "spec", "stats"},
    "change": {"stats", "verdict"},
    "compare": {"change", "combine", "merge", "results", "spec", "stats", "verdict"},
    "gate": {"change", "compare", "stats"},
    "matrix": {"merge", "results", "spec", "stats", "verdict"},
    "saved": CORE | {"results", "state", "values"},
    "journal": {"results", "saved", "values"},
    "files": {"journal", "results", "saved", "values"},
    "reading": {"files", "merge", "saved"},
    "prediction": {"merge", "spec", "stats"},
    "on_request": set(),
    "reuse": {"networks", "report"},
    "report": {
        *("change", "compare", "matrix", "merge", "networks", "prediction"),
        *("report", "results", "reuse", "values", "verdict"),
    }
    | CORE,
    "answer": {"report", "values"},
    "network_commands": {
        *("answer", "decompose", "machine", "networks", "paper", "reason", "report", "reuse", "spec"),
        "timing",
    },
    "commands": {
        *("answer", "collected", "compare", "doctor", "gate", "matrix", "merge", "network_commands"),
        *("reading", "report", "saved"),
    },
    "cli": {"answer", "commands", "values"},
    "__main__": {"cli"},
    "networks": {"networks", "reason", "spec", "stats"},
    "decompose": {"networks", "spec", "stats", "timing"},
    "modes": set(),
    "launch": set(),
    "proc": set(),
    "memory": {"proc", "spec"},
    "nvml": {"state"},
    "watch": {"proc", "state"},
    "machine": {"nvml", "spec", "state"},
    "timing": {"launch", "memory", "modes", "results", "spec"},
    "sweep": {"machine", "modes", "results", "spec", "state", "stats", "timing", "watch"},
    "replay": set(),
    "collected": {"campaign", "options", "sweep"},
    "doctor": {
        *("campaign", "entries", "machine", "memory", "results", "spec", "state", "sweep", "timing"),
        *("verdict", "watch"),
    },
    "outputs": {"files", "journal", "report", "saved", "values"},
    "batch": {"modes", "results", "spec", "timing"},
    "entries": {"paper", "results", "spec", "state", "stats", "sweep", "values"},
    "campaign": {
        *("batch", "entries", "journal", "modes", "results", "spec", "sweep", "timing", "values"),
    },
    "options": {"machine", "spec", "sweep"},
    "plugin": {
        *("campaign", "journal", "machine", "merge", "on_request", "options", "outputs"),
        *("replay", "report", "results", "saved", "spec"),
    },
}


def imported(path):
    """The modules of the package that a file imports, by first name."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "guidelines":
            yield from (alias.name for alias in node.names if alias.name != "__version__")
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("guidelines."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            assert not any(alias.name.startswith("guidelines") for alias in node.names)


def modules():
    for path in PACKAGE.rglob("*.py"):
        if path != PACKAGE / "__init__.py":
            yield path.relative_to(PACKAGE).parts[0].removesuffix(".py"), path


def test_modules_import_only_what_lies_below_them():
    for name, path in modules():
        assert set(imported(path)) <= ALLOWED[name], path


@pytest.mark.parametrize(
    "module",
    [
        *("cli", "commands", "__main__", "results", "verdict", "report.text", "channels", "spec"),
        *("network_commands", "report.costs"),
    ],
)
def test_reading_results_does_not_import_torch(module):
    code = (
        "import sys; sys.argv = ['guidelines', '--version']\n"
        f"try: import guidelines.{module}\n"
        "except SystemExit: pass\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
