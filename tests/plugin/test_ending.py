"""A journal is finished if every planned sweep is measured, failed or skipped, whatever the exit status."""

import pytest
from inner_experiments import SMALL
from inner_runs import journal_of, progress

from guidelines.measure.sweep_passes import SweepPasses
from guidelines.plugin import passes
from guidelines.results.files import load, load_journal

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

SECOND_CTRL_C = """
    import pytest

    def pytest_keyboard_interrupt(excinfo):
        raise KeyboardInterrupt
"""
ENDINGS = {
    "Ctrl-C": "raise KeyboardInterrupt",
    "exit with 0": "pytest.exit('time is up', 0)",
    "exit with 1": "pytest.exit('time is up', 1)",
    "exit with 5": "pytest.exit('time is up', 5)",
}
AFTER = "        if 'AT' in request.node.name: ACT\n"


def ending(act, at):
    return SMALL + AFTER.replace("AT", at).replace("ACT", act)


def is_finished(pytester):
    return load_journal(journal_of(pytester)).is_finished


@pytest.mark.parametrize("act", ENDINGS)
@pytest.mark.parametrize("at", ["x1-2groups", "x2-2groups"])
def test_a_run_that_is_cut_is_not_finished(suite, pytester, act, at):
    suite(experiment=ending(ENDINGS[act], at), no_reraise_ctrlc=True)
    assert not is_finished(pytester)
    result = suite("--resume", "--benchmark-json=run.json")
    result.assert_outcomes(passed=6)
    assert len(progress(result)) == (at == "x1-2groups")
    assert is_finished(pytester)
    assert len(load(pytester.path / "run.json", 10**7).entries) == 6


def test_a_second_ctrl_c_does_not_make_a_run_finished(suite, pytester):
    pytester.makeconftest(SECOND_CTRL_C)
    with pytest.raises(KeyboardInterrupt):
        suite(experiment=ending("raise KeyboardInterrupt", "x1-2groups"))
    assert not is_finished(pytester)


@pytest.mark.parametrize("options", [("-x",), ("--maxfail=1",)])
def test_a_run_that_stops_at_its_first_failure_is_not_finished(suite, pytester, options):
    suite(*options, experiment=ending("assert False", "x2-1group"))
    assert not is_finished(pytester)


def test_a_failure_of_the_last_test_leaves_nothing_to_resume(suite, pytester):
    result = suite("-x", "--benchmark-json=run.json", experiment=ending("assert False", "x2-4groups"))
    result.assert_outcomes(passed=5, failed=1)
    assert is_finished(pytester)
    run = load(pytester.path / "run.json", 10**7)
    assert (len(run.entries), len(run.failures), run.notes) == (5, 1, ())


@pytest.mark.parametrize("act", ["pytest.skip('not today')", "assert False"])
@pytest.mark.parametrize("before", [True, False])
def test_tests_that_fail_or_are_skipped_are_no_reason_to_go_on(suite, pytester, act, before):
    experiment = ending(act, "x2")
    if before:
        experiment = SMALL.replace("        measure()", f"        if 'x2' in request.node.name: {act}")
        experiment += "        measure()\n"
    suite(experiment=experiment)
    assert is_finished(pytester)


def test_a_sweep_that_no_test_measured_is_still_to_be_measured(suite, pytester):
    experiment = SMALL.replace("        measure()", "        if 'x1' in request.node.name: measure()")
    result = suite(experiment=experiment)
    result.assert_outcomes(passed=3, failed=3)
    result.stdout.fnmatch_lines(["FAILED test_small.py::test_g2?cpu-2px-x2-1group? - * it never calls mea*"])
    assert not is_finished(pytester)


def test_sweeps_that_are_precise_before_their_last_pass_are_finished(suite, pytester, monkeypatch):
    monkeypatch.setattr(SweepPasses, "is_precise", lambda self, precision: True)
    monkeypatch.setattr(passes, "is_decided", lambda outcome: True)
    result = suite("--passes=4", "--benchmark-precision=0.5")
    result.assert_outcomes(passed=6)
    contents = load_journal(journal_of(pytester))
    assert [len(of_sweep) for of_sweep in contents.measurements.values()] == [3, 3]
    assert (contents.is_finished, contents.header.passes) == (True, 4)
