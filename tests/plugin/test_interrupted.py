import itertools
import signal

import pytest
from inner_experiments import BUILT, IN_A_ROUND, WARMED_UP, X1_NAMES, X2_NAMES
from inner_runs import both_outputs, journal_of, load_strict, named

from guidelines.plugin import replay
from guidelines.results.files import load, load_journal

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything")


# pytest-benchmark writes results at the end of a run only.
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_killed_run_had_finished_is_in_its_journal_and_resuming_completes_it(
    trapped, pytester, number
):
    act = f"os.kill(os.getpid(), {number:d})"
    killed = trapped("--benchmark-json=run.json", act=act, at=WARMED_UP, how=pytester.runpytest_subprocess)
    assert killed.ret == -number
    assert not (pytester.path / "run.json").exists()
    before = load(journal_of(pytester), 10**7)
    assert named(before) == X1_NAMES
    assert before.notes == (f"{before.source}: is the journal of an unfinished run: 1 of 2 sweeps are there",)
    trapped("--benchmark-json=run.json", "--resume").assert_outcomes(passed=5)
    after, journaled = both_outputs(pytester)
    assert named(after) == named(journaled) == X1_NAMES + X2_NAMES
    assert after.entries[:2] == before.entries


@pytest.fixture(scope="module")
def cut_runs():
    """Exit status and files of runs that Ctrl-C cut, by the step; filled in by the first test in need."""
    return {}


@pytest.fixture
def cut(trapped, pytester, cut_runs):
    """Leaves the files of a run that Ctrl-C cut at a step of a network; returns its exit status."""

    def cut(step):
        if step not in cut_runs:
            act = "raise KeyboardInterrupt"
            result = trapped("--benchmark-json=run.json", act=act, at=step, no_reraise_ctrlc=True)
            paths = (pytester.path / "run.json", journal_of(pytester))
            files = {path.relative_to(pytester.path): path.read_bytes() for path in paths}
            cut_runs[step] = result.ret, files
        status, files = cut_runs[step]
        (pytester.path / ".guidelines").mkdir(exist_ok=True)
        for path, content in files.items():
            (pytester.path / path).write_bytes(content)
        return status

    return cut


@pytest.mark.parametrize("step", [BUILT, WARMED_UP, IN_A_ROUND])
def test_ctrl_c_keeps_what_was_finished_and_nothing_of_what_was_cut(cut, pytester, step):
    assert cut(step) == pytest.ExitCode.INTERRUPTED
    file, journaled = both_outputs(pytester)
    assert named(file) == named(journaled) == X1_NAMES
    assert file.failures == journaled.failures == ()
    assert file.entries == journaled.entries


@pytest.mark.parametrize("step", [WARMED_UP, IN_A_ROUND])
def test_resuming_after_ctrl_c_completes_the_file(cut, trapped, pytester, step):
    cut(step)
    before = load_strict(pytester.path / "run.json")
    result = trapped("--benchmark-json=run.json", "--resume")
    result.assert_outcomes(passed=5)
    assert "G8 x1 cpu-2px: up to" not in result.stdout.str()
    file, journaled = both_outputs(pytester)
    assert named(file) == named(journaled) == X1_NAMES + X2_NAMES
    assert file.entries[:2] == before.entries
    assert load_journal(journal_of(pytester)).is_finished


def test_a_resumed_run_says_what_it_takes_over(cut, trapped):
    cut(WARMED_UP)
    trapped("--resume").stdout.fnmatch_lines(["resumed *.jsonl: 1 of 2 sweeps are there"])


def test_ctrl_c_in_the_midst_of_a_replay_saves_no_half_entry(trapped, pytester, monkeypatch):
    steps, advance = itertools.count(), replay._advance

    def interrupted():
        if next(steps) == 12 + 2:
            raise KeyboardInterrupt
        advance()

    monkeypatch.setattr(replay, "_advance", interrupted)
    result = trapped("--benchmark-json=run.json", no_reraise_ctrlc=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    file, journaled = both_outputs(pytester)
    assert (named(file), named(journaled)) == (X1_NAMES[:1], X1_NAMES)
    result.stdout.fnmatch_lines(["--benchmark-json holds 1 of 2 results, because the run was cut short; *"])
    trapped("--benchmark-json=run.json", "--resume").assert_outcomes(passed=5)
    whole = both_outputs(pytester)[0]
    assert named(whole) == X1_NAMES + X2_NAMES
    assert whole.entries[:2] == journaled.entries
