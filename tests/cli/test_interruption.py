import os
import signal
import subprocess
import sys

import pytest

from guidelines.cli import interruption

# A network that presses Ctrl-C where the exception of Python would be lost.
LOST = """
import os, signal
from torch import nn
class Lost:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(100):
            pass
class Net(nn.Linear):
    def __init__(self):
        super().__init__(2, 2)
        {where}
"""
AT_THE_END = """
import sys, threading
from guidelines.__main__ import main
def interrupted(options):
    def write():
        while True:
            sys.stderr.write("")
    threading.Thread(target=write, daemon=True).start()
    raise KeyboardInterrupt
import guidelines.cli.main
from guidelines.cli.commands import networks
networks.run = interrupted
sys.argv = ["guidelines", "networks"]
sys.exit(main())
"""


def program(*arguments):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=60, env=dict(os.environ)
    )


@pytest.mark.parametrize("where", ["Lost()", "os.kill(os.getpid(), signal.SIGINT)"])
def test_ctrl_c_is_not_lost_while_an_audit_is_planned(tmp_path, where):
    (tmp_path / "net.py").write_text(LOST.format(where=where))
    audit = ("-m", "guidelines", "audit", f"{tmp_path}/net.py:Net", "--input", "1,2", "--seconds", "1")
    done = program(*audit)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "guidelines: interrupted\n")


def test_the_program_ends_while_a_thread_writes():
    done = program("-c", AT_THE_END)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "guidelines: interrupted\n")


@pytest.fixture
def handler():
    """The handler of Ctrl-C, which is as before afterwards."""
    before = signal.getsignal(signal.SIGINT)
    yield lambda: signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)


def test_a_program_that_ignores_ctrl_c_goes_on_ignoring_it(handler):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interruption.take_over()
    with interruption.at_once():
        assert handler() is signal.SIG_IGN


def test_elsewhere_ctrl_c_raises_as_usual(handler):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with interruption.at_once():  # called from another program
        assert handler() is signal.default_int_handler
    interruption.take_over()
    with interruption.at_once(), interruption.at_once():
        assert handler() is interruption._say_and_end
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
