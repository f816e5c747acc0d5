import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from guidelines.cli.main import main
from guidelines.measure import campaign
from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case
from guidelines.measure.recording import CONTROL, Limits, Recording
from guidelines.paper.tables import Figure
from guidelines.results import journal
from guidelines.results.disturbance import Gpu, Snapshot, State, during
from guidelines.results.files import load, load_journal
from guidelines.results.journal import Header
from guidelines.results.model import CONTROL_NAME, Circumstances, Failure, Machine
from guidelines.results.schema import ResultsError, parse_entry, parse_failure, to_benchmark, to_failed
from guidelines.spec.condition import Condition
from guidelines.spec.work import Cost
from guidelines.stats.intervals import Estimate

HERE = Machine(node="here", cpu_model="a processor", torch="2.13.0")
SWEEP, OTHER = "G2 x1 cpu", "G2 x2 cpu"
HEADER = Header(HERE, {"seed": "0"}, {SWEEP: ("g1", "g8"), OTHER: ("g1", "g8")}, {"test_g2 cpu-bauto": 4})
FINISHED = {"finished": True}

amounts = st.one_of(st.sampled_from([0, 0.0]), st.integers(1, 10**15), st.floats(1e-15, 1e18))
counts = st.integers(1, 10**15)
texts = st.text(st.characters(exclude_categories=("C", "Z"), include_characters=" "), max_size=20)
lists_of_texts = st.lists(texts, max_size=3).map(tuple)


def perhaps(strategy):
    return st.none() | strategy


@st.composite
def estimates(draw):
    low, middle, high = sorted(draw(st.lists(st.floats(1e-15, 1e18), min_size=3, max_size=3)))
    ends = draw(st.sampled_from([(low, high), (None, high), (low, None), (None, None)]))
    return Estimate(middle, *ends, draw(st.floats(0.5, 0.999999)), draw(counts))


gpus = st.builds(Gpu, amounts, amounts, amounts, amounts, lists_of_texts, amounts)
states = st.builds(
    State,
    cpus=counts,
    watched_s=amounts,
    load=perhaps(amounts),
    other_cpus=perhaps(amounts),
    steal=perhaps(amounts),
    throttled=perhaps(amounts),
    switches_per_s=perhaps(amounts),
    lowest_clock_mhz=perhaps(amounts),
    highest_clock_mhz=perhaps(amounts),
    governor=texts,
    gpu=perhaps(gpus),
)
circumstances = st.builds(
    Circumstances,
    state=perhaps(states),
    drift=perhaps(estimates()),
    disturbed=lists_of_texts,
    retried=lists_of_texts,
    placed_at=st.lists(st.integers(0, 10**9), max_size=4).map(tuple),
    setup_s=perhaps(amounts),
    peak_memory_bytes=perhaps(amounts),
    launch_s=perhaps(amounts),
    device_s=perhaps(amounts),
)
NOTHING = Circumstances(
    state=State(0, 0.0, *[0.0] * 7, gpu=Gpu(0, 0, 0, 0.0, (), 0)),
    placed_at=(0,),
    setup_s=0.0,
    peak_memory_bytes=0,
    launch_s=0.0,
    device_s=0.0,
)
anywhere = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


def failed(entry, reason="RuntimeError: out of memory", **changes):
    return Failure(
        entry.place,
        (90,),
        Cost(multiply_adds=7, conv_memory_access=8, memory_access=9, parameters=10),
        reason,
        **changes,
    )


def read_back(written):
    return json.loads(json.dumps(written, allow_nan=False))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.jsonl"


@pytest.fixture
def log(path):
    """A journal that was begun and is still being written."""
    begun = journal.create(path, HEADER)
    yield begun
    begun.close()


@pytest.fixture
def pair(entry):
    """What one measurement of a sweep gave; `g8` tells measurements apart."""

    def pair(g8=2.0, **changes):
        return [entry("g=1", 1.0, rounds=12, **changes), entry("g=8", g8, rounds=12, **changes)]

    return pair


def written(path):
    return path.read_bytes().splitlines(keepends=True)


def measurement(results, number, sweep=SWEEP):
    """The lines of one measurement."""
    return [
        {"sweep": sweep, "measurement": number, "of": len(results), "benchmark": to_benchmark(result)}
        for result in results
    ]


