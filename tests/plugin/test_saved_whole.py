"""Saved files are whole, or what they were before; a part of a run says so."""

import errno
import json
import shutil
import subprocess
import sys

import pytest
from inner_experiments import SMALL
from inner_runs import journal_of, strict

from guidelines.plugin import aside
from guidelines.results.files import load

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

CUT = SMALL + "        if 'x2-2groups' in request.node.name: raise KeyboardInterrupt\n"
PARTIAL = {"sweeps": 1, "planned_sweeps": 2, "passes": 1, "planned_passes": 1}
NOTE = "is of an unfinished run: 1 of 2 sweeps are there"


@pytest.fixture
def cut(suite):
    """Runs two sweeps, the second of which Ctrl-C cuts before its second test ends."""

    def cut(*arguments):
        return suite(*arguments, experiment=CUT, no_reraise_ctrlc=True)

    return cut


def test_a_part_of_a_run_says_so_in_its_file(cut, suite, at):
    cut("--benchmark-json=run.json")
    assert strict(at("run.json"))["guidelines"]["partial"] == PARTIAL
    run = load(at("run.json"), 10**7)
    assert (run.notes, len(run.entries)) == ((f"{at('run.json')}: {NOTE}",), 5)
    suite("--benchmark-json=run.json", "--resume").assert_outcomes(passed=6)
    assert "partial" not in strict(at("run.json"))["guidelines"]
    assert load(at("run.json"), 10**7).notes == ()


@pytest.mark.parametrize(
    "partial",
    [None, 7, {}, {**PARTIAL, "sweeps": "one"}, {**PARTIAL, "passes": -1}, {**PARTIAL, "sweeps": 9}],
)
def test_a_part_that_does_not_say_how_much_it_holds_is_a_note_as_well(saved, run, tmp_path, partial):
    content = saved(run.entries)
    content["guidelines"]["partial"] = partial
    path = tmp_path / "run.json"
    path.write_text(json.dumps(content))
    assert load(path, 10**7).notes == (f"{path}: is of an unfinished run",)


def test_a_part_does_not_replace_the_file_of_a_whole_run(cut, suite, at):
    suite("--benchmark-json=run.json").assert_outcomes(passed=6)
    before = at("run.json").read_bytes()
    result = cut("--benchmark-json=run.json")
    assert at("run.json").read_bytes() == before
    assert strict(at("run.partial.json"))["guidelines"]["partial"] == PARTIAL
    result.stdout.fnmatch_lines(
        ["--benchmark-json: run.json holds a whole run and was left; this part of one is in run.partial.json"]
    )
    suite("--benchmark-json=run.json", "--resume").assert_outcomes(passed=6)
    assert at("run.json").read_bytes() != before
    assert load(at("run.json"), 10**7).notes == ()


def test_a_part_does_not_replace_a_whole_run_whatever_it_is_called(cut, suite, at):
    suite("--benchmark-json=run.partial.json").assert_outcomes(passed=6)
    whole = at("run.partial.json").read_bytes()
    at("run.json").write_bytes(whole)
    result = cut("--benchmark-json=run.json")
    assert at("run.partial.json").read_bytes() == at("run.json").read_bytes() == whole
    assert strict(at("run.partial-2.json"))["guidelines"]["partial"] == PARTIAL
    result.stdout.fnmatch_lines(["*this part of one is in run.partial-2.json"])


def test_a_name_of_255_letters_is_written(cut, suite, at):
    name = "x" * 250 + ".json"
    suite(f"--benchmark-json={name}").assert_outcomes(passed=6)
    cut(f"--benchmark-json={name}")
    assert "partial" not in strict(at(name))["guidelines"]
    assert strict(at("x" * 200 + ".partial.json"))["guidelines"]["partial"] == PARTIAL


@pytest.mark.parametrize("old", ["", "{", "[]", '{"guidelines": {}}'])
def test_what_is_no_whole_run_is_replaced(cut, at, old):
    at("run.json").write_text(old)
    cut("--benchmark-json=run.json")
    assert load(at("run.json"), 10**7).notes == (f"{at('run.json')}: {NOTE}",)
    assert not at("run.partial.json").exists()


def test_a_part_in_the_storage_says_so(cut, pytester):
    cut("--benchmark-autosave")
    (path,) = pytester.path.glob(".benchmarks/*/0001_*.json")
    assert load(path, 10**7).notes[0] == f"{path}: {NOTE}"
    assert not list(pytester.path.rglob("*.part"))


