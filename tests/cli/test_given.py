from pathlib import Path

import pytest

from guidelines.cli.given import Given, given_files
from guidelines.cli.output import CommandError


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_path_may_have_a_name_before_it():
    given = given_files(["runs/", "ci=runs/", " my ci = runs", "ci=/a/lr=0.1/b.json"])
    assert given == [
        Given(Path("runs")),
        Given(Path("runs"), "ci"),
        Given(Path(" runs"), "my ci"),
        Given(Path("/a/lr=0.1/b.json"), "ci"),
    ]


def test_a_path_that_holds_an_equals_sign_is_that_path(folder):
    (folder / "lr=0.1.json").touch()
    (folder / "=").mkdir()
    (folder / "gone=").symlink_to("nowhere")
    given = given_files(["lr=0.1.json", "=", "gone=", "./lr=0.1", "/a/lr=0.1.json", "ci=lr=0.1.json"])
    assert given == [
        Given(Path("lr=0.1.json")),
        Given(Path("=")),
        Given(Path("gone=")),
        Given(Path("lr=0.1")),
        Given(Path("/a/lr=0.1.json")),
        Given(Path("lr=0.1.json"), "ci"),
    ]


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("=runs", "=runs: '' is no name of a machine: give printable text, such as ci"),
        (" =runs", " =runs: ' ' is no name of a machine: give printable text, such as ci"),
        ("a\x1b=runs", r"a\x1b=runs: 'a\x1b' is no name of a machine: give printable text, such as ci"),
        ("ci=", "ci=: names no file or folder; give NAME=PATH"),
        ("=", "=: names no file or folder; give NAME=PATH"),
    ],
)
def test_a_name_or_a_path_that_is_missing_is_named(argument, message):
    with pytest.raises(CommandError) as error:
        given_files([argument])
    assert str(error.value) == message
