import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from guidelines.measure.monitor import processors as module
from guidelines.measure.monitor.processors import Processors, affinity, processors


@pytest.mark.parametrize(
    ("numbers", "quota", "usable", "most_threads", "limits"),
    [
        (None, None, 8, 8, ""),
        (range(8), None, 8, 8, ""),
        ((0, 5), None, 2, 2, "may use 2 of 8 processors"),
        (range(8), 1.5, 8, 1, "has a quota of 1.5 processors"),
        (range(8), 2.0, 8, 2, "has a quota of 2 processors"),
        (range(8), 0.3, 8, 1, "has a quota of 0.3 processors"),
        (range(8), 16.0, 8, 8, ""),
        ((0, 5), 1.5, 2, 1, "may use 2 of 8 processors and has a quota of 1.5 processors"),
    ],
)
def test_affinity_and_quota_both_leave_fewer_processors(numbers, quota, usable, most_threads, limits):
    of_process = Processors(8, None if numbers is None else frozenset(numbers), quota)
    assert (of_process.usable, of_process.most_threads, of_process.limits) == (usable, most_threads, limits)


def test_variables_that_may_bind_a_process_are_named_if_it_is_bound(monkeypatch):
    monkeypatch.setattr(module, "affinity", lambda: frozenset({0}))
    monkeypatch.setattr(module.os, "cpu_count", lambda: 2)
    for name in module.BINDING:
        monkeypatch.delenv(name, raising=False)
    assert processors().limits.startswith("may use 1 of 2 processors")
    monkeypatch.setenv("OMP_PROC_BIND", "true")
    assert processors().limits.startswith("may use 1 of 2 processors (OMP_PROC_BIND may bind it)")


def test_the_quota_of_the_own_group_is_read(tmp_path):
    (tmp_path / "fs/cgroup").mkdir(parents=True)
    (tmp_path / "fs/cgroup/cpu.max").write_text("150000 100000\n")
    assert processors(tmp_path / "proc", tmp_path).quota == 1.5


@pytest.mark.parametrize("error", [None, OSError("not permitted")])
def test_a_system_without_affinity_has_all_its_processors(monkeypatch, tmp_path, error):
    def refused(pid):
        raise error

    system = SimpleNamespace(cpu_count=lambda: 3, environ={})
    if error:
        system.sched_getaffinity = refused
    monkeypatch.setattr(module, "os", system)
    here = processors(tmp_path, tmp_path)
    assert (here.numbers, here.usable, here.most_threads, here.limits) == (None, 3, 3, "")


def test_a_system_that_does_not_know_its_processors_has_one(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "os", SimpleNamespace(cpu_count=lambda: None, environ={}))
    assert processors(tmp_path, tmp_path).most_threads == 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no affinity")
def test_a_process_that_is_bound_to_a_processor_may_use_one():
    bound = min(affinity())
    code = (
        f"import os; os.sched_setaffinity(0, {{{bound}}}); "
        "from guidelines.measure.monitor.processors import processors; print(processors().usable)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "1"
