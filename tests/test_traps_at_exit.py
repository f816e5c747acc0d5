import errno
import itertools
import json
import os
import signal
from fnmatch import fnmatch
from pathlib import Path

import pytest
from pytest_benchmark.utils import get_machine_id

from guidelines.cli.main import main
from guidelines.plugin import outputs, replay
from guidelines.results import journal
from guidelines.results.files import load, load_journal

pytest_plugins = "pytester"
pytestmark = pytest.mark.filterwarnings("ignore:Not saving anything, no benchmarks have been run")

# A network that does something at one of its steps (0: it is built, then its calls) when it is built for
# the n-th time: 1: its work is counted, 2: checked, 3: its memory, 4: warmed up, 5: anew after some rounds.
EXPERIMENT = """
    import os
    import signal
    import pytest
    import torch
    from guidelines import Conv, Stack, Sweep, Variant

    class Network(torch.nn.Conv2d):
        built = 0

        def __init__(self):
            super().__init__(4, 4, 1, bias=False)

    class Trap(Network):
        def __init__(self):
            super().__init__()
            Trap.built += 1
            self.step = -1
            self.act()

        def forward(self, x):
            self.act()
            return super().forward(x)

        def act(self):
            self.step += 1
            if f"{Trap.built}.{self.step}" == os.environ["TRAP"]:
                ACT

    def variant(name, build):
        return Variant(name, name, (4,), Stack((Conv(4, 4),)), build)

    def sweeps(condition):
        a, b, c = (variant(name, Network) for name in "abc")
        trap = variant("trap", Trap)
        yield Sweep("G8", "a claim", "x1", (a, b))
        yield Sweep("G8", "a claim", "x2", (a, trap, c))

    @pytest.mark.guideline(sweeps=sweeps)
    def test_g8(measure, request):
        measure()
        AFTER
"""
BUILT, WARMED_UP, IN_A_ROUND = "2.0", "4.1", "5.2"
X1 = ["x1 a", "x1 b"]
X2 = ["x2 a", "x2 trap", "x2 c"]


@pytest.fixture
def suite(pytester, monkeypatch, quick):
    def run(*arguments, act="pass", at="", after="pass", how=pytester.runpytest_inprocess, **keywords):
        monkeypatch.setenv("TRAP", at)
        pytester.makepyfile(test_small=EXPERIMENT.replace("ACT", act).replace("AFTER", after))
        options = ("--device=cpu", "--benchmark-max-time=0", "--benchmark-min-rounds=12")
        return how("-p", "guidelines.plugin", *options, "--image-size=2", *arguments, **keywords)

    return run


def named(run):
    return [f"{entry.place.sweep} {entry.place.variant}" for entry in run.entries]


def saved(pytester):
    return read(pytester.path / "run.json"), load(written(pytester), 10**7)


def read(path):
    json.loads(path.read_text(), parse_constant=pytest.fail)
    return load(path, 10**7)


def written(pytester):
    (path,) = pytester.path.glob(".guidelines/*.jsonl")
    for line in path.read_text().splitlines():
        json.loads(line, parse_constant=pytest.fail)
    return path


# 4: results are written at the end of a run only.
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_killed_run_had_finished_is_in_its_journal_and_resuming_completes_it(suite, pytester, number):
    act = f"os.kill(os.getpid(), {number:d})"
    killed = suite("--benchmark-json=run.json", act=act, at=WARMED_UP, how=pytester.runpytest_subprocess)
    assert killed.ret == -number
    assert not (pytester.path / "run.json").exists()
    before = load(written(pytester), 10**7)
    assert named(before) == X1
    assert before.notes == (f"{before.source}: is the journal of an unfinished run: 1 of 2 sweeps are there",)
    suite("--benchmark-json=run.json", "--resume").assert_outcomes(passed=5)
    after, journaled = saved(pytester)
    assert named(after) == named(journaled) == X1 + X2
    assert after.entries[:2] == before.entries


def test_missing_folders_of_outputs_are_made(suite, pytester):
    paths = ("--benchmark-json=a/b/run.json", "--journal=c/d/run.jsonl", "--benchmark-storage=e/f")
    suite(*paths, "--benchmark-save=run", "-k", "x1").assert_outcomes(passed=2, deselected=3)
    assert named(load(pytester.path / "a/b/run.json", 10**7)) == X1
    assert named(load(pytester.path / "c/d/run.jsonl", 10**7)) == X1
    assert len(list(pytester.path.glob("e/f/*/0001_run.json"))) == 1


IN_A_FILE = ["--benchmark-storage=file/deep"]


