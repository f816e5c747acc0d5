"""Tests that ask twice for one variant, and tests that are run again after they failed."""

import pytest
from inner_experiments import SMALL, X1_NAMES, X2_NAMES
from inner_runs import both_outputs, named, refusal

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

PARAMETRIZED = SMALL.replace(
    "@pytest.mark.guideline", '@pytest.mark.parametrize("k", ["once", "again"])\n    @pytest.mark.guideline'
).replace("(measure, request)", "(measure, k)")
# As pytest-repeat does it.
COUNT = """
    import pytest

    @pytest.fixture
    def step(request):
        return request.param

    def pytest_generate_tests(metafunc):
        metafunc.fixturenames.append("step")
        metafunc.parametrize("step", range(2), indirect=True)
"""
TWICE = (
    "ERROR: G2 x1 cpu-2px: two tests of test_small.py::test_g2 ask for g=1, which a run measures once (is "
    "the test parametrized, or named twice?); --passes repeats measuring"
)


@pytest.mark.parametrize("how", ["parametrize", "count", "path"])
def test_a_variant_that_is_asked_for_twice_is_refused_in_one_line(suite, pytester, how):
    if how == "count":
        pytester.makeconftest(COUNT)
    paths = ("test_small.py", "test_small.py", "--keep-duplicates") if how == "path" else ()
    result = suite(*paths, experiment=PARAMETRIZED if how == "parametrize" else SMALL)
    assert refusal(result) == TWICE
    assert not list(pytester.path.glob(".guidelines/*"))


def test_one_of_two_parameters_is_measured(suite, pytester):
    result = suite("--benchmark-json=run.json", "-k", "once and x1", experiment=PARAMETRIZED)
    result.assert_outcomes(passed=3, deselected=9)
    for run in both_outputs(pytester):
        assert named(run) == ["x1 g=1", "x1 g=2", "x1 g=4"]


# As pytest-rerunfailures does it.
RERUNS = """
    from _pytest.runner import runtestprotocol

    def pytest_runtest_protocol(item, nextitem):
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        for _ in range(3):
            reports = runtestprotocol(item, nextitem=nextitem, log=False)
            if not any(report.failed for report in reports):
                break
        for report in reports:
            item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        return True
"""
COUNTED = "Trap.tries = getattr(Trap, 'tries', 0) + ('trap' in request.node.name)"


def rows(result):
    """The number of rows of the trap in the table of pytest-benchmark."""
    return result.stdout.str().count("x2-trap]")


def test_a_test_that_passes_at_last_leaves_its_entry_alone(trapped, pytester):
    pytester.makeconftest(RERUNS)
    after = f"{COUNTED}; assert Trap.tries != 1"
    result = trapped("--benchmark-json=run.json", "--benchmark-columns=median", after=after)
    result.assert_outcomes(passed=5)
    assert "failed" not in result.stdout.str()
    assert rows(result) == 1
    for run in both_outputs(pytester):
        assert (named(run), run.failures) == (X1_NAMES + X2_NAMES, ())


def test_a_test_that_always_fails_is_one_failure_with_its_last_reason(trapped, pytester):
    pytester.makeconftest(RERUNS)
    after = f"{COUNTED}; assert 'trap' not in request.node.name, f'try {{Trap.tries}}'"
    result = trapped("--benchmark-json=run.json", after=after)
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(
        ["x2 trap failed: its test failed after it was timed: AssertionError: try 3*"]
    )
    for run in both_outputs(pytester):
        assert named(run) == [*X1_NAMES, "x2 a", "x2 c"]
        (failure,) = run.failures
        assert "AssertionError: try 3" in failure.reason


def test_a_network_that_fails_is_one_failure_however_often_its_test_runs(trapped, pytester):
    pytester.makeconftest(RERUNS)
    result = trapped("--benchmark-json=run.json", act="raise ValueError('odd')", at="2.0")
    result.assert_outcomes(passed=4, failed=1)
    for run in both_outputs(pytester):
        assert [failure.reason for failure in run.failures] == ["ValueError: odd"]
