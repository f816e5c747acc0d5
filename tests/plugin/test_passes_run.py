"""Runs of several passes; each pass is a process that needs two seconds to import torch."""

import re
import sys
from statistics import median
from textwrap import dedent
from types import SimpleNamespace

import pytest
from inner_passes import CONFTEST, DEADLY, IN_PACKAGE, KINDS, LOST, MARKED, SKIPPED
from inner_runs import lines, load_strict, only, strict

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

FOUND = ["closure", "partial", "made", "method", "inherited", "module", "package"]


@pytest.fixture(scope="module")
def runs():
    """Runs by name; the first test that needs one fills it in."""
    return {}


@pytest.fixture
def two_passes(experiments, pytester, runs):
    """One run of two passes over experiments of every kind."""
    if not runs:
        package = pytester.mkpydir("package")
        (package / "common.py").write_text('NAME = "package"')
        (package / "test_in_package.py").write_text(dedent(IN_PACKAGE))
        result = experiments(
            "--passes=2",
            "--benchmark-json=run.json",
            "--benchmark-save=run",
            test_kinds=KINDS,
            test_marked=MARKED,
            test_lost=LOST,
            test_deadly=DEADLY,
            test_skipped=SKIPPED,
        )
        runs["of two passes"] = SimpleNamespace(
            result=result,
            file=strict(pytester.path / "run.json"),
            run=load_strict(pytester.path / "run.json"),
            saved=strict(only(pytester, ".benchmarks/*/*.json")),
            journal=lines(only(pytester, ".guidelines/*.jsonl")),
        )
    return runs["of two passes"]


def guidelines_of(results):
    return list(dict.fromkeys(result.place.guideline for result in results))


def test_sweeps_are_found_by_other_processes_however_they_are_defined(two_passes):
    assert sorted(guidelines_of(two_passes.run.entries)) == sorted([*FOUND, "deadly"])
    assert two_passes.result.ret == pytest.ExitCode.TESTS_FAILED


def test_every_pass_is_saved_beside_all_samples(two_passes):
    for benchmark in two_passes.file["benchmarks"]:
        entry, data = benchmark["extra_info"]["guidelines"], benchmark["stats"]["data"]
        assert [each["number"] for each in entry["passes"]] == [1, 2]
        assert [each["rounds"] for each in entry["passes"]] == [6, 6]
        assert len(data) == 12
        for each, samples_s in zip(entry["passes"], (data[:6], data[6:]), strict=True):
            assert each["seconds_per_call"] == pytest.approx(median(samples_s), rel=1e-3)
    for entry in two_passes.run.entries:
        assert [len(samples_s) for samples_s in entry.by_pass(entry.samples_s)] == [6, 6]
        assert len(entry.baseline_samples_s) == 12


def test_a_file_without_samples_has_the_passes_as_well(two_passes):
    with_samples = {b["name"]: b["extra_info"]["guidelines"]["passes"] for b in two_passes.file["benchmarks"]}
    without = {b["name"]: b["extra_info"]["guidelines"]["passes"] for b in two_passes.saved["benchmarks"]}
    assert without == with_samples


def test_the_journal_has_a_line_for_each_variant_in_each_pass(two_passes):
    measured = {}
    for line in two_passes.journal:
        if "benchmark" in line:
            variant = line["benchmark"]["extra_info"]["guidelines"]["variant"]
            measured.setdefault((line["sweep"], variant), []).append(line["pass"])
    for guideline in FOUND:
        for variant in "ab":
            assert measured.pop((f"{guideline} x1 cpu-2px", variant)) == [1, 2]
    assert measured == {
        ("deadly x1 cpu-2px", "a"): [1, 2],
        ("failing x1 cpu-2px", "a"): [1, 2],
        ("failing x1 cpu-2px", "b"): [1, 2],
    }
    assert two_passes.journal[-1]["finished"] is True


def test_checks_are_made_in_the_first_pass_only(two_passes):
    for entry in two_passes.run.entries:
        first, second = entry.passes
        assert first.circumstances.peak_memory_bytes is not None
        assert second.circumstances.peak_memory_bytes is None


def test_a_network_that_kills_its_process_fails_alone(two_passes):
    reason = "the process that measured it was ended by SIGKILL (out of memory?)"
    (failure,) = [each for each in two_passes.run.failures if each.place.guideline == "deadly"]
    assert (failure.place.variant, failure.reason, failure.is_skip) == ("b", reason, False)
    journaled = [
        line["failed"]["reason"]
        for line in two_passes.journal
        if line.get("sweep", "")[:6] == "deadly" and "failed" in line
    ]
    assert set(journaled) == {reason}
    two_passes.result.stdout.fnmatch_lines([f"b: {reason}", f"x1 b failed: {reason}"])


