"""Timers of tests, as pytest-timeout sets them, and what else ends a test while networks are timed."""

import signal
import sys

import pytest
from inner_experiments import BUILT, IN_A_ROUND, WARMED_UP, X1_NAMES
from inner_runs import both_outputs, named, progress

pytest_plugins = "pytester"
pytestmark = [
    pytest.mark.filterwarnings("ignore:Not saving anything"),
    pytest.mark.skipif(sys.platform == "win32", reason="has no signal for an alarm"),
]
# An alarm for each test, which fails it.
TIMER = """
    import signal
    import pytest

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(item):
        def ring(number, frame):
            pytest.fail("Timeout (>1 s)")

        before = signal.signal(signal.SIGUSR1, ring)
        try:
            return (yield)
        finally:
            signal.signal(signal.SIGUSR1, before)
"""
ALARM = "signal.raise_signal(signal.SIGUSR1)"
SWALLOWED = f"""
                try:
                    {ALARM}
                except BaseException:
                    raise RuntimeError("half a module")
"""


@pytest.mark.parametrize("at", [BUILT, WARMED_UP, IN_A_ROUND])
@pytest.mark.parametrize("act", [ALARM, SWALLOWED.strip()])
def test_an_alarm_ends_the_test_and_the_next_one_measures_what_is_left(trapped, pytester, act, at):
    pytester.makeconftest(TIMER)
    result = trapped("--benchmark-json=run.json", act=act, at=at)
    result.assert_outcomes(passed=4, failed=1)
    assert progress(result) == ["G8 x1 cpu-2px", "G8 x2 cpu-2px", "G8 x2 cpu-2px"]
    result.stdout.fnmatch_lines(
        ["E * This test was timing the whole sweep G8 x2 cpu-2px. Allow it more time, *"]
    )
    assert "not used at all" not in result.stdout.str()
    for run in both_outputs(pytester):
        assert named(run) == [*X1_NAMES, "x2 trap", "x2 c"]
        (failure,) = run.failures
        assert failure.place.variant == "a"
        assert failure.reason.startswith("its test failed before it had a result: ")


def test_no_import_of_torch_is_left_for_a_test_to_interrupt(suite, monkeypatch):
    imported = []
    monkeypatch.setattr("guidelines.plugin.measurement.import_early", lambda: imported.append("early"))
    suite("-k", "x1 and 1group").assert_outcomes(passed=1, deselected=5)
    suite("--benchmark-disable", "-k", "x1").assert_outcomes(passed=3, deselected=3)
    assert imported == ["early"] * 2


@pytest.mark.parametrize("why", ["CancelledError: cancelled", "GeneratorExit", "Failed: odd", "XFailed: odd"])
def test_an_error_that_is_no_exception_is_the_networks(trapped, pytester, why):
    acts = {
        "CancelledError: cancelled": 'import asyncio; raise asyncio.CancelledError("cancelled")',
        "GeneratorExit": "raise GeneratorExit",
        "Failed: odd": 'pytest.fail("odd")',
        "XFailed: odd": 'pytest.xfail("odd")',
    }
    result = trapped("--benchmark-json=run.json", act=acts[why], at=IN_A_ROUND)
    result.assert_outcomes(passed=4, failed=1)
    assert progress(result) == ["G8 x1 cpu-2px", "G8 x2 cpu-2px"]
    for run in both_outputs(pytester):
        assert [(failure.place.variant, failure.reason) for failure in run.failures] == [("trap", why)]


def test_pytest_exit_inside_a_network_ends_the_run(trapped):
    result = trapped(act='pytest.exit("the time of this job is up")', at=IN_A_ROUND)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["journal: *; --resume goes on with it", "*Exit: the time of this job is up*"]
    )


# A network may set a timer of its own, as long as it puts the old one back.
OWN = f"""
                def ring(*_):
                    raise TimeoutError("of its own")

                before = signal.signal(signal.SIGUSR1, ring)
                try:
                    {ALARM}
                finally:
                    signal.signal(signal.SIGUSR1, before)
"""


def test_an_alarm_of_the_network_itself_is_its_failure(trapped, pytester):
    trapped("--benchmark-json=run.json", act=OWN.strip(), at=IN_A_ROUND).assert_outcomes(passed=4, failed=1)
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL
    for run in both_outputs(pytester):
        assert [failure.reason for failure in run.failures] == ["TimeoutError: of its own"]
