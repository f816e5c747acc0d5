"""The journal that --resume takes: the newest of the same run, not any."""

from dataclasses import replace

import pytest
from inner_experiments import X1, X2
from inner_runs import progress

from guidelines.plugin import resumption
from guidelines.results import journal
from guidelines.results.files import load_journal

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")


@pytest.fixture
def folder(pytester):
    return pytester.mkdir(".guidelines")


@pytest.fixture
def begun_as(whole, at, folder):
    """Writes the journal of a run that was cut after its first sweep, begun n-th, otherwise than this run."""
    at("whole.jsonl").write_bytes(b"".join(whole))
    contents = load_journal(at("whole.jsonl"))

    def begun_as(order, sweeps=None, settings=None, **machine):
        header = contents.header
        header = replace(
            header,
            order=order,
            machine=replace(header.machine, **machine),
            settings={**header.settings, **(settings or {})},
            sweeps=sweeps or header.sweeps,
        )
        log = journal.create(folder / f"{order}.jsonl", header)
        log.add(X1, 1, contents.measurements[X1][1])
        log.close()
        return log.path

    return begun_as


def resumed(folder, suite, *arguments):
    """The name of the only journal that a resumed run changed."""
    before = {path: path.read_bytes() for path in folder.iterdir()}
    result = suite("--resume", *arguments)
    result.stdout.fnmatch_lines(["resumed *: 1 of * sweeps are there"])
    assert set(folder.iterdir()) == before.keys()
    (name,) = (path.name for path in before if path.read_bytes() != before[path])
    return name, progress(result)


PLAN = {X1: ("1group", "2groups", "4groups")}


def test_newer_journals_of_other_settings_and_machines_are_passed_over(begun_as, suite, folder):
    begun_as(1)
    begun_as(2)
    begun_as(3, settings={"seed": "7"})
    begun_as(4, torch="1.0")
    assert resumed(folder, suite) == ("2.jsonl", [X2])


def test_a_newer_journal_of_more_tests_is_passed_over(begun_as, suite, folder):
    begun_as(1, sweeps=PLAN)
    begun_as(2)
    assert resumed(folder, suite, "-k", "x1") == ("1.jsonl", [])


def test_a_journal_of_the_same_tests_goes_before_a_newer_one_of_fewer(begun_as, suite, folder):
    begun_as(1)
    begun_as(2, sweeps=PLAN)
    assert resumed(folder, suite) == ("1.jsonl", [X2])


def test_a_journal_of_fewer_tests_is_completed_if_there_is_no_other(begun_as, suite, folder):
    begun_as(1, sweeps=PLAN)
    assert resumed(folder, suite) == ("1.jsonl", [X2])


def test_a_broken_journal_that_is_older_is_passed_over(begun_as, suite, folder):
    (folder / "0.jsonl").write_text("Dear diary,\n")
    begun_as(1)
    begun_as(2, settings={"seed": "7"})
    assert resumed(folder, suite) == ("1.jsonl", [X2])


def test_if_none_is_of_the_same_run_the_newest_says_what_differs(begun_as, suite, folder):
    begun_as(1, settings={"seed": "6"})
    path = begun_as(2, settings={"seed": "7"})
    result = suite("--resume")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: --resume: {path} was begun differently, then | now: seed 7 | 0; *"])


def test_if_all_have_more_tests_the_newest_says_which(begun_as, suite, folder):
    begun_as(1)
    path = begun_as(2)
    result = suite("--resume", "-k", "x1 or 1group")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        [f"ERROR: --resume: {path} was begun with more tests: {X2} 2groups, 4groups; select them as well, *"]
    )


@pytest.mark.parametrize("expression", ["x1 and", "(x1", "x1 or or x2", "g2[]]$"])
def test_a_selection_that_cannot_be_read_begins_no_journal(suite, pytester, expression):
    result = suite("-k", expression)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert not list(pytester.path.glob("**/*.jsonl"))
    given = suite("-k", expression, "--journal=run.jsonl")
    assert given.ret == pytest.ExitCode.USAGE_ERROR
    assert not list(pytester.path.glob("**/*.jsonl"))


def test_a_journal_that_cannot_be_resumed_is_left_as_it_is_by_a_broken_selection(begun_as, suite):
    path = begun_as(1)
    before = path.read_bytes()
    assert suite("--resume", "-k", "x1 and").ret == pytest.ExitCode.USAGE_ERROR
    assert path.read_bytes() == before


def test_plans_are_compared_whatever_their_order():
    assert resumption._plan({"a": ("1", "2")}) == resumption._plan({"a": ["2", "1"]})


def test_the_journals_of_a_run_in_a_folder_below_its_project_stand_in_the_project(
    suite, pytester, monkeypatch
):
    pytester.makeini("[pytest]")
    below = pytester.mkdir("below")
    monkeypatch.chdir(below)
    suite("--journal", "here.jsonl", "-k", "x1 and 1group", str(pytester.path))
    suite("-k", "x1 and 1group", str(pytester.path))
    assert (below / "here.jsonl").exists()
    assert len(list(pytester.path.glob(".guidelines/*.jsonl"))) == 1
