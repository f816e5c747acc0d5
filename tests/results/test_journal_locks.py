import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from journals import HEADER, SWEEP, written

import guidelines
from guidelines.results import journal, journal_file
from guidelines.results.files import load_journal

OURS = {**os.environ, "PYTHONPATH": str(Path(guidelines.__file__).parent.parent)}
REOPEN = """
import sys
from pathlib import Path
from guidelines.results import journal
from guidelines.results.files import load_journal

path = Path(sys.argv[1])
try:
    journal.reopen(path, load_journal(path))
except BlockingIOError:
    print("another run is writing it")
"""


def reopened(path):
    """What another process says that wants to go on with a journal."""
    other = subprocess.run(
        [sys.executable, "-c", REOPEN, str(path)],
        capture_output=True,
        text=True,
        env=OURS,
    )
    return other.stdout + other.stderr


def test_a_journal_that_another_run_writes_is_left_alone(log, path, pair):
    log.add(SWEEP, 1, pair())
    before = path.read_bytes()
    assert reopened(path) == "another run is writing it\n"
    with pytest.raises(FileExistsError):
        journal.create(path, HEADER)
    assert path.read_bytes() == before
    log.close()
    assert reopened(path) == ""


KILLED = """
import os
import signal
import sys
import time
from pathlib import Path
from guidelines.results import journal
from guidelines.results.journal_contents import Header
from guidelines.results.model import Machine

log = journal.create(Path(sys.argv[1]), Header(Machine(), {}, {}))
child = os.fork()
if child:
    print(child, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
log.skip("test", "of the child")
time.sleep(60)
"""


def test_a_process_that_a_killed_run_forked_keeps_no_lock_and_writes_nothing(path):
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True, env=OURS
    ) as run:
        child = int(run.stdout.readline())
        run.wait()
        try:
            assert reopened(path) == ""
            assert [json.loads(line).get("resumed") for line in written(path)] == [None, True]
        finally:
            os.kill(child, signal.SIGKILL)


def no_locks(*_):
    raise OSError(errno.ENOSYS, "Function not implemented")


def test_a_file_system_without_locks_is_a_note(path, pair, monkeypatch):
    monkeypatch.setattr(journal_file.fcntl, "flock", no_locks)
    log = journal.create(path, HEADER)
    log.add(SWEEP, 1, pair())
    log.close()
    said = f"{path} cannot be locked (Function not implemented): resume no run that still goes on"
    assert (log.fault, log.notes) == ("", [said])
    assert load_journal(path).measurements == {SWEEP: {1: pair()}}
