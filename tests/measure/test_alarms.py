import signal
from functools import partial

import pytest

from guidelines.measure.alarms import is_alarm, unless_alarm
from guidelines.measure.dropped import Dropped, explained

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="needs a signal to send")


class Rang(BaseException):
    pass


def ring(*_):
    raise Rang


class Bell:
    def ring(self, *_):
        raise Rang

    def __call__(self, *_):
        raise Rang


@pytest.fixture
def installed():
    before = signal.getsignal(signal.SIGUSR1)
    yield partial(signal.signal, signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


def interrupted():
    signal.raise_signal(signal.SIGUSR1)
    raise AssertionError


def raised(function):
    try:
        function()
    except BaseException as error:
        return error
    raise AssertionError


@pytest.mark.parametrize("handler", [ring, partial(ring), partial(partial(ring), 1), Bell().ring, Bell()])
def test_an_error_of_an_installed_handler_is_an_alarm(installed, handler):
    installed(handler)
    error = raised(interrupted)
    assert is_alarm(error)
    installed(signal.SIG_IGN)
    assert not is_alarm(error)


def from_alarm():
    try:
        interrupted()
    except Rang as error:
        raise ValueError("odd") from error


def during_alarm():
    try:
        interrupted()
    except Rang:
        raise ValueError("odd")  # noqa: B904  # that it has no cause is meant


def in_a_group():
    raise BaseExceptionGroup("two", [ValueError(), raised(interrupted)])


@pytest.mark.parametrize("act", [from_alarm, during_alarm, in_a_group])
def test_an_error_that_an_alarm_led_to_is_one(installed, act):
    installed(ring)
    assert is_alarm(raised(act))


def test_other_errors_are_none(installed):
    installed(ring)
    assert not is_alarm(raised(partial(int, "x")))
    assert not is_alarm(Rang())
    looped = ValueError()
    looped.__context__ = looped.__cause__ = looped
    assert not is_alarm(looped)


def test_alarms_are_left_alone_and_other_errors_explained(installed):
    installed(ring)
    explain = unless_alarm(explained)
    assert explain(raised(interrupted)) is None
    assert explain(Rang()) == Dropped("Rang")