def test_a_sweep_that_is_not_found_again_fails_with_one_line_that_names_the_way_out(two_passes):
    reason = "lost x9 cpu-2px is not defined in a process of its own; use --passes 1"
    lost = [each.reason for each in two_passes.run.failures if each.place.guideline == "lost"]
    assert lost == [reason] * 2
    two_passes.result.stdout.fnmatch_lines([f"a: {reason}", f"b: {reason}"])


def test_a_marked_skip_is_not_measured_and_a_failing_fixture_leaves_the_others(two_passes):
    two_passes.result.assert_outcomes(passed=2 * len(FOUND) + 1, failed=3, errors=2, skipped=1 * 2)
    assert "skipped x1 cpu-2px" not in two_passes.journal[0]["sweeps"]
    skipped = [line["skipped"] for line in two_passes.journal if "skipped" in line]
    assert skipped == [
        f"test_skipped.py::test_skipped[cpu-2px-x1-{id}]: " + "Skipped: not today" for id in "ab"
    ]
    failing = [each.reason for each in two_passes.run.failures if each.place.guideline == "failing"]
    assert failing == ["its test failed before it had a result: RuntimeError: no fixture"] * 2


def test_the_terminal_shows_passes_and_what_is_known_so_far(two_passes):
    text = two_passes.result.stdout.str()
    assert re.findall(r"^  (pass .* sweeps), \d+:\d\d left$", text, re.MULTILINE) == [
        "pass 1 of 2: 10 sweeps",
        "pass 2 of 2: 9 sweeps",
    ]
    lines = re.findall(r"^  sweep \d+ of 10, (.*)", text, re.MULTILINE)
    (closure,) = (line for line in lines if line.startswith("closure x1 cpu-2px: "))
    assert re.fullmatch(r"closure x1 cpu-2px: b [\d.]+x", closure)
    assert len(lines) == 10
    assert re.search(r"^  2 passes in \d+ s$", text, re.MULTILINE)


def test_one_variant_is_measured_with_its_baseline_by_node_id_and_k(experiments, pytester):
    selection = ("test_kinds.py::TestClass::test_method", "-k", "x1-b")
    result = experiments("--passes=2", "--benchmark-json=run.json", *selection, test_kinds=KINDS)
    result.assert_outcomes(passed=1, deselected=1)
    (entry,) = load_strict(pytester.path / "run.json").entries
    assert (entry.place.guideline, entry.place.variant) == ("method", "b")
    assert [len(samples_s) for samples_s in entry.by_pass(entry.baseline_samples_s)] == [6, 6]
    assert list(lines(only(pytester, ".guidelines/*.jsonl"))[0]["sweeps"]) == ["method x1 cpu-2px"]


REFUSED = {
    "--passes=0": "'0' is not a positive integer",
    "--passes=x": "'x' is not a positive integer",
    "--turn-limit=9": "'9' is less than 10: torch needs some to start",
    "--benchmark-json=test_marked.py": "--benchmark-json test_marked.py: holds something other than JSON, ",
    "--passes=2 --pdb": "--pdb: networks are measured in processes that it does not reach",
    "--passes=2 --trace": "--trace: networks are measured in processes that it does not reach",
    "--passes=2 --journal=networks.py/a.jsonl": "--journal",
}


@pytest.mark.parametrize("options", REFUSED)
def test_what_passes_cannot_do_is_one_line_and_nothing_is_measured(experiments, pytester, options):
    result = experiments(*options.split(), test_marked=MARKED)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    errors = [line for line in result.errlines if REFUSED[options] in line]
    assert len(errors) == 1
    assert "pass 1" not in result.stdout.str()
    assert not list(pytester.path.glob(".guidelines/*"))


@pytest.mark.parametrize("option", ["--pdb", "--benchmark-disable"])
def test_debuggers_reach_what_this_process_runs(experiments, option):
    how = "--passes=1" if option == "--pdb" else "--trace"
    result = experiments(option, how, "--collect-only", test_marked=MARKED)
    assert result.ret == pytest.ExitCode.OK


def test_a_conftest_that_only_pytest_can_run_fails_all_at_once_with_one_line_that_names_the_way_out(
    experiments, pytester, monkeypatch
):
    monkeypatch.setattr(sys, "started_here", True, raising=False)
    needy = CONFTEST + "    assert hasattr(sys, 'started_here'), 'no pytest here'\n"
    result = experiments("--passes=3", conftest=needy, test_marked=MARKED)
    result.assert_outcomes(failed=2)
    why = "AssertionError: no pytest here"
    result.stdout.fnmatch_lines([f"a: cannot be defined in a process of its own: {why}; use --passes 1"])
    result.stdout.fnmatch_lines(["  1 pass in *"])
    result.stdout.no_fnmatch_line("  pass 2 *")