def contents(*lines):
    """A journal of lines after the header of `HEADER`."""
    head = {"guidelines_journal": 1, "machine": vars(HERE), "settings": {}, "batches": {}}
    whole = [head | {"sweeps": {SWEEP: ["g1", "g8"], OTHER: ["g1", "g8"]}}, *lines]
    return journal.parse("".join(json.dumps(line) + "\n" for line in whole).encode())


# What is written is what is read.
@anywhere
@given(how=circumstances)
@example(how=NOTHING)
@example(how=Circumstances())
@example(how=Circumstances(drift=Estimate(1.0, None, None, 0.99, 13), retried=("",), disturbed=("a", "b")))
def test_how_a_variant_was_measured_is_read_as_it_was_written(entry, how):
    measured = entry("g=8", 2.0, rounds=3, circumstances=how)
    assert parse_entry(read_back(to_benchmark(measured))) == measured


@anywhere
@given(how=circumstances)
def test_a_saved_file_says_how_a_variant_was_measured(entry, saved, how):
    content = read_back(saved([entry("g=8", 2.0, rounds=3, circumstances=how)]))
    assert parse_entry(content["benchmarks"][0]).circumstances == how


def test_a_state_whose_differences_are_rounding_noise_is_read_as_it_was_written(entry):
    before, after = (
        Snapshot(at_s, own_s, busy_s) for at_s, own_s, busy_s in ((0, 20, 50), (10, 20.02, 50.02))
    )
    state = during([before, after], cpus=2)
    assert 0 < state.other_cpus < 1e-15
    measured = entry("g=8", 2.0, rounds=3, circumstances=Circumstances(state=state))
    assert parse_entry(read_back(to_benchmark(measured))) == measured


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
    log.add(SWEEP, results)
    found = load_journal(path)
    assert found.measurements == {SWEEP: results}
    assert found.header == HEADER
    assert (found.is_finished, found.is_torn, found.withdrawn, found.skipped) == (False, False, [], [])


@anywhere
@given(reason=texts, is_skip=st.booleans())
def test_a_failure_is_read_as_it_was_written(entry, reason, is_skip):
    failure = failed(entry("g=8", 2.0), reason, is_skip=is_skip)
    assert parse_failure(read_back(to_failed(failure))) == failure


# Every line is on disk when it is written.
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


ACTS = {
    "add": lambda log, results: log.add(SWEEP, results),
    "withdraw": lambda log, results: log.withdraw(failed(results[0])),
    "skip": lambda log, _: log.skip("test_g2[cpu-x1-g1]", "no reason given"),
    "resume": lambda log, _: log.resume(),
    "finish": lambda log, _: log.finish(),
}


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
    log.add(SWEEP, [*pair(), failed(pair()[0])])
    lines = [json.loads(line) for line in written(path)[1:]]
    assert [(line["sweep"], line["measurement"], line["of"]) for line in lines] == [(SWEEP, 1, 3)] * 3
    assert [("benchmark" in line, "failed" in line) for line in lines] == [(True, False)] * 2 + [
        (False, True)
    ]


# Which measurement counts.
def test_of_several_measurements_of_a_sweep_the_last_complete_one_counts(pair):
    first, second, third = pair(2.0), pair(2.5), pair(3.0)
    lines = [*measurement(first, 1), *measurement(second, 2), *measurement(third, 3)]
    assert contents(*lines).measurements == {SWEEP: third}
    assert contents(*lines[:-1]).measurements == {SWEEP: second}
    assert contents(*lines[:3]).measurements == {SWEEP: first}
    assert contents(*lines[:1]).measurements == {}


def test_sweeps_keep_their_order_whatever_is_measured_again(pair):
    one, other, again = pair(2.0), pair(2.5, sweep="x2"), pair(3.0)
    lines = [*measurement(one, 1), *measurement(other, 2, OTHER), *measurement(again, 3)]
    assert list(contents(*lines).measurements.items()) == [(SWEEP, again), (OTHER, other)]


def test_a_measurement_that_was_cut_is_not_completed_by_the_next(path, pair):
    first, second = pair(2.0), pair(3.0)
    log = journal.create(path, HEADER)
    log.add(SWEEP, first)
    log.close()
    path.write_bytes(b"".join(written(path)[:-1]))
    log = journal.reopen(path, load_journal(path))
    log.add(SWEEP, second)
    log.close()
    assert load_journal(path).measurements == {SWEEP: second}


