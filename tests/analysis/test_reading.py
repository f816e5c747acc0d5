import json
import os
import resource
import subprocess
import sys
from dataclasses import replace

import pytest
from made_up_parts import GROUPED, saved_audit

from guidelines.analysis import reading
from guidelines.results.schema import ResultsError


@pytest.fixture
def folder(tmp_path, saved_run):
    for k in range(reading.FEWEST_FOR_PROCESSES):
        (tmp_path / f"{k:03}.json").write_text(saved_run)
    return tmp_path


def test_many_files_are_read_in_their_order_by_several_processes(folder):
    (found,) = reading.read([folder], 10**7).runs_by_path
    assert [results.sources[0] for results in found] == sorted(map(str, folder.iterdir()))
    assert found[-1].measured[2].slowdown(0.9).estimate == pytest.approx(2.0, rel=0.01)


def test_several_processes_read_runs_of_passes_and_audits(folder, entry_of_passes, saved):
    entries = [entry_of_passes("g=1", [1.0, 1.0]), entry_of_passes("g=8", [2.0, 2.1])]
    (folder / "001.json").write_text(json.dumps(saved(entries)))
    (folder / "002.json").write_text(saved_audit())
    known = reading.read([folder], 10**7)
    (runs,) = known.runs_by_path
    assert len(runs) == reading.FEWEST_FOR_PROCESSES - 1
    assert runs[1].measured[1].slowdown(0.9).estimate == pytest.approx(2.05, rel=0.01)
    (audit,) = known.audits
    assert audit.network.sources == (str(folder / "002.json"),)
    assert audit.network.measured[0].seconds_per_call(0.9).estimate == pytest.approx(0.01)


def test_an_audit_without_its_networks_time_is_broken(tmp_path):
    path = tmp_path / "audit.json"
    path.write_text(saved_audit(shares={"part-1": 0.1, "part-1.alternative": 0.1}, parts=(GROUPED,)))
    with pytest.raises(ResultsError, match=r"audit\.json: net: its time is not known: not measured"):
        reading.read([path], 10**7)
    (tmp_path / "good.json").write_text(saved_audit())
    known = reading.read([tmp_path], 10**7, skip_broken=True)
    assert (len(known.audits), len(known.skipped)) == (1, 1)


def test_several_processes_name_the_file_that_cannot_be_read(folder):
    (folder / "017.json").write_text("{")
    with pytest.raises(ResultsError, match=r"017\.json: is not valid JSON"):
        reading.read([folder], 10**7)


def figures(results):
    """A run and the intervals of its quantities, because == on a run does not compare these."""
    intervals = []
    for measured in results.measured:
        for quantity in (measured.slowdown, measured.seconds_per_call, measured.control):
            at = quantity(0.9)
            intervals.append((at.estimate, at.low, at.high))
    return results, intervals


def test_several_processes_give_what_one_gives(folder):
    (many,) = reading.read([folder], 10**7).runs_by_path
    one = [reading.read([path], 10**7).runs_by_path[0][0] for path in sorted(folder.iterdir())]
    assert [figures(results) for results in many] == [figures(results) for results in one]


@pytest.mark.parametrize("name", ["slowdown", "seconds_per_call", "control"])
def test_a_difference_in_any_quantity_is_seen(folder, name):
    ((results,),) = reading.read([folder / "000.json"], 10**7).runs_by_path
    first, *others = results.measured

    def wider(confidence):
        at = getattr(first, name)(confidence)
        return replace(at, high=at.high * 1.001)

    differing = replace(results, measured=(replace(first, **{name: wider}), *others))
    assert differing == results
    assert figures(differing) != figures(results)


def limited_to(descriptors):
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

    return limit


@pytest.mark.parametrize("descriptors", [12, 16, 24])
def test_few_descriptors_are_enough(folder, descriptors):
    command = [sys.executable, "-m", "guidelines", "report", str(folder)]
    done = subprocess.run(command, capture_output=True, preexec_fn=limited_to(descriptors), timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("error", [OSError(30, "Read-only file system"), ImportError("no sem_open")])
def test_files_are_read_here_if_there_can_be_no_semaphores(folder, monkeypatch, error):
    def refuse():
        raise error

    monkeypatch.setattr(reading, "Lock", refuse)
    monkeypatch.setattr(reading, "ProcessPoolExecutor", None)
    (read,) = reading.read([folder], 10**7).runs_by_path
    assert len(read) == reading.FEWEST_FOR_PROCESSES


def test_files_are_read_here_if_no_process_can_start(folder, monkeypatch):
    def refuse(processes):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(reading, "ProcessPoolExecutor", refuse)
    (read,) = reading.read([folder], 10**7).runs_by_path
    assert len(read) == reading.FEWEST_FOR_PROCESSES


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="the system tells no usable processors")
def test_no_more_processes_are_started_than_processors_may_be_used(folder, monkeypatch):
    asked = []

    def refuse(processes):
        asked.append(processes)
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 7})
    monkeypatch.setattr(reading, "ProcessPoolExecutor", refuse)
    reading.read([folder], 10**7)
    assert asked == [3]
