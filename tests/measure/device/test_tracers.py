import sys
import threading
from types import SimpleNamespace

import pytest

from guidelines.measure.device import tracers
from guidelines.measure.device.own_thread import OwnThread
from guidelines.measure.device.timing import pinned
from guidelines.measure.device.tracers import _silence, without_tracers
from guidelines.spec.condition import Condition


def tracer(*event):
    return None


def profiler(*event):
    return None


def all_set():
    return sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile()


@pytest.fixture
def traced():
    """A tracer and a profiler in this thread and for new ones, in place of those that are there."""
    before = all_set()
    threading.settrace(tracer)
    threading.setprofile(profiler)
    sys.setprofile(profiler)
    sys.settrace(tracer)
    yield (tracer, profiler, tracer, profiler)
    for write, function in zip(
        (sys.settrace, sys.setprofile, threading.settrace, threading.setprofile), before, strict=True
    ):
        write(function)


def test_networks_are_timed_without_tracers_which_are_back_afterwards(traced):
    with pinned(Condition("cpu", "")):
        inside = all_set()
    assert (inside, all_set()) == ((None,) * 4, traced)


def test_they_are_back_after_an_error(traced):
    with pytest.raises(KeyError), without_tracers():
        raise KeyError
    assert all_set() == traced


def test_a_thread_that_starts_meanwhile_is_not_traced(traced):
    with without_tracers():
        thread = OwnThread("test", lambda: without_tracers())
        inside = thread.run(lambda: (sys.gettrace(), sys.getprofile()))
        thread.end()
    assert inside == (None, None)


def test_nothing_is_set_if_nothing_was_there():
    with without_tracers():
        sys.settrace(tracer)
    left = sys.gettrace()
    sys.settrace(None)
    assert left is tracer


class Monitoring:
    """Python 3.12's sys.monitoring with one tool, of id 1."""

    def __init__(self):
        self.events = SimpleNamespace(NO_EVENTS=0, PY_START=1, LINE=32, BRANCH=96)
        self.on = {1: 33}
        self.callbacks = {(1, 1): "start", (1, 32): "line"}

    def get_tool(self, tool):
        return "coverage" if tool == 1 else None

    def get_events(self, tool):
        return self.on[tool]

    def set_events(self, tool, events):
        self.on[tool] = events

    def register_callback(self, tool, event, callback):
        before = self.callbacks.get((tool, event))
        self.callbacks[tool, event] = callback
        return before


def test_the_tools_of_monitoring_get_no_events_until_the_end(monkeypatch):
    monitoring = Monitoring()
    with tracers.ExitStack() as back:
        _silence(monitoring, back)
        assert monitoring.on == {1: 0}
        assert set(monitoring.callbacks.values()) == {None}
    assert monitoring.on == {1: 33}
    assert monitoring.callbacks == {(1, 1): "start", (1, 32): "line"}


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="Python 3.12 brought sys.monitoring")
def test_a_real_tool_sees_nothing_meanwhile():
    seen, monitoring = [], getattr(sys, "monitoring", None)
    monitoring.use_tool_id(4, "test")
    try:
        monitoring.register_callback(4, monitoring.events.PY_START, lambda *event: seen.append(event))
        monitoring.set_events(4, monitoring.events.PY_START)
        with without_tracers():
            seen.clear()
            tracer()
            assert seen == []
        tracer()
        assert seen
    finally:
        monitoring.set_events(4, 0)
        monitoring.free_tool_id(4)
