import pytest
from inner_experiments import ONE_FAILS
from inner_runs import named

from guidelines.results.files import load, load_journal

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")

X2 = "G2 x2 cpu-2px"
FIXED = ONE_FAILS.replace('float("nan")', "0.5")
NAMES = ["x1 g=1", "x1 g=2", "x1 g=4", "x2 g=1", "x2 g=2", "x2 g=4", "x2 bad"]


@pytest.fixture
def cut(suite, at):
    """The lines of the journal of a run in which one network failed, without the line that finishes it."""
    suite("--journal=cut.jsonl", experiment=ONE_FAILS).assert_outcomes(passed=6, failed=1)
    return at("cut.jsonl").read_bytes().splitlines(keepends=True)[:-1]


def test_a_network_that_was_mended_is_measured_anew_with_its_sweep(cut, resume, at):
    result = resume(cut, experiment=FIXED)
    result.assert_outcomes(passed=7)
    assert f"test_small.py was changed since: {X2}: measured anew" in result.outlines
    run, journaled = load(at("run.json"), 10**7), load(at("run.jsonl"), 10**7)
    assert (named(run), run.failures) == (NAMES, ())
    assert (named(journaled), journaled.failures) == (NAMES, ())


def test_what_other_code_measured_of_such_a_sweep_counts_no_longer(cut, resume, at):
    resume(cut, "-k", "x1 or x2", "--benchmark-min-rounds=12", experiment=FIXED)
    lines = at("run.jsonl").read_bytes().splitlines(keepends=True)
    (resumed,) = (number for number, line in enumerate(lines) if b'"resumed"' in line)
    at("again.jsonl").write_bytes(b"".join(lines[: resumed + 1]))
    assert list(load_journal(at("again.jsonl")).measurements) == ["G2 x1 cpu-2px"]


def test_a_failure_stands_as_long_as_the_code_does(cut, resume):
    result = resume(cut, experiment=ONE_FAILS)
    result.assert_outcomes(passed=6, failed=1)
    assert "changed since" not in result.stdout.str()


def test_a_complete_sweep_stays_whatever_was_changed(cut, resume):
    output = resume(cut, experiment=FIXED).stdout.str()
    assert "G2 x1 cpu-2px: up to" not in output


def test_a_damaged_journal_is_kept_beside_the_one_that_is_cut(cut, resume, at):
    damaged = [*cut[:2], b"\0\n", *cut[2:]]
    resume(damaged, experiment=ONE_FAILS)
    assert at("run.jsonl.damaged").read_bytes() == b"".join(damaged)
