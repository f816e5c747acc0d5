import os
import socket
from pathlib import Path

import pytest

from guidelines.results.files import find, load
from guidelines.results.schema import ResultsError


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b'{"benchmarks": [', "is not valid JSON"),
        (b"hello", "is not valid JSON"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
        (b'{"benchmarks": [NaN]}', "1 of 1 benchmarks are not of this suite, '?' first"),
        (b"[" * 100_000, "is not valid JSON"),
        (b"[]", "is not a pytest-benchmark file"),
        (b'{"benchmarks": {}}', "is not a pytest-benchmark file"),
        (
            b'{"schema": 1, "kind": "compare", "records": []}',
            "is what `guidelines compare` wrote: give the runs themselves",
        ),
        (b'{"benchmarks": []}', "holds no results"),
        (b'{"benchmarks": [7]}', "1 of 1 benchmarks are not of this suite, '?' first"),
    ],
)
def test_files_that_are_no_results_are_refused_by_name_and_reason(tmp_path, content, message):
    path = tmp_path / "run.json"
    path.write_bytes(content)
    with pytest.raises(ResultsError) as refused:
        load(path, 10**7)
    assert str(refused.value).startswith(f"{path}: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["missing.json", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path, name):
    with pytest.raises(ResultsError, match="cannot be read"):
        load(tmp_path / name, 10**7)


def test_a_plain_pytest_benchmark_file_is_refused_with_what_it_lacks(tmp_path):
    path = tmp_path / "plain.json"
    path.write_text('{"benchmarks": [{"name": "test_sort", "extra_info": {}, "stats": {"median": 1.0}}]}')
    with pytest.raises(ResultsError, match=r"'test_sort' first: they lack extra_info\.guidelines$"):
        load(path, 10**7)


def test_a_file_is_refused_by_its_size_before_it_is_read(tmp_path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(2 * 2**30)  # takes no room on the disk
    with pytest.raises(ResultsError, match="has 2147483648 bytes, more than --max-bytes 1000 allows"):
        load(path, max_bytes=1000)


def test_a_file_that_does_not_tell_its_size_is_read_up_to_the_limit():
    with pytest.raises(ResultsError, match=r"/dev/zero: has \d+ bytes, more than --max-bytes 1000 allows"):
        load(Path("/dev/zero"), max_bytes=1000)


def test_folders_are_searched_and_files_are_taken_as_they_are(tmp_path):
    for name in ("b.json", "a.json", "deep/c.json", "deep/notes.txt"):
        path = tmp_path / "runs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = find([tmp_path / "one.results", tmp_path / "runs"])
    assert [path.name for path in found] == ["one.results", "a.json", "b.json", "c.json"]


def test_a_folder_without_results_is_refused_by_name(tmp_path):
    with pytest.raises(ResultsError, match=f"^{tmp_path}: the folder holds no .json or .jsonl file$"):
        find([tmp_path])


def test_a_run_knows_its_file_with_no_character_that_steers_a_terminal(tmp_path, saved_run):
    path = tmp_path / "a\x1b[31m.json"
    path.write_text(saved_run)
    assert load(path, 10**7).source == f"{tmp_path}/a\\x1b[31m.json"


def test_what_is_no_file_is_left_out_of_a_folder(tmp_path, monkeypatch):
    (tmp_path / "a.json").touch()
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "folder.json" / "b.json").touch()
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "zeros.json").symlink_to("/dev/zero")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.json")
        assert [path.name for path in find([tmp_path])] == ["a.json", "b.json"]


@pytest.mark.parametrize("target", ["gone.json", "link.json"])
def test_a_link_to_nothing_in_a_folder_is_refused_by_name(tmp_path, target):
    (tmp_path / "link.json").symlink_to(tmp_path / target)
    (path,) = find([tmp_path])
    with pytest.raises(ResultsError, match=f"^{tmp_path}/link.json: cannot be read: "):
        load(path, 10**7)


def test_a_folder_that_hides_what_it_holds_is_refused_by_name(tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    (tmp_path / "runs").mkdir()
    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(ResultsError, match=f"^{tmp_path}: cannot be read: Permission denied$"):
        find([tmp_path])


def test_an_error_about_a_long_text_is_short(tmp_path):
    path = tmp_path / "run.json"
    path.write_text('{"benchmarks": [{"name": "%s"}]}' % ("x" * 10**6))
    with pytest.raises(ResultsError) as refused:
        load(path, 10**7)
    assert len(str(refused.value)) < 1500