def test_both_measurements_of_a_retried_sweep_are_in_the_journal(log, path, sweep, monkeypatch):
    busy = State(cpus=2, watched_s=9.0, other_cpus=1.5)
    states = iter([busy, replace(busy, other_cpus=0.0)])
    series = dict.fromkeys(("g1", "g8", CONTROL), (0.01,) * 12)

    def measure(*_, **__):
        return Recording(series, dict.fromkeys(series, 1), {}, "time", 0, state=next(states))

    monkeypatch.setattr(campaign, "measure_sweep", measure)
    condition = Condition("cpu", "a processor")
    run = Campaign((condition,), Limits(), seed=0, retries=3, journal=log)
    cases = [Case(condition, sweep, variant) for variant in (sweep.baseline, sweep.extreme)]
    run.choose(cases)
    kept = [run.result(case) for case in cases]
    lines = [json.loads(line) for line in written(path)[1:]]
    assert [(line["measurement"], line["of"]) for line in lines] == [(1, 2), (1, 2), (2, 2), (2, 2)]
    assert load_journal(path).measurements == {SWEEP: kept}
    assert kept[0].circumstances.retried == ("other processes used 1.50 of 2 processors",)


# Withdrawn, skipped, resumed, finished.
def test_a_withdrawn_variant_is_a_failure_of_the_run(pair):
    results = pair()
    failure = failed(results[1], "its test failed after it was timed: assert False")
    found = contents(*measurement(results, 1), {"withdrawn": to_failed(failure)})
    assert (found.measurements, found.withdrawn) == ({SWEEP: results}, [failure])
    run = journal.to_run(found)
    assert [e.place.variant for e in run.entries] == ["g=1"]
    assert run.failures == (failure,)


def test_a_variant_that_is_withdrawn_twice_failed_once(pair):
    results = pair()
    failures = [failed(results[1], reason) for reason in ("assert 1", "assert 2")]
    lines = [{"withdrawn": to_failed(failure)} for failure in failures]
    assert journal.to_run(contents(*measurement(results, 1), *lines)).failures == (failures[1],)


def test_a_run_that_goes_on_forgets_what_was_withdrawn_and_skipped(pair):
    results = pair()
    before = [{"withdrawn": to_failed(failed(results[1]))}, {"skipped": "test_g2[cpu-x2-g1]: not today"}]
    found = contents(*measurement(results, 1), *before, {"resumed": True})
    assert (found.withdrawn, found.skipped) == ([], [])
    assert len(journal.to_run(found).entries) == 2


def test_a_skipped_test_is_a_note(pair):
    found = contents(*measurement(pair(), 1), {"skipped": "test_g2[cpu-x2-g1]: not today"}, FINISHED)
    assert journal.to_run(found).notes == ("skipped: test_g2[cpu-x2-g1]: not today",)


@pytest.mark.parametrize(
    ("lines", "is_finished"),
    [
        ([], False),
        ([FINISHED], True),
        ([FINISHED, {"resumed": True}], False),
        ([FINISHED, {"resumed": True}, FINISHED], True),
        ([FINISHED, {"skipped": "test: reason"}], False),
        ([{"resumed": True}], False),
    ],
)
def test_a_run_is_finished_while_nothing_follows(pair, lines, is_finished):
    found = contents(*measurement(pair(), 1), *lines)
    assert found.is_finished is is_finished
    assert len(found.measurements[SWEEP]) == 2


def test_a_sweep_measured_after_the_end_makes_a_run_unfinished(pair):
    found = contents(*measurement(pair(), 1), FINISHED, *measurement(pair(3.0), 2))
    assert (found.is_finished, found.measurements) == (False, {SWEEP: pair(3.0)})


# Torn lines.
@pytest.fixture
def whole(log, path, pair):
    """A finished journal of two sweeps, with everything that a journal can hold."""
    log.add(SWEEP, [*pair(), failed(pair()[0])])
    log.withdraw(failed(pair()[1]))
    log.resume()
    log.skip("test_g2[cpu-x2-g1]", "not today")
    log.add(OTHER, pair(sweep="x2"))
    log.add(SWEEP, pair(3.0))
    log.finish()
    return path.read_bytes()


