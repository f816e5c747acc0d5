"""What the README promises is what there is."""

import re
from pathlib import Path

import pytest

pytest_plugins = "pytester"

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = re.findall(r"^python3 -m venv .+$", README, re.MULTILINE)


def test_the_readme_has_two_commands_that_do_all_the_setting_up():
    run, test = COMMANDS
    assert run.endswith(".venv/bin/pytest experiments/ --benchmark-only")
    assert test.endswith(".venv/bin/pytest tests/ -n auto")
    assert all(".venv/bin/pip install" in command and " torch==" in command for command in COMMANDS)


def test_ci_runs_the_readmes_test_command_as_it_stands_there():
    assert COMMANDS[1] in (ROOT / ".ci" / "run").read_text("utf-8").splitlines()


def test_the_readmes_own_guideline_runs(pytester):
    (example,) = (block for block in re.findall(r"```python\n(.+?)```", README, re.DOTALL) if "G5" in block)
    assert len(example.splitlines()) <= 25
    pytester.makeconftest('pytest_plugins = ["guidelines.plugin"]')
    pytester.makepyfile(test_g5_kernel_size=example)
    limits = ("--benchmark-max-time=0.01", "--benchmark-min-rounds=12", "--device=cpu")
    result = pytester.runpytest("--benchmark-only", "-k", "c24", *limits)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["G5 *", "G5 c24 *: 1x1 is *x * than 3x3 *"])


def test_the_files_that_the_guide_names_are_there():
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("## How do I add")[2].partition("## ")[0]
    rows = re.findall(r"^\| (a\w* .+?) \|(.+)\|$", guide, re.MULTILINE)
    assert len(rows) == 11
    for what, where in rows:
        paths = re.findall(r"`([\w/]+(?:\.py|\.json|/))`", where)
        assert 1 <= len(paths) <= 3, what
        for path in paths:
            folder = ROOT if path.startswith(("experiments", "tests")) else ROOT / "guidelines"
            assert (folder / path).exists(), f"{what}: {path}"


@pytest.mark.parametrize(
    ("name", "most_lines", "most_words"), [("README.md", 120, 1150), ("CONTRIBUTING.md", 80, 1000)]
)
def test_documents_stay_short(name, most_lines, most_words):
    text = (ROOT / name).read_text("utf-8")
    assert len(text.splitlines()) <= most_lines
    assert len(text.split()) <= most_words


def test_the_readme_has_no_long_lines():
    assert max(map(len, README.splitlines())) <= 160


def test_experiments_are_short_modules_of_one_test():
    modules = sorted((ROOT / "experiments").glob("test_g*.py"))
    assert [path.name[:7] for path in modules] == ["test_g1", "test_g2", "test_g3", "test_g4"]
    for path in modules:
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= 100
        assert len(re.findall(r"^def test_", text, re.MULTILINE)) == 1
