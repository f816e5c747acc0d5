import errno
import itertools
import os
import re
import resource
from pathlib import Path

import pytest
from inner_experiments import X1_NAMES, X2_NAMES
from inner_runs import both_outputs, journal_of, named
from pytest_benchmark.utils import get_machine_id

from guidelines.plugin import outputs
from guidelines.results import journal_file
from guidelines.results.files import load

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

# Outputs that cannot be written.
CANNOT = {
    "a folder as journal": (["--journal=folder"], "--journal", "Is a directory"),
    "a journal below a file": (["--journal=file/a.jsonl"], "--journal", ".*/file is a file, not a folder"),
    "a folder as file": (["--benchmark-json=folder"], "--benchmark-json", "Is a directory"),
    "a file below a file": (
        ["--benchmark-json=file/run.json"],
        "--benchmark-json",
        "file is a file, not a folder",
    ),
    "a storage that is a file": (
        ["--benchmark-autosave", "--benchmark-storage=file://file"],
        "--benchmark-storage",
        "file is a file, not a folder",
    ),
}


@pytest.mark.parametrize("kind", CANNOT)
def test_an_output_that_cannot_be_written_is_refused_by_option_and_reason(refused, pytester, kind):
    options, option, why = CANNOT[kind]
    pytester.mkdir("folder")
    (pytester.path / "file").write_text("kept")
    line = refused(*options)
    assert re.fullmatch(f"{option} [^:]*(file:)?[^:]*: cannot be written: {why}; nothing was measured", line)


def test_a_file_that_is_not_json_is_not_overwritten(refused):
    line = refused("--benchmark-json=test_small.py")
    assert line == (
        "--benchmark-json test_small.py: holds something other than JSON, which would be lost; give another "
        "path; nothing was measured"
    )


@pytest.mark.parametrize(
    ("name", "text"), [("empty", ""), ("saved", '\n {"benchmarks": []}'), ("broken.json", "[")]
)
def test_a_file_that_is_empty_or_json_is_overwritten(suite, pytester, name, text):
    (pytester.path / name).write_text(text)
    suite(f"--benchmark-json={name}").assert_outcomes(passed=6)
    assert load(pytester.path / name, 10**7).entries


def test_a_folder_of_journals_that_cannot_be_made_is_refused(refused, pytester):
    (pytester.path / ".guidelines").write_text("kept")
    assert "/.guidelines/" in (line := refused())
    assert line.startswith("--journal ")
    folder = pytester.path / ".guidelines"
    assert line.endswith(f": cannot be written: {folder} is a file, not a folder; nothing was measured")


