"""Runs of several passes that are cut short, resumed, or go on in part."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest
from inner_passes import DISTURBED, HANGING, OPTIONS
from inner_runs import load_strict

from guidelines.cli.main import main
from guidelines.results.files import load_journal

pytest_plugins = "pytester"
pytestmark = [
    pytest.mark.filterwarnings("ignore:Not saving anything"),
    pytest.mark.skipif(sys.platform == "win32", reason="has no Ctrl-C for a group of processes"),
]
OUTPUTS = ("--passes=3", "--benchmark-json=run.json", "--journal=run.jsonl")
LONGEST_S = 60


def wait_for(is_there):
    end_s = time.monotonic() + LONGEST_S
    while not is_there():
        assert time.monotonic() < end_s
        time.sleep(0.02)


def processes_of(session):
    """The command lines of the processes of a session: a run, and those that it has started."""
    listed = subprocess.run(["ps", "-e", "-o", "sess=,args="], capture_output=True, text=True, check=True)
    lines = (line.split(maxsplit=1) for line in listed.stdout.splitlines())
    return [arguments for of_session, arguments in lines if int(of_session) == session]


@pytest.fixture(scope="module")
def runs():
    """Runs by name; the first test that needs one fills it in."""
    return {}


@pytest.fixture
def interrupted(experiments, pytester, runs):
    """A run that Ctrl-C ended in its second pass, while a network did not come back."""
    if not runs:
        experiments("--collect-only", test_hanging=HANGING)
        process = subprocess.Popen(
            [sys.executable, "-m", "pytest", *OPTIONS, *OUTPUTS],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
        )
        folder = pytester.path
        journal = folder / "run.jsonl"
        wait_for(lambda: journal.exists() and journal.read_bytes().count(b'"pass": 1') == 4)
        (folder / "hangs").touch()
        wait_for((folder / "hanging").exists)
        running = processes_of(process.pid)
        at_s = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        output = process.communicate(timeout=LONGEST_S)[0]
        runs["interrupted"] = SimpleNamespace(
            status=process.returncode,
            output=output,
            took_s=time.monotonic() - at_s,
            running=running,
            left=processes_of(process.pid),
            folder=folder,
            journal=journal,
        )
    return runs["interrupted"]


def test_ctrl_c_ends_a_network_that_hangs_and_leaves_no_process(interrupted):
    assert interrupted.status == pytest.ExitCode.INTERRUPTED
    assert len(interrupted.running) == 2
    assert interrupted.left == []
    assert interrupted.took_s < 10  # of 60 that the network sleeps


def test_an_interrupted_run_shows_what_its_passes_know_and_where_it_is(interrupted):
    assert "\n  cut short in pass 2\n" in interrupted.output
    assert "not used at all" not in interrupted.output
    assert re.search(r"^G8 x2 .*", interrupted.output, re.MULTILINE)
    assert f"\njournal: {interrupted.journal}; --resume goes on with it\n" in interrupted.output
    unsaved = "--benchmark-json was not written, because the run was cut short; the journal holds all results"
    assert f"\n{unsaved}\n" in interrupted.output
    assert not (interrupted.folder / "run.json").exists()


def test_the_journal_of_an_interrupted_run_is_reported(interrupted, capsys):
    capsys.readouterr()
    assert main(["report", str(interrupted.journal)]) == 0
    assert "G8 x2" in capsys.readouterr().out


def test_resuming_measures_the_passes_that_are_missing(interrupted, experiments, pytester):
    before = load_journal(interrupted.journal)
    shutil.copy(interrupted.journal, pytester.path)
    result = experiments(*OUTPUTS, "--resume", test_hanging=HANGING)
    result.assert_outcomes(passed=4)
    known = sum(map(len, before.measurements.values()))
    result.stdout.fnmatch_lines(
        [
            f"resumed *run.jsonl: 0 of 2 sweeps and {known} of 6 passes are there",
            "  pass 2 of 3: *",
            "  pass 3 of 3: 2 sweeps, *",
            "  2 passes in *",
        ]
    )
    result.stdout.no_fnmatch_line("  pass 1 of 3: *")
    after = load_journal(pytester.path / "run.jsonl")
    for sweep_id, passes in before.measurements.items():
        for number, results in passes.items():
            assert after.measurements[sweep_id][number] == results
    for entry in load_strict(pytester.path / "run.json").entries:
        assert [each.number for each in entry.passes] == [1, 2, 3]


def test_precise_sweeps_end_early_and_disturbed_passes_are_measured_again(experiments, pytester):
    result = experiments(
        "--passes=4",
        "--benchmark-precision=0.5",
        "--benchmark-confidence=0.5",
        "--retry-disturbed=1",
        "--benchmark-json=run.json",
        test_disturbed=DISTURBED,
    )
    result.assert_outcomes(passed=4)
    entries = {
        f"{entry.place.sweep} {entry.place.variant}": entry
        for entry in load_strict(pytester.path / "run.json").entries
    }
    assert entries["x1 b"].stopped == "precision"
    assert len(entries["x2 b"].passes) == 4
    second = entries["x2 b"].passes[1]
    (reason,) = second.circumstances.retried
    assert "the baseline took" in reason
    result.stdout.fnmatch_lines(
        [
            "  pass 4 of 4: 1 sweep, *",
            "  pass 2 again, because something disturbed it: *",
            "  4 passes in *; 1 of 2 sweeps ended early, precise enough; * measurement*",
        ]
    )
