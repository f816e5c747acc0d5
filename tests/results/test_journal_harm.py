"""What others do to a journal while it is being written."""

import shutil

import pytest
from journals import HEADER, OTHER, SWEEP, unsealed, written

from guidelines.results import journal, journal_file
from guidelines.results.files import load_journal


def delete(path):
    path.unlink()


def delete_folder(path):
    shutil.rmtree(path.parent)


def empty(path):
    path.write_bytes(b"")


def truncate(path):
    path.write_bytes(path.read_bytes()[:-40])


def lengthen(path):
    with path.open("ab") as file:
        file.write(b"{}\n")


def replace(path):
    path.rename(path.with_name("moved"))
    path.write_text("somebody else's")


# What was done, how the note names it, and the name of the new journal.
HARMS = {
    delete: ("was deleted", "run.jsonl"),
    delete_folder: ("was deleted", "run.jsonl"),
    empty: ("was changed", "run-2.jsonl"),
    truncate: ("was changed", "run-2.jsonl"),
    lengthen: ("was changed", "run-2.jsonl"),
    replace: ("was replaced", "run-2.jsonl"),
}


@pytest.fixture
def path(tmp_path):
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder" / "run.jsonl"


@pytest.mark.parametrize("harm", HARMS)
def test_a_journal_that_was_harmed_is_written_anew_and_nothing_is_lost(log, path, pair, harm):
    said, name = HARMS[harm]
    log.add(SWEEP, 1, pair())
    harm(path)
    harmed = path.read_bytes() if path.exists() else None
    log.add(OTHER, 1, pair(sweep="x2"))
    log.finish()
    log.close()
    new = path.with_name(name)
    assert log.path == new
    assert log.notes == [f"{path} {said} during the run; everything is in {new}"]
    assert (log.fault, log.lost) == ("", 0)
    contents = load_journal(new)
    assert (contents.is_finished, contents.damage) == (True, ())
    assert contents.measurements == {SWEEP: {1: pair()}, OTHER: {1: pair(sweep="x2")}}
    if new != path:
        assert path.read_bytes() == harmed


def test_harm_after_the_last_line_is_noticed_when_the_run_ends(log, path, pair):
    log.add(SWEEP, 1, pair())
    log.finish()
    path.unlink()
    log.close()
    assert (log.path, len(log.notes)) == (path, 1)
    assert load_journal(path).is_finished


def test_a_resumed_journal_is_written_anew_with_what_it_held_before(log, path, pair):
    log.add(SWEEP, 1, pair())
    log.close()
    log = journal.reopen(path, load_journal(path))
    path.unlink()
    log.add(OTHER, 1, pair(sweep="x2"))
    log.close()
    assert load_journal(path).measurements == {SWEEP: {1: pair()}, OTHER: {1: pair(sweep="x2")}}


def test_a_journal_that_cannot_be_written_anew_says_what_is_lost(log, path, pair):
    log.add(SWEEP, 1, pair())
    shutil.rmtree(path.parent)
    path.parent.write_text("no folder")
    log.add(OTHER, 1, pair(sweep="x2"))
    log.finish()
    log.close()
    assert log.fault == "it was deleted, and no other can be begun: File exists"
    assert (log.lost, log.is_finished, log.notes) == (2, False, [])


def test_a_journal_is_cut_at_its_first_broken_line_before_the_run_goes_on(log, path, pair):
    log.add(SWEEP, 1, pair())
    log.add(OTHER, 1, pair(sweep="x2"))
    log.finish()
    log.close()
    lines = written(path)
    path.write_bytes(b"".join([*lines[:3], b"\0" * 99 + b"\n", *lines[4:]]))
    contents = load_journal(path)
    assert contents.broken.startswith("line 4 is broken: ")
    log = journal.reopen(path, contents)
    assert path.read_bytes().startswith(b"".join(lines[:3]) + b'{"resumed": true, ')
    log.add(OTHER, 1, pair(sweep="x2"))
    log.finish()
    log.close()
    contents = load_journal(path)
    assert (contents.is_finished, contents.damage) == (True, ())
    assert contents.measurements == {SWEEP: {1: pair()}, OTHER: {1: pair(sweep="x2")}}


def test_a_journal_of_version_2_is_gone_on_with_without_checksums(log, path, pair):
    log.add(SWEEP, 1, pair())
    log.close()
    path.write_bytes(b"".join(unsealed(written(path))))
    log = journal.reopen(path, load_journal(path))
    log.add(OTHER, 1, pair(sweep="x2"))
    log.close()
    contents = load_journal(path)
    assert (contents.checksum, contents.damage, len(contents.measurements)) == (None, (), 2)
    assert b"crc32" not in path.read_bytes()


def test_a_journal_that_cannot_be_begun_leaves_no_file(path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal_file, "write", full)
    with pytest.raises(OSError, match="No space left"):
        journal.create(path, HEADER)
    assert list(path.parent.iterdir()) == []
