"""A conftest.py that cuts a run, fails a test once, times out or traces, as the variable RUN says."""

import os
import shutil
import signal
import sys

import pytest
from _pytest.runner import runtestprotocol

pytest_plugins = ["guidelines.plugin"]

RUN, _, NUMBER = os.environ.get("RUN", "").partition(" ")
ended: list[str] = []


def _interrupt():
    raise KeyboardInterrupt


# What ends a run after the test with a number.
CUTS = {
    "interrupt": _interrupt,
    "interrupt_twice": _interrupt,
    "exit": lambda: pytest.exit("the time of this job is up", 0),
    "remove_folder": lambda: shutil.rmtree("out"),
}

if RUN == "trace":
    sys.settrace(lambda frame, event, argument: None)


def pytest_keyboard_interrupt(excinfo):
    if RUN == "interrupt_twice":
        raise KeyboardInterrupt


def pytest_runtest_protocol(item, nextitem):
    """Run a test again that failed, as pytest-rerunfailures does."""
    if RUN != "rerun":
        return None
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    if any(report.failed for report in reports):
        item._initrequest()
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    return True


@pytest.fixture(autouse=True)
def act(request):
    name = request.node.name
    is_first = name not in ended
    ended.append(name)
    if RUN == "timeout":
        signal.signal(signal.SIGALRM, _time_out)
        signal.setitimer(signal.ITIMER_REAL, float(NUMBER))
    yield
    if RUN == "timeout":
        signal.setitimer(signal.ITIMER_REAL, 0)
    if RUN == "rerun" and is_first and name.endswith("before-b]"):
        raise RuntimeError("fails once")
    if RUN in CUTS and len(ended) == int(NUMBER):
        CUTS[RUN]()


def _time_out(signum, frame):
    pytest.fail("Timeout", pytrace=False)
