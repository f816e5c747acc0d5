import json
import os

import pytest

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

PLAIN = '{"benchmarks": [{"name": "test_sort", "extra_info": {}, "stats": {"median": 1.0}}]}'

STEERING = "\x1b[2J\n"


# --resume without an unfinished run.
def test_resuming_without_a_journal_is_refused(refused, pytester):
    assert refused("--resume") == f"--resume: nothing to resume, no journal in {pytester.path}/.guidelines"
    pytester.mkdir(".guidelines")
    assert refused("--resume") == f"--resume: nothing to resume, no journal in {pytester.path}/.guidelines"


def test_resuming_a_journal_that_is_missing_is_refused(refused, pytester):
    path = pytester.path / "a.jsonl"
    assert refused("--resume", "--journal=a.jsonl") == (
        f"--resume: {path}: cannot be read: No such file or directory"
    )


def test_resuming_a_finished_run_is_refused(refused, pytester, begun):
    folder = pytester.path / ".guidelines"
    for name in ("a.jsonl", "b.jsonl"):
        begun(folder / name, is_finished=True)
    assert refused("--resume") == (
        f"--resume: nothing to resume, none of 2 journals in {folder} belongs to an unfinished run"
    )
    assert refused("--resume", f"--journal={folder / 'a.jsonl'}") == (
        f"--resume: nothing to resume, {folder / 'a.jsonl'} belongs to a finished run"
    )


def test_resuming_a_folder_is_refused(refused, pytester):
    path = pytester.mkdir("folder")
    assert refused("--resume", "--journal=folder") == f"--resume: {path}: cannot be read: Is a directory"


# --resume with a file that is not a journal, or with a broken journal.
FOREIGN = {
    "another project's": '{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.4}\n',
    "text": "Dear diary,\n",
    "pytest-benchmark's": PLAIN,
    "a list": "[]\n",
}


@pytest.mark.parametrize("kind", FOREIGN)
@pytest.mark.parametrize("where", ["given", "found"])
def test_what_is_no_journal_is_refused_by_its_name(refused, pytester, kind, where):
    path = pytester.mkdir(".guidelines") / "a.jsonl"
    path.write_text(FOREIGN[kind])
    given = [f"--journal={path}"] if where == "given" else []
    assert refused("--resume", *given) == f"--resume: {path}: is not a journal of this suite"


def test_an_empty_journal_is_refused(refused, pytester):
    path = pytester.path / "a.jsonl"
    path.touch()
    assert refused("--resume", "--journal=a.jsonl") == f"--resume: {path}: is empty"


HEADS = {
    "newer": ({"guidelines_journal": 4}, "is a journal of version 4; this version of guidelines reads 3"),
    "of no number": ({"guidelines_journal": STEERING}, "is a journal of version"),
    "without a machine": ({"guidelines_journal": 1}, "is a journal whose first line is broken: 'machine'"),
}


@pytest.mark.parametrize("kind", HEADS)
def test_a_journal_with_a_broken_first_line_is_refused(refused, pytester, kind):
    head, message = HEADS[kind]
    path = pytester.path / "a.jsonl"
    path.write_text(json.dumps(head) + "\n")
    assert f"--resume: {path}: {message}" in refused("--resume", "--journal=a.jsonl")


def test_a_journal_whose_first_line_was_changed_is_refused(refused, pytester, begun):
    path = pytester.path / "a.jsonl"
    path.write_bytes(begun(path).replace(b'"here"', b'"hers"'))
    assert refused("--resume", "--journal=a.jsonl") == (
        f"--resume: {path}: is a journal whose first line is broken: its checksum does not match"
    )


def test_resuming_a_pipe_is_refused(refused, pytester):
    os.mkfifo(pytester.path / "a.jsonl")
    assert refused("--resume", "--journal=a.jsonl") == (
        f"--resume: {pytester.path / 'a.jsonl'}: is a pipe, no journal"
    )


def test_a_journal_without_a_whole_line_is_refused(refused, pytester, begun):
    path = pytester.path / "a.jsonl"
    path.write_bytes(begun(path).partition(b"\n")[0])
    assert "is a journal without a complete line: nothing was measured" in refused(
        "--resume", "--journal=a.jsonl"
    )


# Options that contradict each other.
@pytest.mark.parametrize("option", ["--benchmark-disable", "--benchmark-skip"])
def test_resuming_is_refused_if_nothing_is_timed(refused, pytester, begun, option):
    begun(pytester.path / ".guidelines" / "a.jsonl")
    assert refused("--resume", option) == (
        "--resume measures what is missing, but the other options time nothing"
    )


@pytest.mark.parametrize("how", [("--benchmark-disable",), ("-n", "2"), ("--benchmark-skip",)])
def test_resuming_is_a_usage_error_if_nothing_is_timed(one_fails, how):
    if "-n" in how:
        pytest.importorskip("xdist")
    result = one_fails(*how, "--resume")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --resume measures what is missing, but the other options time *"])