def test_a_journal_cut_anywhere_is_what_its_whole_lines_say(whole):
    first = whole.index(b"\n") + 1
    for size in (*range(first, len(whole), 97), *(k + 1 for k, byte in enumerate(whole) if byte == 10)):
        found = journal.parse(whole[:size])
        end = whole.rindex(b"\n", 0, size) + 1
        assert (found.size_bytes, found.is_torn) == (end, end < size)
        assert found == replace(journal.parse(whole[:end]), is_torn=end < size)
        assert found.is_finished is (size == len(whole))


@pytest.mark.parametrize("size", [24, 100, -1])
def test_a_journal_cut_in_its_first_line_holds_nothing(whole, size):
    first = whole[: whole.index(b"\n") + 1]
    with pytest.raises(ResultsError, match=r"^is a journal without a whole line: nothing was measured$"):
        journal.parse(first[:size])


@pytest.mark.parametrize("torn", [b'{"sweep": "G2', b"{}", b"\0" * 999, b"\xff"])
def test_a_torn_last_line_is_cut_off_before_the_run_goes_on(path, pair, torn):
    log = journal.create(path, HEADER)
    log.add(SWEEP, pair())
    log.close()
    good = path.read_bytes()
    path.write_bytes(good + torn)
    found = load_journal(path)
    assert found.is_torn
    log = journal.reopen(path, found)
    assert path.read_bytes() == good + b'{"resumed": true}\n'
    log.add(OTHER, pair(sweep="x2"))
    log.finish()
    log.close()
    found = load_journal(path)
    assert (found.is_finished, found.is_torn, found.last_measurement) == (True, False, 2)
    assert found.measurements == {SWEEP: pair(), OTHER: pair(sweep="x2")}


# One run writes a journal.
def test_a_journal_that_another_run_writes_is_left_alone(log, path, pair):
    log.add(SWEEP, pair())
    before = path.read_bytes()
    with pytest.raises(BlockingIOError):
        journal.reopen(path, load_journal(path))
    with pytest.raises(FileExistsError):
        journal.create(path, HEADER)
    assert path.read_bytes() == before


def test_a_journal_that_another_run_went_on_with_since_it_was_read_is_left_alone(log, path, pair):
    log.add(SWEEP, pair())
    read_too_early = load_journal(path)
    log.add(OTHER, pair(sweep="x2"))
    log.finish()
    log.close()
    before = path.read_bytes()
    with pytest.raises(BlockingIOError):
        journal.reopen(path, read_too_early)
    assert path.read_bytes() == before


# A write that fails.
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
    log.add(SWEEP, pair())
    assert log.fault == ""
    log.add(OTHER, pair())
    assert log.fault == "No space left on device"
    before = path.read_bytes()
    file.writes = 99
    for act in ACTS.values():
        act(log, pair())
    log.close()
    assert path.read_bytes() == before
    assert (file.tried, log.fault) == (2, "No space left on device")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_a_journal_on_a_full_disk_can_be_closed(pair):
    log = journal.Journal(Path("/dev/full"), Path("/dev/full").open("wb"))  # noqa: SIM115
    log.add(SWEEP, pair())
    assert log.fault == "No space left on device"
    log.close()


# Reports of journals.
@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """A terminal that breaks no line, however long the folder's name is."""
    monkeypatch.setenv("COLUMNS", "500")


def reported(capsys, path, *options):
    status = main(["report", str(path), *options])
    out, err = capsys.readouterr()
    return status, " ".join(out.split()), err


def test_a_report_of_an_unfinished_run_says_how_much_is_there(log, path, pair, capsys):
    log.add(SWEEP, pair())
    status, out, err = reported(capsys, path)
    assert (status, err) == (0, "")
    assert "G2 x1 holds: g=8 is 1.999x slower than g=1" in out
    assert "run.jsonl: is the journal of an unfinished run: 1 of 2 sweeps are there" in out
    assert "torn" not in out


def test_a_report_says_that_a_last_line_is_torn(log, path, pair, capsys):
    log.add(SWEEP, pair())
    log.add(OTHER, pair(sweep="x2"))
    path.write_bytes(path.read_bytes()[:-20])
    status, out, err = reported(capsys, path)
    assert (status, err) == (0, "")
    assert "1 of 2 sweeps are there" in out
    assert "run.jsonl: its last line is torn and was ignored" in out


