from fnmatch import fnmatch

import pytest
from inner_experiments import BUILT, IN_A_ROUND, WARMED_UP, X1_NAMES
from inner_runs import both_outputs, journal_of, named

from guidelines.cli.main import main
from guidelines.results.files import load_journal

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")


# pytest-benchmark alone loses the JSON of the whole run after pytest.skip() inside a network.
@pytest.mark.parametrize("at", [BUILT, WARMED_UP, IN_A_ROUND])
def test_a_skip_inside_a_network_loses_nothing_else(trapped, pytester, at):
    result = trapped("--benchmark-json=run.json", act='pytest.skip("needs AVX-512")', at=at)
    result.assert_outcomes(passed=4, skipped=1)
    for run in both_outputs(pytester):
        assert named(run) == [*X1_NAMES, "x2 a", "x2 c"]
        (skipped,) = run.failures
        assert (skipped.place.variant, skipped.is_skip) == ("trap", True)
        assert skipped.reason == "skipped: needs AVX-512"


def test_a_run_whose_only_network_is_skipped_is_saved(trapped, pytester):
    result = trapped("--benchmark-json=run.json", "-k", "trap", act="pytest.skip()", at=BUILT)
    result.assert_outcomes(skipped=1, deselected=4)
    for run in both_outputs(pytester):
        assert (named(run), [failure.is_skip for failure in run.failures]) == ([], [True])


# pytest-benchmark alone saves a test that fails after its timing as a good one.
@pytest.mark.parametrize(
    ("after", "why"),
    [
        ("assert 'trap' not in request.node.name", "AssertionError: assert 'trap' not in *"),
        ("'trap' in request.node.name and pytest.fail('slow')", "Failed: slow"),
        ("request.addfinalizer(lambda: 1 / ('trap' not in request.node.name))", "ZeroDivisionError: *"),
    ],
)
def test_a_test_that_fails_after_it_was_timed_is_a_failure_with_its_reason(trapped, pytester, after, why):
    result = trapped("--benchmark-json=run.json", after=after)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["trap *failed*", "x2 trap failed: its test failed after it was timed: *"])
    for run in both_outputs(pytester):
        assert named(run) == [*X1_NAMES, "x2 a", "x2 c"]
        (failure,) = run.failures
        assert failure.place.variant == "trap"
        assert fnmatch(failure.reason, f"its test failed after it was timed: {why}")


def test_a_test_that_is_skipped_after_it_was_timed_is_a_skip_and_no_result(trapped, pytester):
    result = trapped("--benchmark-json=run.json", after="'trap' in request.node.name and pytest.skip('late')")
    result.assert_outcomes(passed=4, skipped=1)
    for run in both_outputs(pytester):
        assert named(run) == [*X1_NAMES, "x2 a", "x2 c"]
        (failure,) = run.failures
        assert (failure.is_skip, failure.reason) == (True, "skipped after it was timed: Skipped: late")


def test_a_baseline_whose_test_fails_leaves_the_slow_downs_of_the_others(trapped, pytester):
    trapped("--benchmark-json=run.json", after="assert 'x2-a' not in request.node.name")
    (pytester.path / "run.jsonl").write_bytes(journal_of(pytester).read_bytes())
    measured = load_journal(journal_of(pytester)).measurements["G8 x2 cpu-2px"][1]
    for run in both_outputs(pytester):
        assert named(run) == [*X1_NAMES, "x2 trap", "x2 c"]
        assert [entry.slowdown for entry in run.entries[2:]] == [entry.slowdown for entry in measured[1:]]
    assert main(["report", "run.json"]) == main(["report", "run.jsonl"]) == 0


ERRORS = {
    "RuntimeError: no kernel image": 'raise RuntimeError("no kernel image")',
    "AssertionError: odd": 'assert False, "odd"',
    "MemoryError": "raise MemoryError",
    "OutOfMemoryError: CUDA out of memory.": r'raise torch.OutOfMemoryError("CUDA out of memory.\nTried")',
    "SystemExit: 3": "raise SystemExit(3)",
}


@pytest.mark.parametrize("at", [BUILT, WARMED_UP, IN_A_ROUND])
@pytest.mark.parametrize("why", ERRORS)
def test_an_error_inside_a_network_is_recorded_and_the_rest_goes_on(trapped, pytester, at, why):
    result = trapped("--benchmark-json=run.json", act=ERRORS[why], at=at)
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines([f"trap: {why}", f"x2 trap failed: {why}"])
    for run in both_outputs(pytester):
        assert named(run) == [*X1_NAMES, "x2 a", "x2 c"]
        assert [(failure.place.variant, failure.reason) for failure in run.failures] == [("trap", why)]


@pytest.mark.parametrize("options", [(), ("--benchmark-disable",)])
def test_a_test_that_measures_twice_fails_with_one_line(trapped, options):
    result = trapped(*options, after="'trap' not in request.node.name or measure()")
    result.assert_outcomes(passed=4, failed=1)
    assert "it calls measure() after measure() or benchmark(): one call measures" in result.stdout.str()
    assert "FixtureAlreadyUsed" not in result.stdout.str()