@pytest.fixture
def little_room():
    """No file may become as large as the probe."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (outputs.PROBE_BYTES // 2, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_place_without_room_for_the_results_is_refused(refused, little_room):
    line = refused("--benchmark-json=run.json", "--journal=a.jsonl")
    assert line.startswith("--journal ")
    assert line.endswith("/a.jsonl: cannot be written: File too large; nothing was measured")


def test_a_disk_that_proves_full_when_it_has_to_sync_is_refused(refused, monkeypatch):
    def fsync(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    line = refused("--journal=a.jsonl")
    assert line.endswith("/a.jsonl: cannot be written: No space left on device; nothing was measured")


def test_an_output_that_can_be_written_is_left_as_it_is(tmp_path):
    there, missing = tmp_path / "run.json", tmp_path / "new" / "run.json"
    there.write_text("kept")
    os.utime(there, (1, 1))
    assert [outputs.unwritable(path) for path in (there, missing)] == ["", ""]
    assert (there.read_text(), there.stat().st_mtime) == ("kept", 1)
    assert list(missing.parent.iterdir()) == []


@pytest.mark.parametrize("other", ["run.json", "./run.json", "link.json"])
@pytest.mark.parametrize("exists", [False, True])
def test_a_journal_and_a_file_in_one_place_are_refused(refused, pytester, other, exists):
    if exists:
        (pytester.path / "run.json").write_text("kept")
    (pytester.path / "link.json").symlink_to("run.json")
    assert refused("--journal=run.json", f"--benchmark-json={other}").startswith(
        "--journal and --benchmark-json are the same file: "
    )


@pytest.mark.parametrize("content", ["", "kept"])
def test_a_journal_that_exists_is_not_written_without_resume(refused, pytester, content):
    path = pytester.path / "a.jsonl"
    path.write_text(content)
    assert refused("--journal=a.jsonl") == (
        f"--journal {path}: exists; give another path, or --resume to continue it"
    )


def test_missing_folders_of_outputs_are_made(trapped, pytester):
    paths = ("--benchmark-json=a/b/run.json", "--journal=c/d/run.jsonl", "--benchmark-storage=e/f")
    trapped(*paths, "--benchmark-save=run", "-k", "x1").assert_outcomes(passed=2, deselected=3)
    assert named(load(pytester.path / "a/b/run.json", 10**7)) == X1_NAMES
    assert named(load(pytester.path / "c/d/run.jsonl", 10**7)) == X1_NAMES
    assert len(list(pytester.path.glob("e/f/*/0001_run.json"))) == 1


IN_A_FILE = ["--benchmark-storage=file/deep"]


@pytest.mark.parametrize(
    ("options", "option", "why"),
    [
        (["--benchmark-json=folder"], "--benchmark-json folder", "Is a directory"),
        (
            ["--benchmark-json=file/run.json"],
            "--benchmark-json file/run.json",
            "file is a file, not a folder",
        ),
        (
            ["--benchmark-json=file/deep/run.json"],
            "--benchmark-json file/deep/run.json",
            "file is a file, not a folder",
        ),
        (["--journal=folder"], "--journal */folder", "Is a directory"),
        (["--journal=file/run.jsonl"], "--journal */file/run.jsonl", "*/file is a file, not a folder"),
        (
            ["--benchmark-save=a", *IN_A_FILE],
            "--benchmark-storage file/deep*",
            "file is a file, not a folder",
        ),
        (
            ["--benchmark-autosave", *IN_A_FILE],
            "--benchmark-storage file/deep*",
            "file is a file, not a folder",
        ),
    ],
)
def test_an_output_that_cannot_be_written_is_a_usage_error_before_the_first_sample(
    trapped, pytester, options, option, why
):
    pytester.mkdir("folder")
    (pytester.path / "file").write_text("kept")
    result = trapped(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {option}: cannot be written: {why}; nothing was measured"])
    assert "up to" not in result.stdout.str()
    assert (pytester.path / "file").read_text() == "kept"
    assert not list(pytester.path.glob(".guidelines/*"))


def test_a_storage_whose_folder_of_this_system_cannot_be_written_is_a_usage_error_too(trapped, pytester):
    (pytester.mkdir(".benchmarks") / get_machine_id()).touch()
    result = trapped("--benchmark-save=run")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --benchmark-storage *: cannot be written: *; nothing was measured"])


@pytest.mark.parametrize(
    ("probe", "option"),
    [(0, "--journal */run.jsonl"), (1, "--benchmark-json run.json"), (2, "--benchmark-storage stored")],
)
def test_a_full_disk_is_a_usage_error_before_the_first_sample(trapped, pytester, monkeypatch, probe, option):
    probes = itertools.count()

    def fsync(file):
        if next(probes) == probe:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (pytester.path / "run.json").write_text("kept")
    monkeypatch.setattr(outputs.os, "fsync", fsync)
    storage = ("--benchmark-autosave", "--benchmark-storage=stored")
    result = trapped("--benchmark-json=run.json", "--journal=run.jsonl", *storage)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {option}: cannot be written: No space left on device; nothing *"])
    assert "up to" not in result.stdout.str()
    assert (pytester.path / "run.json").read_text() == "kept"
    assert not (pytester.path / "run.jsonl").exists()


def test_what_cannot_be_saved_at_the_end_stands_in_the_journal_and_resuming_saves_it(trapped, pytester):
    result = trapped("--benchmark-json=/dev/full")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "*= guidelines =*",
            "journal: *.jsonl; --resume goes on with it",
            "the results cannot be saved: *No space left*; they stand in *.jsonl",
        ]
    )
    before = load(journal_of(pytester), 10**7)
    assert named(before) == X1_NAMES + X2_NAMES
    trapped("--benchmark-json=run.json", "--resume").assert_outcomes(passed=5)
    assert both_outputs(pytester)[0].entries == before.entries


@pytest.mark.parametrize(
    ("write", "kept", "said"),
    [
        (
            2,
            X1_NAMES,
            [
                "the journal is incomplete, writing it failed: No space left on device; "
                "it lacks 1 measurement of sweeps"
            ],
        ),
        (3, X1_NAMES + X2_NAMES, []),
    ],
)
def test_a_disk_that_fills_up_costs_the_journal_alone(trapped, pytester, monkeypatch, write, kept, said):
    writes, original = itertools.count(), journal_file.write

    def fill_up(file, *lines):
        if next(writes) == write:
            with Path("/dev/full").open("wb") as full:
                os.dup2(full.fileno(), file.fileno())
        original(file, *lines)

    monkeypatch.setattr(journal_file, "write", fill_up)
    result = trapped("--benchmark-json=run.json")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(said)
    file, journaled = both_outputs(pytester)
    assert (named(file), named(journaled)) == (X1_NAMES + X2_NAMES, kept)