def test_a_report_of_a_finished_run_is_that_of_its_file(log, path, pair, tmp_path, saved, capsys):
    results = [*pair(), *pair(2.5, sweep="x2")]
    control = replace(results[0].place, variant=CONTROL_NAME, row=3)
    failure = replace(failed(results[0], "MemoryError", is_control=True), place=control)
    log.add(SWEEP, [*results[:2], failure])
    log.add(OTHER, results[2:])
    log.finish()
    as_json = tmp_path / "run.json"
    as_json.write_text(json.dumps(saved(results, [failure])))
    status, out, _ = reported(capsys, path)
    assert status == 0
    assert "unfinished" not in out
    assert out == reported(capsys, as_json)[1].replace("run.json", "run.jsonl")
    assert load(path, 10**7).machine == HERE


def test_a_journal_and_the_file_of_the_same_run_count_once(log, path, pair, tmp_path, saved, capsys):
    log.add(SWEEP, pair())
    log.finish()
    as_json = tmp_path / "run.json"
    as_json.write_text(json.dumps(saved(pair())))
    assert "holds the run of" in reported(capsys, as_json, str(path))[1]


def test_a_folder_of_journals_is_reported_and_of_files_beside_journals_the_files(
    log, path, pair, tmp_path, saved, capsys
):
    log.add(SWEEP, pair())
    assert "unfinished" in reported(capsys, tmp_path)[1]
    (tmp_path / "run.json").write_text(json.dumps(saved(pair())))
    status, out, _ = reported(capsys, tmp_path)
    assert status == 0
    assert "unfinished" not in out


# Files that are no journals, or broken ones.
HEAD = {"guidelines_journal": 1, "machine": {}, "settings": {}, "sweeps": {}, "batches": {}}
PLAIN = '{"benchmarks": [{"name": "test_sort", "extra_info": {}, "stats": {"median": 1.0}}]}'
STEERING = "\x1b[2J\n"
NO_JOURNALS = {
    "another project's": ('{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.4}\n', "is not valid JSON"),
    "text": ("Dear diary,\n", "is not valid JSON"),
    "empty": ("", "is empty"),
    "blank": ("\n\n", "is empty"),
    "pytest-benchmark's": (PLAIN, "1 of 1 benchmarks are not of this suite"),
}
HEADERS = {
    "newer": (
        HEAD | {"guidelines_journal": 2},
        "is a journal of version 2; this version of guidelines reads 1",
    ),
    "of no number": (HEAD | {"guidelines_journal": STEERING}, "is a journal of version"),
    "without a machine": ({"guidelines_journal": 1}, "is a journal whose first line is broken: 'machine'"),
    "of another machine": (HEAD | {"machine": {"moon": "full"}}, "whose first line is broken"),
    "with a list of settings": (HEAD | {"settings": [1]}, "whose first line is broken"),
    "with a number of sweeps": (HEAD | {"sweeps": {"G2": 7}}, "whose first line is broken"),
    "with a batch that is none": (HEAD | {"batches": {"G2": "many"}}, "whose first line is broken"),
    "with an endless batch": (HEAD | {"batches": {"G2": float("inf")}}, "whose first line is broken"),
}
LINES = {
    "broken": ('{"sweep": "G2 x1', "line 3 is broken"),
    "no text": (b"\xff\xfe", "line 3 is broken"),
    "of zeros": (b"\0" * 40, "line 3 is broken"),
    "empty": ("", "line 3 is broken"),
    "deep": ("[" * 100_000, "line 3 is broken"),
    "foreign": ('{"step": 1, "loss": 0.5}', "line 3 is none of a journal's"),
    "a number": ("7", "line 3 is none of a journal's"),
    "a list": ('["sweep"]', "line 3 is none of a journal's"),
    "null": ("null", "line 3 is none of a journal's"),
    "of no sweep": ('{"sweep": 7, "measurement": 1, "of": 2}', "line 3 is none of a journal's"),
    "of half a variant": ('{"sweep": "G2", "measurement": 1, "of": 0.5}', "line 3 is none of a journal's"),
    "without a result": ('{"sweep": "G2", "measurement": 1, "of": 2}', "line 3: ?: "),
    "with half a result": (
        '{"sweep": "G2", "measurement": 1, "of": 2, "failed": {}}',
        "line 3: a failed variant: ",
    ),
    "with nothing withdrawn": ('{"withdrawn": 7}', "a failed variant: "),
    "that steers": (
        json.dumps({"sweep": STEERING, "measurement": 1, "of": 1, "failed": STEERING}),
        "line 3: ",
    ),
}


