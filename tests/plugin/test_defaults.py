import pytest
from inner_runs import both_outputs, strict

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

SEVEN = "--benchmark-max-time=7"
LISTED = ("--collect-only", "-q", "-p", "guidelines.plugin", "-p", "no:cacheprovider", "--device=cpu")


@pytest.fixture
def limits(pytester, monkeypatch):
    """The limits of a run with some arguments, without a project's settings."""
    from guidelines.plugin import defaults

    names = ("benchmark_max_time", "benchmark_min_rounds", "benchmark_confidence")

    def limits(*arguments, ini="", environment=""):
        pytester.makeini(f"[pytest]\naddopts = {ini}")
        monkeypatch.setenv("PYTEST_ADDOPTS", environment)
        config = pytester.parseconfig(*LISTED, *arguments)
        return tuple(defaults.value(config, name) for name in names)

    return limits


def test_the_defaults_hold_in_a_folder_without_the_suites_settings(limits):
    assert limits() == (2, 12, 0.95)


@pytest.mark.parametrize(
    ("how", "where"),
    [
        ((SEVEN,), {}),
        (("--benchmark-max-time", "7"), {}),
        ((), {"ini": SEVEN}),
        ((), {"environment": SEVEN}),
        ((SEVEN,), {"ini": "--benchmark-max-time=3", "environment": "--benchmark-max-time=4"}),
    ],
)
def test_what_a_user_gives_wins(limits, how, where):
    assert limits(*how, **where) == (7, 12, 0.95)


def test_a_user_may_give_pytest_benchmarks_own_defaults(limits):
    given = ("--benchmark-max-time=1.0", "--benchmark-min-rounds=5", "--benchmark-confidence=0.99")
    assert limits(*given) == (1, 5, 0.99)


def test_a_file_holds_the_limits_that_were_in_force(suite, pytester):
    suite("--benchmark-json=run.json", "-k", "x1 and 1group", "-o", "addopts=")
    assert both_outputs(pytester)[0].entries[0].slowdown.confidence == 0.95
    (benchmark,) = strict(pytester.path / "run.json")["benchmarks"]
    assert (benchmark["options"]["max_time"], benchmark["options"]["min_rounds"]) == (0, 12)


def test_the_head_of_a_run_names_the_limits_in_force(suite):
    suite("--collect-only").stdout.fnmatch_lines(["guidelines: max_time=0.0 min_rounds=12 passes=1"])
