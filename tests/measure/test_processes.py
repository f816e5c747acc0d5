import os
import signal
import subprocess
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from inner_networks import module_of, passes_of, sweeps_of, tasks_of

from guidelines.measure import processes
from guidelines.measure.dropped import Dropped, explained
from guidelines.measure.passes import Passes
from guidelines.measure.processes import DIED, measure_in_processes
from guidelines.plugin.measurement import explained_by_pytest
from guidelines.plugin.origin import Origin
from guidelines.results.model import Entry

RAISING = "raise RuntimeError('not without my configuration')"
UNDEFINED = (
    "cannot be defined in a process of its own: RuntimeError: not without my configuration; use --passes 1"
)
# Sweeps of a module that cannot be imported, and those whose trap ends its process, and how.
BROKEN = "broken", "broken, too"
LETHAL = {
    "exits": "ended with status 3",
    "crashes": "was ended by SIGSEGV",
    "killed": "was ended by SIGKILL",
    "odd": "was ended by signal 40",
}
# Sweeps whose trap raises an error that is no Exception, or a special one.
RAISED = {
    "cancelled": "CancelledError: cancelled",
    "generator": "GeneratorExit",
    "failed": "Failed: odd",
    "recursion": "RecursionError: maximum recursion depth exceeded",
    "group": "BaseExceptionGroup: two (2 sub-exceptions)",
    "mute": "Mute",
}
ENDED_WITHIN_S = 1.0
STARTS_WITHIN_S = 60.0


class Run:
    """One pass over sweeps in real processes."""

    def __init__(self, sweeps, prepare=()):
        self.said = []
        self.sweeps = {sweep.case.sweep.name: sweep for sweep in sweeps}
        measure = partial(measure_in_processes, explain=explained, prepare=prepare, say=self.said.append)
        self.steps = list(Passes(sweeps, planned=1, seed=0).steps(measure))

    def outcome(self, name):
        return self.sweeps[name].outcome()

    def reasons(self, name):
        failures = [(id, result.reason) for id, result in self.outcome(name).items() if is_failure(result)]
        return dict(failures)