def refused(capsys, path):
    """The one line of a report that is refused."""
    status = main(["report", str(path)])
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err.startswith(f"guidelines: {path}: ")
    assert err.count("\n") == 1
    assert err[:-1].isprintable()
    return err


@pytest.mark.parametrize("kind", NO_JOURNALS)
def test_a_report_of_what_is_no_journal_is_one_line(path, capsys, kind):
    content, message = NO_JOURNALS[kind]
    path.write_text(content)
    assert message in refused(capsys, path)


@pytest.mark.parametrize("kind", NO_JOURNALS)
def test_what_is_no_journal_is_refused_as_one_by_its_name(path, kind):
    content, _ = NO_JOURNALS[kind]
    path.write_text(content)
    with pytest.raises(ResultsError, match=rf"^{path}: is (no journal of this suite|empty)$"):
        load_journal(path)


@pytest.mark.parametrize("kind", HEADERS)
def test_a_journal_with_a_first_line_that_is_none_is_refused_in_one_line(path, capsys, kind):
    header, message = HEADERS[kind]
    path.write_text(json.dumps(header) + "\n")
    assert message in refused(capsys, path)


@pytest.mark.parametrize("kind", LINES)
def test_a_broken_or_foreign_line_before_the_last_is_named(whole, path, capsys, kind):
    line, message = LINES[kind]
    first, second, *rest = whole.splitlines(keepends=True)
    bad = line if isinstance(line, bytes) else line.encode()
    path.write_bytes(b"".join([first, second, bad + b"\n", *rest]))
    assert message in refused(capsys, path)


def test_a_journal_of_no_whole_sweep_is_nothing_to_report(log, path, capsys):
    assert "is the journal of a run that finished no sweep" in refused(capsys, path)


def test_a_large_journal_is_refused_by_its_size(whole, path, capsys):
    status, _, err = reported(capsys, path, "--max-bytes=1k")
    assert status == 2
    assert f"has {len(whole)} bytes, more than --max-bytes 1024 allows" in err


# Lines changed in any way that keeps them JSON.
VALUES = [None, True, 0, -1, 1, 2.5, 1e-320, 1e300, 10**400, float("inf"), float("nan"), [], {}, "", STEERING]
RICH = {
    "state": State(
        2, 1.5, 0.5, 0.1, 0.0, 0.2, 3.0, 900.0, 1000.0, "powersave", Gpu(9, 9, 60, 5.0, ("a",), 1)
    ),
    "drift": Estimate(1.1, 1.0, 1.2, 0.99, 4),
    "disturbed": ("too hot",),
    "retried": ("too busy",),
    "placed_at": (0, 3),
    "setup_s": 1.0,
    "peak_memory_bytes": 100,
    "launch_s": 2e-6,
    "device_s": 1e-6,
}


def places(content, name=""):
    """Every container and key inside; lists of samples as their first item."""
    items = list(content.items() if isinstance(content, dict) else enumerate(content))
    for key, value in items[:4] if isinstance(content, list) else items:
        yield content, key
        if isinstance(value, dict | list):
            yield from places(value, key)


@st.composite
def changed_lines(draw, lines):
    lines = json.loads(json.dumps(lines))
    for _ in range(draw(st.integers(1, 2))):
        container, key = draw(st.sampled_from(list(places(lines))))
        if draw(st.booleans()) and draw(st.booleans()):
            del container[key]
        else:
            container[key] = draw(st.sampled_from(VALUES))
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_changed_journal_is_a_report_or_one_line(path, pair, capsys, data):
    how = Circumstances(**RICH)
    results = [replace(entry, circumstances=how) for entry in pair()]
    head = HEAD | {
        "machine": vars(HERE),
        "settings": {"seed": "0"},
        "sweeps": {SWEEP: ["g1"]},
        "batches": {"a": 4},
    }
    ends = [{"withdrawn": to_failed(failed(results[1]))}, {"skipped": "test: reason"}]
    path.write_bytes(data.draw(changed_lines([head, *measurement(results, 1), *ends])))
    status = main(["report", str(path)])
    out, err = capsys.readouterr()
    assert (status, bool(out.strip()), err.count("\n")) in ((0, True, 0), (2, False, 1))
    assert "\x1b" not in out + err