def test_a_file_is_replaced_with_its_mode_through_its_link(suite, at):
    at("folder").mkdir()
    target = at("folder/target.json")
    target.write_text("old")
    target.chmod(0o640)
    at("run.json").symlink_to(target)
    suite("--benchmark-json=run.json").assert_outcomes(passed=6)
    assert at("run.json").is_symlink()
    assert len(load(target, 10**7).entries) == 6
    assert target.stat().st_mode & 0o777 == 0o640


def full(*_, **__):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("option", ["--benchmark-json=run.json", "--benchmark-autosave"])
@pytest.mark.parametrize("where", ["writing", "putting"])
def test_what_cannot_be_saved_leaves_the_old_file_and_prints_the_tables(
    suite, at, pytester, monkeypatch, option, where
):
    """Saving fails while pytest-benchmark writes, or when the file is put in its place."""
    at("run.json").write_text("old")
    if where == "putting":
        monkeypatch.setattr(aside.Aside, "put", full)
    else:
        for module in ("session", "storage.file"):
            monkeypatch.setattr(f"pytest_benchmark.{module}.safe_dumps", full)
    result = suite(option)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(
        [
            "*= guidelines =*",
            "journal: *.jsonl; --resume goes on with it",
            "the results cannot be saved: OSError: *No space left on device; they stand in *.jsonl",
        ]
    )
    assert at("run.json").read_text() == "old"
    assert not list(pytester.path.rglob("*.part"))
    assert not list(pytester.path.rglob("0001*"))
    monkeypatch.undo()
    assert len(load(journal_of(pytester), 10**7).entries) == 6


def test_results_that_stand_nowhere_are_not_said_to(suite, at, monkeypatch):
    experiment = SMALL + (
        "        import pathlib, shutil\n"
        "        if 'x2-1group' in request.node.name:\n"
        "            shutil.rmtree('out')\n"
        "            pathlib.Path('out').write_text('no folder')\n"
    )
    result = suite("--journal=out/j.jsonl", "--benchmark-json=out/r.json", experiment=experiment)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*= guidelines =*",
            "journal: */out/j.jsonl is gone",
            "the results cannot be saved: *Not a directory*; nor are they all in the journal",
            "the journal is incomplete, writing it failed: it was deleted, and no other can be begun: *; "
            "it lacks 2 measurements of sweeps",
        ]
    )
    assert "they stand in" not in result.stdout.str()


@pytest.mark.parametrize("act", ["shutil.rmtree('out')", "os.truncate('out/j.jsonl', 100)"])
def test_a_journal_that_is_harmed_in_mid_run_is_written_anew(suite, pytester, act):
    experiment = SMALL + f"        import os, shutil\n        if 'x1-2groups' in request.node.name: {act}\n"
    result = suite("--journal=out/j.jsonl", experiment=experiment)
    assert result.ret == pytest.ExitCode.OK
    path = pytester.path / ("out/j.jsonl" if "rmtree" in act else "out/j-2.jsonl")
    assert f"journal: {path}" in result.outlines
    said = "was deleted" if "rmtree" in act else "was changed"
    assert (
        f"{pytester.path / 'out/j.jsonl'} {said} during the run; everything is in {path}" in result.outlines
    )
    run = load(path, 10**7)
    assert (len(run.entries), run.notes) == (6, ())


@pytest.mark.skipif(not shutil.which("cat"), reason="the system has no cat")
@pytest.mark.parametrize("to", ["a pipe", "a file"])
def test_a_saved_file_can_go_to_standard_output(pytester, to):
    pytester.makepyfile(test_small=SMALL)
    options = ("-p", "guidelines.plugin", "-p", "no:cacheprovider", "--device=cpu", "--passes=1")
    quick = ("--image-size=2", "--benchmark-max-time=0", "--benchmark-min-rounds=12", "-k", "x1", "-q")
    command = [sys.executable, "-m", "pytest", *options, *quick, "--benchmark-json=/dev/stdout"]
    if to == "a pipe":
        output = subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout
    else:
        with (pytester.path / "out.txt").open("w") as file:
            subprocess.run(command, stdout=file)
        output = (pytester.path / "out.txt").read_text()
    assert '"benchmarks": [' in output
    assert "= guidelines =" in output
