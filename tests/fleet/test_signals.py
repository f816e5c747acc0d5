import os
import signal

import pytest

from guidelines.fleet.signals import held_back, terminable


@pytest.fixture(autouse=True)
def _handlers_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def press(number):
    os.kill(os.getpid(), number)
    for _ in range(100):
        pass


def test_sigterm_is_told_from_ctrl_c():
    for number, came in ((signal.SIGTERM, True), (signal.SIGINT, False)):
        with pytest.raises(KeyboardInterrupt), terminable() as termination:
            press(number)
        assert termination.came is came


def test_a_signal_that_is_ignored_stays_ignored():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with terminable() as termination, held_back():
        press(signal.SIGTERM)
    assert termination.came is False
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_end_of_a_block(number):
    done = []

    def block():
        with held_back():
            press(number)
            done.append("all of it")
        done.append("what follows")

    with pytest.raises(KeyboardInterrupt), terminable() as termination:
        block()
    assert done == ["all of it"]
    assert termination.came is (number == signal.SIGTERM)


def test_a_signal_is_not_lost_if_the_block_fails():
    def failing():
        with held_back():
            press(signal.SIGINT)
            raise ValueError

    with pytest.raises(KeyboardInterrupt):
        failing()


def test_a_second_signal_does_not_wait():
    done = []

    def twice():
        with held_back():
            for number in range(2):
                press(signal.SIGINT)
                done.append(number)

    with pytest.raises(KeyboardInterrupt):
        twice()
    assert done == [0]


def test_a_handler_that_is_set_in_the_block_is_not_taken():
    with terminable() as termination:
        ours = signal.getsignal(signal.SIGTERM)
        set_handler = signal.signal
        with held_back():
            signal.signal(signal.SIGTERM, lambda number, frame: None)
            assert signal.getsignal(signal.SIGTERM) is not ours
        assert signal.getsignal(signal.SIGTERM) is ours
        assert signal.signal is set_handler
    assert termination.came is False
