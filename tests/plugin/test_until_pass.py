"""Runs that are measured a pass at a time."""

import json

import pytest
from inner_passes import KINDS
from inner_runs import load_strict

from guidelines.results.files import load_journal
from guidelines.results.joining import joined, linked

pytest_plugins = "pytester"
OUTPUTS = ("--passes=3", "--benchmark-json=run.json", "--journal=run.jsonl", "-k", "test_made or closure")


@pytest.fixture
def after_each(experiments, pytester):
    """The saved content after each pass, as a command for each measured it."""
    contents = []
    for number in (1, 2, 3):
        resume = ["--resume"] if number > 1 else []
        result = experiments(*OUTPUTS, f"--until-pass={number}", *resume, test_kinds=KINDS)
        assert result.ret == 0
        contents.append(json.loads((pytester.path / "run.json").read_text()))
    return contents


def numbers(content):
    return [numbers_of(benchmark["extra_info"]["guidelines"]) for benchmark in content["benchmarks"]]


def numbers_of(entry):
    return [each["number"] for each in entry["passes"]]


def test_passes_of_one_run_are_measured_by_a_command_each(after_each, pytester):
    assert [numbers(content) for content in after_each] == [[[1]] * 4, [[1, 2]] * 4, [[1, 2, 3]] * 4]
    partial = [content["guidelines"].get("partial") for content in after_each]
    assert partial[0] == {"sweeps": 0, "planned_sweeps": 2, "passes": 2, "planned_passes": 3}
    assert partial[2] is None
    journal, run = load_journal(pytester.path / "run.jsonl"), load_strict(pytester.path / "run.json")
    assert journal.is_finished
    results = []
    for passes in journal.measurements.values():
        results += joined(passes)
    slowdowns = {entry.place: (entry.slowdown, entry.control) for entry in linked(results, []).entries}
    assert {entry.place: (entry.slowdown, entry.control) for entry in run.entries} == slowdowns


def test_a_pass_that_is_not_planned_is_an_error(experiments):
    result = experiments("--passes=2", "--until-pass=3", test_kinds=KINDS)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--until-pass 3: is more than --passes 2"])
