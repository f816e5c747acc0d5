import os
import subprocess
import sys
from pathlib import Path

import pytest

from guidelines.cli.commands.plot import file_names
from guidelines.cli.main import main
from guidelines.results.writing import write_whole

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("guidelines", "names"),
    [
        (["G1", "G2"], ["g1", "g2"]),
        (["G 2", "G-2", "g!2", ""], ["g-2", "g-2-2", "g-2-3", "guideline"]),
        (["G2", "g2", "Ｇ２"], ["g2", "g2-2", "g2-3"]),
        (["con", "NUL", "Com1"], ["con-2", "nul-2", "com1-2"]),
        (["g", "g-2", "G"], ["g", "g-2", "g-3"]),
        (["../x", "模"], ["---x", "模"]),
        (["x" * 300 + "a", "x" * 300 + "b"], ["x" * 50, "x" * 50 + "-2"]),
    ],
)
def test_every_guideline_has_a_file_of_its_own(guidelines, names):
    assert file_names(guidelines) == names


@pytest.fixture
def run_text(run_path):
    return run_path.read_text()


def refused(printed, path, *arguments):
    status, out, err = printed(*arguments)
    assert (status, out, err) == (2, "", f"guidelines: {path}: is among the files that were read\n")


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_an_input_by_another_name_is_not_overwritten(run_path, run_text, tmp_path, printed, link):
    other = tmp_path / "other.html"
    link(run_path, other)
    refused(printed, other, "report", str(run_path), "-o", str(other))
    assert run_path.read_text() == run_text


def test_an_input_within_a_folder_is_not_overwritten(run_path, tmp_path, printed):
    (tmp_path / "runs").mkdir()
    os.link(run_path, tmp_path / "runs" / "a.json")
    refused(printed, run_path, "report", str(tmp_path / "runs"), "-o", str(run_path))


def test_a_picture_does_not_overwrite_its_input(run_path, run_text, tmp_path, printed):
    picture = tmp_path / "g2.svg"
    run_path.rename(picture)
    refused(printed, picture, "plot", str(picture), "-o", str(tmp_path))
    assert picture.read_text() == run_text
    assert not (tmp_path / "g2.png").exists()


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    path.chmod(0o640)
    old = path.stat().st_ino
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.stat().st_ino != old
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_followed_and_stays(tmp_path):
    (tmp_path / "link").symlink_to("target")
    write_whole(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"new"


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_bytes(b"old")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(PermissionError):
        write_whole(tmp_path / "a.txt", b"new")


def test_a_device_is_written_to_as_it_is():
    write_whole("/dev/null", b"new")
    assert Path("/dev/null").is_char_device()


def test_the_file_that_is_printed_to_stays_the_same_file(tmp_path):
    printed = tmp_path / "out.txt"
    code = "from guidelines.results.writing import write_whole; write_whole('/dev/stdout', b'new')"
    with printed.open("w") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=True, cwd=ROOT)
        assert os.path.samestat(os.fstat(out.fileno()), printed.stat())
    assert printed.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [printed]


@pytest.mark.parametrize("command", ["count", "decompose", "reuse"])
def test_help_says_that_code_is_executed(command, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert "This command executes code: it imports the module that TARGET names" in " ".join(
        capsys.readouterr().out.split()
    )
