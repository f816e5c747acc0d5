import errno
import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from journals import (
    ACTS,
    HEADER,
    OTHER,
    SWEEP,
    failed,
    resealed,
    written,
)

from guidelines.measure import task
from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case
from guidelines.measure.dropped import explained
from guidelines.measure.here import measure_here
from guidelines.measure.recording import CONTROL, Limits, Recording
from guidelines.paper.tables import Figure
from guidelines.results import journal
from guidelines.results.disturbance import State
from guidelines.results.files import load_journal
from guidelines.results.model import CONTROL_NAME
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"control": None},
        {"paper": Figure(40.0, "images/s", 1.25)},
        {"baseline_samples_s": (0.01, 0.02), "control_samples_s": (0.02, 0.03)},
        {"slowdown": Estimate(2.0, None, None, 0.99, 2)},
    ],
)
def test_entries_and_failures_are_read_from_a_journal_as_they_were_written(log, path, entry, changes):
    whole = replace(entry("g=8", 2.0), **changes)
    control = replace(whole.place, variant=CONTROL_NAME, row=3)
    results = [
        whole,
        failed(entry("g=2", 1.2)),
        failed(entry("g=4", 1.0), "skipped: no such type", is_skip=True),
        replace(failed(whole, "MemoryError", is_control=True), place=control),
    ]
    log.add(SWEEP, 1, results)
    found = load_journal(path)
    assert found.measurements == {SWEEP: {1: results}}
    assert found.header == HEADER
    assert (found.is_finished, found.is_torn, found.withdrawn, found.skipped) == (False, False, [], [])


@pytest.fixture
def synced(monkeypatch):
    """Inode and size of each file that was synchronised, at that moment."""
    found = []
    original = os.fsync

    def fsync(descriptor):
        status = os.fstat(descriptor)
        found.append((status.st_ino, status.st_size))
        original(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return found


@pytest.mark.parametrize("act", ACTS)
def test_what_is_written_is_on_disk_before_the_run_goes_on(log, path, pair, synced, act):
    before = path.stat().st_size
    ACTS[act](log, pair())
    after = path.stat()
    assert after.st_size > before
    assert synced[-1] == (after.st_ino, after.st_size)
    assert written(path)[-1].endswith(b"\n")


def test_the_first_line_and_the_name_of_a_journal_are_on_disk_when_it_is_begun(path, synced):
    journal.create(path, HEADER).close()
    assert (path.stat().st_ino, path.stat().st_size) in synced
    assert path.parent.stat().st_ino in dict(synced)


def test_a_measurement_is_a_line_for_each_variant(log, path, pair):
    log.add(SWEEP, 1, [*pair(), failed(pair()[0])])
    lines = [json.loads(line) for line in written(path)[1:]]
    heads = [(line["sweep"], line["pass"], line["measurement"], line["of"]) for line in lines]
    assert heads == [(SWEEP, 1, 1, 3)] * 3
    assert [("benchmark" in line, "failed" in line) for line in lines] == [(True, False)] * 2 + [
        (False, True)
    ]


def test_a_measurement_that_was_cut_is_not_completed_by_the_next(path, pair):
    first, second = pair(2.0), pair(3.0)
    log = journal.create(path, HEADER)
    log.add(SWEEP, 1, first)
    log.close()
    path.write_bytes(b"".join(written(path)[:-1]))
    log = journal.reopen(path, load_journal(path))
    log.add(SWEEP, 1, second)
    log.close()
    assert load_journal(path).measurements == {SWEEP: {1: second}}


def test_both_measurements_of_a_retried_sweep_are_in_the_journal(log, path, sweep, monkeypatch):
    busy = State(cpus=2, watched_s=9.0, other_cpus=1.5)
    states = iter([busy, replace(busy, other_cpus=0.0)])
    series = dict.fromkeys(("g1", "g8", CONTROL), (0.01,) * 12)

    def measure(*_, **__):
        return Recording(series, dict.fromkeys(series, 1), {}, "time", state=next(states))

    monkeypatch.setattr(task, "measure_sweep", measure)
    condition = Condition("cpu", "a processor")
    run = Campaign((condition,), Limits(max_time_s=0.01), seed=0, retries=3, journal=log)
    cases = [Case(condition, sweep, variant) for variant in (sweep.baseline, sweep.extreme)]
    run.choose(cases)
    for _step in run.measure_all(measure_here(explained), is_decided=lambda outcome: True):
        pass
    kept = [run.result(case) for case in cases]
    lines = [json.loads(line) for line in written(path)[1:]]
    assert [(line["measurement"], line["of"]) for line in lines] == [(1, 2), (1, 2), (2, 2), (2, 2)]
    assert load_journal(path).measurements == {SWEEP: {1: kept}}
    assert kept[0].passes[0].circumstances.retried == ("other processes used 1.50 of 2 processors",)


@pytest.mark.parametrize("torn", [b'{"sweep": "G2', b"{}", b"\0" * 999, b"\xff"])
def test_a_torn_last_line_is_cut_off_before_the_run_goes_on(path, pair, torn):
    log = journal.create(path, HEADER)
    log.add(SWEEP, 1, pair())
    log.close()
    good = path.read_bytes()
    path.write_bytes(good + torn)
    found = load_journal(path)
    assert found.is_torn
    log = journal.reopen(path, found)
    assert path.read_bytes() == b"".join(resealed([*good.splitlines(), b'{"resumed": true}']))
    log.add(OTHER, 1, pair(sweep="x2"))
    log.finish()
    log.close()
    found = load_journal(path)
    assert (found.is_finished, found.is_torn, found.last_measurement) == (True, False, 2)
    assert found.measurements == {SWEEP: {1: pair()}, OTHER: {1: pair(sweep="x2")}}


def test_a_file_system_whose_folders_cannot_be_synchronised_is_good_enough(path, monkeypatch):
    original = os.fsync

    def fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        original(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    journal.create(path, HEADER).close()
    assert load_journal(path).header == HEADER


def test_a_journal_that_another_run_went_on_with_since_it_was_read_is_left_alone(log, path, pair):
    log.add(SWEEP, 1, pair())
    read_too_early = load_journal(path)
    log.add(OTHER, 1, pair(sweep="x2"))
    log.finish()
    log.close()
    before = path.read_bytes()
    with pytest.raises(BlockingIOError):
        journal.reopen(path, read_too_early)
    assert path.read_bytes() == before


class Full:
    """A file of bytes on a disk that is full after a while."""

    def __init__(self, path, writes):
        self.file = path.open("wb")
        self.fileno, self.flush = self.file.fileno, self.file.flush
        self.writes, self.tried = writes, 0

    def write(self, content):
        self.tried += 1
        if self.tried > self.writes:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self.file.write(content)

    def close(self):
        self.file.close()


def test_a_journal_whose_writing_fails_says_so_and_writes_no_more(path, pair):
    file = Full(path, writes=1)
    log = journal.Journal(path, file)
    log.add(SWEEP, 1, pair())
    assert log.fault == ""
    log.add(OTHER, 1, pair())
    assert log.fault == "No space left on device"
    before = path.read_bytes()
    file.writes = 99
    for act in ACTS.values():
        act(log, pair())
    log.close()
    assert path.read_bytes() == before
    assert (file.tried, log.fault) == (2, "No space left on device")
    assert log.lost == 2  # the one whose writing failed, and one of ACTS


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_a_journal_on_a_full_disk_can_be_closed(pair):
    log = journal.Journal(Path("/dev/full"), Path("/dev/full").open("wb"))  # noqa: SIM115
    log.add(SWEEP, 1, pair())
    assert log.fault == "No space left on device"
    log.close()