def is_failure(result):
    return not isinstance(result, Entry)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One pass over all sweeps but the one that hangs, and over two whose module cannot be imported."""
    folder = tmp_path_factory.mktemp("networks")
    sweeps = sweeps_of(folder, "quiet", "exits", "crashes", "killed", "odd", "round", "talks", *RAISED)
    broken = Origin(module_of(folder, "broken", RAISING), ("test_networks",))
    for name in BROKEN:
        sweeps.append(passes_of(replace(sweeps[0].case.sweep, name=name), broken))
    prepare = module_of(folder, "conftest_of_a_user", "print('prepared')")
    return Run(sweeps, (prepare,))


def test_the_results_of_another_process_come_back(run):
    outcome = run.outcome("quiet")
    assert list(outcome) == ["a", "trap", "c"]
    for entry in outcome.values():
        assert isinstance(entry, Entry)
        assert entry.passes[0].rounds == 40
        assert entry.passes[0].circumstances.state is not None
    assert outcome["a"].slowdown.estimate == 1.0


@pytest.mark.parametrize("name", LETHAL)
def test_a_network_that_ends_its_process_fails_alone(run, name):
    reasons = run.reasons(name)
    assert list(reasons) == ["trap"]
    assert reasons["trap"].startswith(f"{DIED} {LETHAL[name]}")
    assert list(run.outcome(name)) == ["trap", "a", "c"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_what_a_network_started_ends_with_its_process(tmp_path):
    run = Run(sweeps_of(tmp_path, "forks"))
    assert run.reasons("forks") == {"trap": f"{DIED} ended with status 5"}
    wait_for_the_end_of(tmp_path / "child")


def test_a_network_that_ends_its_process_in_a_round_fails_alone(run):
    assert run.reasons("round") == {"trap": f"{DIED} ended with status 4: the last words"}
    assert [len(run.outcome("round")[id].samples_s) for id in ("a", "c")] == [40, 40]


def test_a_process_that_ends_in_no_networks_turn_fails_its_sweep(tmp_path):
    (quiet,) = sweeps_of(tmp_path, "quiet")
    dying = Origin(module_of(tmp_path, "dying", "import os; os._exit(6)"), ("test_networks",))
    run = Run([passes_of(quiet.case.sweep, dying)])
    assert run.reasons("quiet") == dict.fromkeys(("a", "trap", "c"), f"{DIED} ended with status 6")


@pytest.mark.parametrize(
    ("name", "error"), [("interrupts", KeyboardInterrupt), ("quits", pytest.exit.Exception)]
)
def test_an_error_that_ends_the_run_does_so_from_another_process(tmp_path, name, error):
    with pytest.raises(error, match=r"^the time is up$"):
        list(measure_in_processes(tasks_of(sweeps_of(tmp_path, name)), explained_by_pytest))


def test_no_other_error_of_a_network_ends_more_than_it(run):
    for name, reason in RAISED.items():
        assert run.reasons(name) == {"trap": reason}


def test_a_module_that_raises_an_error_gives_the_reason(run):
    for name in BROKEN:
        assert run.reasons(name) == dict.fromkeys(("a", "trap", "c"), UNDEFINED)


def test_what_a_network_prints_reaches_the_caller_and_no_result(run):
    assert run.reasons("talks") == {}
    said = "".join(run.said).splitlines()
    for line in ("printed", "written", "echoed"):
        assert line in said


def test_every_process_is_prepared(run):
    deaths = len(LETHAL) + 1
    assert "".join(run.said).splitlines().count("prepared") == len(run.said) == deaths + 1


@pytest.fixture
def started(monkeypatch):
    """The processes that the test starts."""
    started = []
    popen = subprocess.Popen

    def start(*arguments, **named):
        started.append(popen(*arguments, **named))
        return started[-1]

    monkeypatch.setattr(processes.subprocess, "Popen", start)
    return started


def test_a_process_that_cannot_be_prepared_fails_its_task(tmp_path, started):
    prepare = module_of(tmp_path, "conftest_of_a_user", RAISING)
    tasks = tasks_of(sweeps_of(tmp_path, "quiet"))
    results = list(measure_in_processes(tasks, explained, prepare=(prepare,)))
    assert [result for _, result in results] == [None, Dropped(UNDEFINED)]
    assert not tasks


def test_nothing_is_started_for_a_sweep_that_no_process_would_find(tmp_path, started):
    (sweep,) = sweeps_of(tmp_path, "quiet")
    tasks = tasks_of([passes_of(sweep.case.sweep, None)])
    with pytest.raises(ValueError, match=r"^G8 quiet cpu-2px: nothing says where"):
        next(measure_in_processes(tasks, explained))
    assert not started


def test_nothing_is_started_for_what_cannot_be_told_to_a_process(tmp_path, started):
    tasks = tasks_of(sweeps_of(tmp_path, "quiet"))
    with pytest.raises(Exception, match="pickle"):
        next(measure_in_processes(tasks, explain=lambda error: None))
    assert not started


def test_no_process_is_left_of_a_run_that_goes_no_further(tmp_path, started):
    measuring = measure_in_processes(tasks_of(sweeps_of(tmp_path, "hangs")), explained)
    _, result = next(measuring)
    assert result is None
    begun_at_s = time.perf_counter()
    measuring.close()
    assert time.perf_counter() - begun_at_s < ENDED_WITHIN_S
    assert started[0].returncode == -signal.SIGKILL


def wait_for(is_done):
    deadline_s = time.perf_counter() + STARTS_WITHIN_S
    while not is_done():
        assert time.perf_counter() < deadline_s
        time.sleep(0.02)


def press_ctrl_c(hangs, pressed_at_s):
    wait_for(hangs.exists)
    pressed_at_s.append(time.perf_counter())
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


def test_ctrl_c_ends_a_process_that_hangs(tmp_path, started):
    pressed_at_s = []
    tasks = tasks_of(sweeps_of(tmp_path, "hangs"))
    threading.Thread(target=press_ctrl_c, args=(tmp_path / "hangs", pressed_at_s)).start()
    with pytest.raises(KeyboardInterrupt):
        list(measure_in_processes(tasks, explained))
    assert time.perf_counter() - pressed_at_s[0] < ENDED_WITHIN_S
    wait_for_the_end_of(tmp_path / "child")
    assert started[0].returncode == -signal.SIGKILL
    assert len(started) == 1


def is_running(pid):
    status = Path(f"/proc/{pid}/stat")
    try:
        os.kill(pid, 0)
        return not status.exists() or ") Z " not in status.read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False


def wait_for_the_end_of(path):
    """Wait until the process has ended whose number stands in a file."""
    wait_for(lambda: not is_running(int(path.read_text())))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_process_ends_with_its_parent(tmp_path):
    hangs, tasks = tmp_path / "hangs", tasks_of(sweeps_of(tmp_path, "hangs"))
    parent = os.fork()
    if not parent:
        try:
            list(measure_in_processes(tasks, explained))
        finally:
            os._exit(1)
    try:
        wait_for(hangs.exists)
    finally:
        os.kill(parent, signal.SIGKILL)
        os.waitpid(parent, 0)
    for path in (hangs, tmp_path / "child"):
        wait_for_the_end_of(path)