@pytest.mark.parametrize(
    ("options", "option", "why"),
    [
        (["--benchmark-json=folder"], "--benchmark-json folder", "Is a directory"),
        (["--benchmark-json=file/run.json"], "--benchmark-json file/run.json", "File exists"),
        (["--benchmark-json=file/deep/run.json"], "--benchmark-json file/deep/run.json", "Not a directory"),
        (["--journal=folder"], "--journal */folder", "Is a directory"),
        (["--journal=file/run.jsonl"], "--journal */file/run.jsonl", "File exists"),
        (["--benchmark-save=a", *IN_A_FILE], "--benchmark-storage file/deep*", "Not a directory"),
        (["--benchmark-autosave", *IN_A_FILE], "--benchmark-storage file/deep*", "Not a directory"),
    ],
)
def test_an_output_that_cannot_be_written_is_a_usage_error_before_the_first_sample(
    suite, pytester, options, option, why
):
    pytester.mkdir("folder")
    (pytester.path / "file").write_text("kept")
    result = suite(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {option}: cannot be written: {why}; nothing was measured"])
    assert "up to" not in result.stdout.str()
    assert (pytester.path / "file").read_text() == "kept"
    assert not list(pytester.path.glob(".guidelines/*"))


def test_a_storage_whose_folder_of_this_system_cannot_be_written_is_a_usage_error_too(suite, pytester):
    (pytester.mkdir(".benchmarks") / get_machine_id()).touch()
    result = suite("--benchmark-save=run")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --benchmark-storage *: cannot be written: *; nothing was measured"])


@pytest.mark.parametrize(
    ("probe", "option"),
    [(0, "--journal */run.jsonl"), (1, "--benchmark-json run.json"), (2, "--benchmark-storage stored")],
)
def test_a_full_disk_is_a_usage_error_before_the_first_sample(suite, pytester, monkeypatch, probe, option):
    probes = itertools.count()

    def fsync(file):
        if next(probes) == probe:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (pytester.path / "run.json").write_text("kept")
    monkeypatch.setattr(outputs.os, "fsync", fsync)
    storage = ("--benchmark-autosave", "--benchmark-storage=stored")
    result = suite("--benchmark-json=run.json", "--journal=run.jsonl", *storage)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {option}: cannot be written: No space left on device; nothing *"])
    assert "up to" not in result.stdout.str()
    assert (pytester.path / "run.json").read_text() == "kept"
    assert not (pytester.path / "run.jsonl").exists()


def test_what_cannot_be_saved_at_the_end_stands_in_the_journal_and_resuming_saves_it(suite, pytester):
    result = suite("--benchmark-json=/dev/full")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stderr.fnmatch_lines(["*the results cannot be saved: *No space left*; they stand in *.jsonl"])
    before = load(written(pytester), 10**7)
    assert named(before) == X1 + X2
    suite("--benchmark-json=run.json", "--resume").assert_outcomes(passed=5)
    assert saved(pytester)[0].entries == before.entries


@pytest.mark.parametrize(
    ("write", "kept", "said"),
    [(2, X1, ["the journal is incomplete, writing it failed: No space left on device"]), (3, X1 + X2, [])],
)
def test_a_disk_that_fills_up_costs_the_journal_alone(suite, pytester, monkeypatch, write, kept, said):
    writes, original = itertools.count(), journal._write

    def fill_up(file, *lines):
        if next(writes) == write:
            with Path("/dev/full").open("wb") as full:
                os.dup2(full.fileno(), file.fileno())
        original(file, *lines)

    monkeypatch.setattr(journal, "_write", fill_up)
    result = suite("--benchmark-json=run.json")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(said)
    file, journaled = saved(pytester)
    assert (named(file), named(journaled)) == (X1 + X2, kept)


# 5: pytest.skip() inside a network, or Ctrl-C in its warm-up, loses the JSON of the whole run.
@pytest.mark.parametrize("at", [BUILT, WARMED_UP, IN_A_ROUND])
def test_a_skip_inside_a_network_loses_nothing_else(suite, pytester, at):
    result = suite("--benchmark-json=run.json", act='pytest.skip("needs AVX-512")', at=at)
    result.assert_outcomes(passed=4, skipped=1)
    for run in saved(pytester):
        assert named(run) == [*X1, "x2 a", "x2 c"]
        (skipped,) = run.failures
        assert (skipped.place.variant, skipped.is_skip) == ("trap", True)
        assert skipped.reason == "skipped: needs AVX-512"


def test_a_run_whose_only_network_is_skipped_is_saved(suite, pytester):
    result = suite("--benchmark-json=run.json", "-k", "trap", act="pytest.skip()", at=BUILT)
    result.assert_outcomes(skipped=1, deselected=4)
    for run in saved(pytester):
        assert (named(run), [failure.is_skip for failure in run.failures]) == ([], [True])


@pytest.mark.parametrize("at", [BUILT, WARMED_UP, IN_A_ROUND])
def test_ctrl_c_keeps_what_was_finished_and_nothing_of_what_was_cut(suite, pytester, at):
    act = "raise KeyboardInterrupt"
    result = suite("--benchmark-json=run.json", act=act, at=at, no_reraise_ctrlc=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    file, journaled = saved(pytester)
    assert named(file) == named(journaled) == X1
    assert file.failures == journaled.failures == ()
    assert file.entries == journaled.entries


@pytest.mark.parametrize("at", [WARMED_UP, IN_A_ROUND])
def test_resuming_after_ctrl_c_completes_the_file(suite, pytester, at):
    suite("--benchmark-json=run.json", act="raise KeyboardInterrupt", at=at, no_reraise_ctrlc=True)
    before = read(pytester.path / "run.json")
    result = suite("--benchmark-json=run.json", "--resume")
    result.assert_outcomes(passed=5)
    assert "G8 x1 cpu-2px: up to" not in result.stdout.str()
    file, journaled = saved(pytester)
    assert named(file) == named(journaled) == X1 + X2
    assert file.entries[:2] == before.entries
    assert load_journal(written(pytester)).is_finished


def test_a_resumed_run_says_what_it_takes_over(suite):
    suite(act="raise KeyboardInterrupt", at=WARMED_UP, no_reraise_ctrlc=True)
    suite("--resume").stdout.fnmatch_lines(["resumed *.jsonl: 1 of 2 sweeps are there"])


# 6: a test that fails after timing, or is cut by Ctrl-C, is saved as good; an exception leaves no trace.
@pytest.mark.parametrize(
    ("after", "why"),
    [
        ("assert 'trap' not in request.node.name", "AssertionError: assert 'trap' not in *"),
        ("'trap' in request.node.name and pytest.fail('slow')", "Failed: slow"),
        ("request.addfinalizer(lambda: 1 / ('trap' not in request.node.name))", "ZeroDivisionError: *"),
    ],
)
def test_a_test_that_fails_after_it_was_timed_is_a_failure_with_its_reason(suite, pytester, after, why):
    result = suite("--benchmark-json=run.json", after=after)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["trap *failed*", "x2 trap failed: its test failed after it was timed: *"])
    for run in saved(pytester):
        assert named(run) == [*X1, "x2 a", "x2 c"]
        (failure,) = run.failures
        assert failure.place.variant == "trap"
        assert fnmatch(failure.reason, f"its test failed after it was timed: {why}")


def test_a_test_that_is_skipped_after_it_was_timed_is_a_skip_and_no_result(suite, pytester):
    result = suite("--benchmark-json=run.json", after="'trap' in request.node.name and pytest.skip('late')")
    result.assert_outcomes(passed=4, skipped=1)
    for run in saved(pytester):
        assert named(run) == [*X1, "x2 a", "x2 c"]
        (failure,) = run.failures
        assert (failure.is_skip, failure.reason) == (True, "skipped after it was timed: Skipped: late")


def test_a_baseline_whose_test_fails_leaves_the_slow_downs_of_the_others(suite, pytester):
    suite("--benchmark-json=run.json", after="assert 'x2-a' not in request.node.name")
    (pytester.path / "run.jsonl").write_bytes(written(pytester).read_bytes())
    measured = load_journal(written(pytester)).measurements["G8 x2 cpu-2px"]
    for run in saved(pytester):
        assert named(run) == [*X1, "x2 trap", "x2 c"]
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
def test_an_error_inside_a_network_is_recorded_and_the_rest_goes_on(suite, pytester, at, why):
    result = suite("--benchmark-json=run.json", act=ERRORS[why], at=at)
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines([f"trap: {why}", f"x2 trap failed: {why}"])
    for run in saved(pytester):
        assert named(run) == [*X1, "x2 a", "x2 c"]
        assert [(failure.place.variant, failure.reason) for failure in run.failures] == [("trap", why)]


def test_ctrl_c_in_the_midst_of_a_replay_saves_no_half_entry(suite, pytester, monkeypatch):
    steps, advance = itertools.count(), replay._advance

    def interrupted():
        if next(steps) == 12 + 2:
            raise KeyboardInterrupt
        advance()

    monkeypatch.setattr(replay, "_advance", interrupted)
    result = suite("--benchmark-json=run.json", no_reraise_ctrlc=True)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    file, journaled = saved(pytester)
    assert (named(file), named(journaled)) == (X1[:1], X1)
    suite("--benchmark-json=run.json", "--resume").assert_outcomes(passed=5)
    whole = saved(pytester)[0]
    assert named(whole) == X1 + X2
    assert whole.entries[:2] == journaled.entries
