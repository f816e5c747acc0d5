import fcntl
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from inner_runs import HEADER

from guidelines.plugin import outputs
from guidelines.plugin.resumption import unfinished_journals
from guidelines.results import journal
from guidelines.results.files import load_journal
from guidelines.results.schema import ResultsError

# Names of journals.
OPTIONS = {"journal": None, "benchmark_json": None, "benchmark_save": None, "benchmark_autosave": False}


@pytest.fixture
def config(tmp_path):
    """The options of a run that gives none, in a folder."""
    options = OPTIONS | {"benchmark_storage": "file://./.benchmarks"}
    return SimpleNamespace(
        rootpath=tmp_path,
        inipath=None,
        invocation_params=SimpleNamespace(dir=tmp_path),
        getoption=options.get,
    )


@pytest.fixture
def one_second(monkeypatch):
    monkeypatch.setattr(outputs.time, "strftime", lambda _: "2026-01-01T000000")


def newest_unfinished(folder):
    return unfinished_journals(folder)[0].path


@pytest.mark.usefixtures("one_second")
def test_runs_that_begin_in_one_second_have_journals_of_their_own(config):
    logs = [outputs.begin(config, HEADER, None) for _ in range(12)]
    assert len({log.path for log in logs}) == 12
    for order, log in enumerate(logs, 1):
        log.close()
        assert load_journal(log.path).header == replace(HEADER, order=order)


@pytest.mark.usefixtures("one_second")
def test_the_newest_journal_is_the_last_even_within_one_second(config):
    for _ in range(12):
        last = outputs.begin(config, HEADER, None)
        last.close()
    assert newest_unfinished(config.rootpath / ".guidelines") == last.path


@pytest.mark.usefixtures("one_second")
def test_runs_that_begin_at_the_same_moment_have_journals_of_their_own(config, monkeypatch):
    others = []

    def unwritable(path):
        if not others:  # the other run comes first while this one looks at its outputs
            others.append(journal.create(path, HEADER))
        return ""

    (config.rootpath / ".guidelines").mkdir()
    monkeypatch.setattr(outputs, "unwritable", unwritable)
    log = outputs.begin(config, HEADER, None)
    assert log.path != others[0].path
    for each, order in ((log, 1), (others[0], 0)):
        each.close()
        assert load_journal(each.path).header == replace(HEADER, order=order)


def test_the_newest_unfinished_journal_is_found_behind_finished_ones(tmp_path, begun):
    for name, is_finished in (("1", False), ("2", False), ("3", True)):
        begun(tmp_path / f"2026-01-01T00000{name}.jsonl", is_finished)
    assert newest_unfinished(tmp_path).name == "2026-01-01T000002.jsonl"


def test_the_newest_journal_is_the_one_begun_last_even_if_the_clock_goes_back(config, monkeypatch):
    for time in ("2026-10-25T025959", "2026-10-25T020000", "1970-01-01T000000"):
        monkeypatch.setattr(outputs.time, "strftime", lambda _, time=time: time)
        last = outputs.begin(config, HEADER, None)
        last.close()
        assert newest_unfinished(config.rootpath / ".guidelines") == last.path


def test_a_journal_of_an_older_version_is_older_than_the_others(config, begun):
    folder = config.rootpath / ".guidelines"
    begun(folder / "9999-01-01T000000-001.jsonl")
    new = outputs.begin(config, HEADER, None)
    new.close()
    assert newest_unfinished(folder) == new.path


def unreadable(path):
    """Make a file that cannot be read, even by root: it leads to itself."""
    path.symlink_to(path)


OTHERS = {"a folder": Path.mkdir, "a pipe": os.mkfifo, "unreadable": unreadable, "empty": Path.touch}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_file_to_read_does_not_hide_an_unfinished_journal(config, begun, kind):
    folder = config.rootpath / ".guidelines"
    begun(folder / "2026-01-01T000000-001.jsonl")
    OTHERS[kind](folder / "z.jsonl")
    assert newest_unfinished(folder).name == "2026-01-01T000000-001.jsonl"
    outputs.begin(config, HEADER, None).close()


def test_a_journal_whose_first_line_is_broken_is_not_passed_over(config, begun):
    folder = config.rootpath / ".guidelines"
    begun(folder / "2026-01-01T000000-002.jsonl")
    broken = folder / "2026-01-01T000000-001.jsonl"
    broken.write_bytes(begun(broken).replace(b'"here"', b'"hers"'))
    with pytest.raises(ResultsError, match=f"^{broken}: is a journal whose first line is broken: its checks"):
        newest_unfinished(folder)


def test_a_journal_that_another_run_is_writing_is_refused(config, begun):
    path = config.rootpath / "a.jsonl"
    before = begun(path)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(pytest.UsageError, match=f"^--journal {path}: another run is writing it$"):
            outputs.begin(config, HEADER, (path, load_journal(path)))
    assert path.read_bytes() == before


def test_a_journal_that_was_killed_before_its_first_line_hides_none(tmp_path):
    (tmp_path / "9999-01-01T000000-001.jsonl").write_bytes(b"")
    with pytest.raises(ResultsError, match="none of 1 journals"):
        newest_unfinished(tmp_path)
