"""Several passes measure before the first test: no timer of a test runs meanwhile."""

from types import SimpleNamespace

import pytest
from inner_passes import CONFTEST, MARKED
from inner_runs import lines, load_strict, only

from guidelines.plugin import measurement

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

# Other processes inherit what says that a test runs.
TIMER = (
    CONFTEST
    + """
    import os
    import pytest

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(item):
        os.environ["A_TEST_RUNS"] = item.nodeid
        try:
            return (yield)
        finally:
            del os.environ["A_TEST_RUNS"]
"""
)
KINDS = """
    import os
    import pytest
    from networks import Network, sweep

    LACKING = True

    class Untimed(Network):
        def __init__(self):
            assert "A_TEST_RUNS" not in os.environ
            super().__init__()

    def marked(name, *marks, fixtures=(), last=Network):
        @pytest.mark.usefixtures(*fixtures)
        @pytest.mark.guideline(sweeps=lambda condition: [sweep(name, last=last)])
        def test(measure):
            assert "A_TEST_RUNS" in os.environ
            measure()
        for mark in marks:
            test = mark(test)
        return test

    @pytest.fixture
    def lacking():
        pytest.skip("no such thing")

    test_untimed = marked("untimed", last=Untimed)
    test_fixture = marked("fixture", fixtures=["lacking"])
    test_skip = marked("skip", pytest.mark.skip)
    test_skipif = marked("skipif", pytest.mark.skipif(LACKING, reason="lacking"))
    test_text = marked("text", pytest.mark.skipif("LACKING"))
    test_not_run = marked("not run", pytest.mark.xfail(run=False))
    test_other = marked("other", pytest.mark.skipif(not LACKING, reason=""), pytest.mark.xfail(strict=False))
    test_broken = marked("broken", pytest.mark.skipif("UNKNOWN"))
"""
QUITS = """
    import pytest
    from networks import Network, sweep

    def leave():
        pytest.exit("the time is up")

    @pytest.mark.guideline(sweeps=lambda condition: [sweep("quits", last=leave)])
    def test_quits(measure):
        measure()
"""


@pytest.fixture(scope="module")
def runs():
    """Runs by name; the first test that needs one fills it in."""
    return {}


@pytest.fixture
def kinds(experiments, pytester, runs):
    """One run of two passes over tests that are skipped in every way, and some that are not."""
    if not runs:
        outputs = ("--passes=2", "--benchmark-json=run.json")
        result = experiments(*outputs, conftest=TIMER, test_kinds=KINDS)
        runs["kinds"] = SimpleNamespace(
            result=result,
            run=load_strict(pytester.path / "run.json"),
            journal=lines(only(pytester, ".guidelines/*.jsonl")),
        )
    return runs["kinds"]


def test_no_timer_of_a_test_runs_while_networks_are_measured(kinds):
    kinds.result.assert_outcomes(passed=2, skipped=8, xfailed=2, xpassed=2, errors=2)
    assert [failure for failure in kinds.run.failures if failure.place.guideline == "untimed"] == []
    assert {entry.place.guideline for entry in kinds.run.entries} == {"untimed", "other"}


def test_what_a_mark_skips_is_not_measured(kinds):
    planned = [sweep_id.split()[0] for sweep_id in kinds.journal[0]["sweeps"]]
    assert planned == ["untimed", "fixture", "other", "broken"]


def test_a_test_that_a_fixture_skips_has_no_result(kinds):
    reasons = {failure.place.guideline: failure.reason for failure in kinds.run.failures}
    assert reasons.keys() == {"fixture", "broken"}
    assert reasons["fixture"] == "skipped before it had a result: Skipped: no such thing"
    assert reasons["broken"].startswith("its test failed before it had a result: Failed: Error evaluating")


def test_pytest_exit_inside_a_network_of_another_process_ends_the_run(experiments):
    result = experiments("--passes=2", test_quits=QUITS)
    result.assert_outcomes()
    result.stdout.fnmatch_lines(
        ["  cut short in pass 1", "journal: *; --resume goes on with it", "*Exit: the time is up*"]
    )


class Odd(BaseException):
    pass


def test_an_error_before_the_first_test_is_its_own_and_the_next_one_measures(experiments, monkeypatch):
    errors, measure_sweeps = [Odd("no more memory")], measurement.measure_sweeps

    def failing_once(*arguments):
        if errors:
            raise errors.pop()
        return measure_sweeps(*arguments)

    monkeypatch.setattr(measurement, "measure_sweeps", failing_once)
    result = experiments("--passes=2", test_marked=MARKED)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["E * no more memory", "x1 a failed: its test failed before it had a result: Odd: *"]
    )


def test_tests_that_are_only_set_up_are_not_measured(experiments, pytester):
    experiments("--passes=2", "--setup-plan", test_marked=MARKED).assert_outcomes()
    assert not list(pytester.path.glob(".guidelines/*"))
