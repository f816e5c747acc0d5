"""A test that never calls measure() is named before anything is measured, or fails without a result."""

import pytest
from inner_experiments import SMALL
from inner_runs import progress

pytest_plugins = "pytester"
NEVER = SMALL.replace("        measure()", "        pass")
BY_A_FIXTURE = NEVER + ("\n    @pytest.fixture(autouse=True)\n    def at_once(measure):\n        measure()\n")


def test_it_is_named_before_the_passes(suite, at):
    result = suite("--passes=2", "--benchmark-json=fresh.json", experiment=NEVER)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        ["test_small.py::test_g2: it never calls measure(): nothing would be measured"]
    )
    assert progress(result) == []
    assert not at("fresh.json").exists()


def test_a_fixture_may_call_it(suite):
    suite(experiment=BY_A_FIXTURE).assert_outcomes(passed=6)


@pytest.mark.parametrize("passes", [1, 2])
def test_the_file_of_such_a_run_is_not_that_of_an_earlier_one(suite, at, passes):
    act = "        if request.node.name == '': measure()"
    result = suite(
        f"--passes={passes}",
        "--benchmark-json=fresh.json",
        experiment=SMALL.replace("        measure()", act),
    )
    result.assert_outcomes(failed=6)
    assert at("fresh.json").is_file()
    result.stdout.no_fnmatch_line("*earlier run*")


def test_a_test_that_a_mark_skips_need_not_call_it(suite):
    skipped = NEVER.replace("    @pytest.mark.guideline", "    @pytest.mark.skip\n    @pytest.mark.guideline")
    suite(experiment=skipped).assert_outcomes(skipped=6)
