import asyncio

import pytest

from guidelines.measure.dropped import Dropped, SkippedNetworkError, explained


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("odd\nnumber"), "ValueError: odd"),
        (SystemExit(3), "SystemExit: 3"),
        (asyncio.CancelledError(), "CancelledError"),
        (GeneratorExit(), "GeneratorExit"),
        (BaseExceptionGroup("one", [GeneratorExit("in it")]), "GeneratorExit: in it"),
    ],
)
def test_whatever_a_network_raises_is_its_failure(error, reason):
    assert explained(error) == Dropped(reason)


def test_a_skip_is_none():
    assert explained(SkippedNetworkError("no such type")) == Dropped("skipped: no such type", is_skip=True)


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), BaseExceptionGroup("both", [ValueError(), KeyboardInterrupt()])]
)
def test_ctrl_c_ends_the_run(error):
    assert explained(error) is None
