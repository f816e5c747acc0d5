import subprocess
import sys

import pytest

from guidelines.fleet.folder import Folder
from guidelines.fleet.lock import LOCK, locked
from guidelines.fleet.plan import Plan
from guidelines.fleet.problem import FleetError


@pytest.fixture
def path(tmp_path):
    folder = Folder(tmp_path / "fleet", Plan(("G1",), passes=3, each="node", suite="0.1"))
    folder.begin(["n1"])
    return folder.path


def test_only_one_measures_in_a_folder(path):
    with locked(path):
        with pytest.raises(FleetError) as raised, locked(path):
            pass
        assert str(raised.value) == (
            f"{path}: another `guidelines fleet` is measuring in it; wait for its end"
        )
    with locked(path):
        pass


def test_a_process_that_died_locks_nothing(path):
    lines = (
        "import os, sys; from pathlib import Path; from guidelines.fleet.lock import locked",
        "with locked(Path(sys.argv[1])): os._exit(0)",
    )
    subprocess.run([sys.executable, "-c", "\n".join(lines), str(path)], check=True, timeout=60)
    assert (path / LOCK).exists()
    with locked(path):
        pass


def test_a_folder_that_is_no_fleet_is_left_as_it_is(tmp_path):
    with locked(tmp_path), locked(tmp_path / "none"):
        assert list(tmp_path.iterdir()) == []


def test_a_lock_that_cannot_be_written_is_one_line(path):
    (path / LOCK).mkdir()
    with pytest.raises(FleetError, match=r"fleet.lock: cannot be written: Is a directory$"), locked(path):
        pass
