import os
import signal
import subprocess
import sys
import time

import pytest

from guidelines.fleet.node_pass import PassTask, measure, reason_in

# What does not exist fails as soon as pytest has started.
TASK = PassTask(("no_such_file.py",), number=1, passes=2, machine="n1", journal=b"", timeout_s=60)
LONGEST_S = 30


def test_a_pass_that_cannot_be_measured_gives_its_reason():
    result = measure(TASK)
    assert (result.journal, result.saved) == (b"", b"")
    assert result.reason.startswith("no_such_file.py: no such experiment or file")
    assert "no_such_file.py" in result.printed


def test_a_pass_that_takes_too_long_is_ended():
    result = measure(PassTask(TASK.arguments, 1, passes=2, machine="n1", journal=b"", timeout_s=0))
    assert result.reason == "pass 1 took longer than --timeout 0 s: give it more"


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("line\nERROR: --device cuda:0: not there\n", "--device cuda:0: not there"),
        ("E   ImportError: no module\n1 error in 0.1s", "ImportError: no module"),
        ("guidelines: G9: no such\n\n", "G9: no such"),
        ("a\nKilled\n", "Killed"),
        ("", "its process ended without a word"),
    ],
)
def test_the_reason_is_the_line_that_names_an_error(printed, reason):
    assert reason_in(printed) == reason


@pytest.mark.skipif(sys.platform == "win32", reason="has no groups of processes")
def test_a_run_ends_with_its_parent_however_that_ends():
    how = "stdin=subprocess.PIPE, start_new_session=True"
    code = f"import subprocess, sys; subprocess.Popen(sys.argv[1:], {how}).wait()"
    run = [sys.executable, "-m", "guidelines.fleet.with_parent", "doctor", "G1"]
    parent = subprocess.Popen([sys.executable, "-c", code, *run], stdout=subprocess.DEVNULL)
    child = wait_for(lambda: child_of(parent.pid))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    wait_for(lambda: not is_running(child))


def child_of(pid):
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return int(listed.stdout) if listed.stdout.strip() else None


def is_running(pid):
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return listed.stdout.strip()[:1] not in ("", "Z")


def wait_for(is_there):
    end_s = time.monotonic() + LONGEST_S
    while not (value := is_there()):
        assert time.monotonic() < end_s
        time.sleep(0.05)
    return value
