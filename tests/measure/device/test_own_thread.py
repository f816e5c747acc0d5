import gc
import os
import signal
import threading
import time
import weakref
from contextlib import contextmanager, nullcontext
from functools import partial

import pytest
import torch

from guidelines.measure.device import own_thread
from guidelines.measure.device.own_thread import OwnThread


@pytest.fixture
def thread():
    thread = OwnThread("test", torch.inference_mode)
    yield thread
    thread.end()


def test_functions_run_in_one_other_thread(thread):
    ran_in = [thread.run(threading.current_thread) for _ in range(3)]
    assert len(set(ran_in)) == 1
    assert ran_in[0] is not threading.current_thread()
    assert ran_in[0].daemon


def test_the_thread_works_inside_the_state_and_leaves_it():
    events = []

    @contextmanager
    def state():
        events.append(("entered", threading.current_thread().name))
        yield
        events.append(("left", threading.current_thread().name))

    thread = OwnThread("test", state)
    thread.run(lambda: events.append("ran"))
    thread.end()
    assert events == [("entered", "test"), "ran", ("left", "test")]


def test_the_number_of_torchs_threads_is_that_of_the_process():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        thread = OwnThread("test", torch.inference_mode)
        assert thread.run(torch.get_num_threads) == 1
        assert thread.run(torch.is_inference_mode_enabled)
        thread.end()
    finally:
        torch.set_num_threads(before)


class Odd(BaseException):
    pass


@pytest.mark.parametrize("error", [ValueError, TimeoutError, SystemExit, KeyboardInterrupt, Odd])
def test_an_error_comes_out_as_it_is_and_the_thread_goes_on(thread, error):
    raised = error("why")

    def fail():
        raise raised

    with pytest.raises(error) as caught:
        thread.run(fail)
    assert caught.value is raised
    assert thread.run(lambda: 3) == 3


def test_a_state_that_cannot_be_entered_is_an_error_and_leaves_no_thread():
    def broken():
        raise RuntimeError("no device")

    with pytest.raises(RuntimeError, match="no device"):
        OwnThread("broken", broken)
    assert "broken" not in [thread.name for thread in threading.enumerate()]


def test_nothing_of_a_function_stays_alive(thread):
    class Network:
        pass

    network = Network()
    known = weakref.ref(network)
    thread.run(lambda network=network: network)
    del network
    thread.run(lambda: None)
    assert known() is None


@pytest.mark.parametrize("error", [MemoryError, TimeoutError])
def test_nothing_of_a_function_that_failed_stays_alive_without_the_collector(thread, error):
    class Network:
        pass

    def fail(network):
        raise error

    known = []

    def attempt():
        network = Network()
        known.append(weakref.ref(network))
        with pytest.raises(error):
            thread.run(partial(fail, network))

    gc.disable()
    try:
        attempt()
        thread.run(lambda: None)
        assert known[0]() is None
    finally:
        gc.enable()


def test_a_function_may_take_longer_than_one_wait(thread, monkeypatch):
    monkeypatch.setattr(own_thread, "NOTICED_S", 1e-4)
    assert thread.run(lambda: time.sleep(0.01) or 3) == 3


def test_ctrl_c_during_the_wait_is_raised_where_one_waits(thread):
    go = threading.Event()

    def interrupt():
        os.kill(os.getpid(), signal.SIGINT)
        return go.wait(9)

    with pytest.raises(KeyboardInterrupt):
        thread.run(interrupt)
    go.set()
    assert thread.run(go.is_set)


def test_a_function_that_hangs_does_not_keep_a_run_from_ending(monkeypatch):
    monkeypatch.setattr(own_thread, "MOST_WAITING_S", 0.01)
    thread, go = OwnThread("hanging", nullcontext), threading.Event()
    threading.Timer(0.0, thread.run, [go.wait]).start()
    time.sleep(0.01)
    thread.end()
    go.set()
