from dataclasses import replace

import pytest
from journals import FINISHED, OTHER, SWEEP, contents, failed, measurement

from guidelines.results import journal_reading
from guidelines.results.journal_contents import to_run
from guidelines.results.schema import ResultsError, to_failed


def test_of_several_measurements_of_a_sweep_the_last_complete_one_counts(pair):
    first, second, third = pair(2.0), pair(2.5), pair(3.0)
    lines = [*measurement(first, 1), *measurement(second, 2), *measurement(third, 3)]
    assert contents(*lines).measurements == {SWEEP: {1: third}}
    assert contents(*lines[:-1]).measurements == {SWEEP: {1: second}}
    assert contents(*lines[:3]).measurements == {SWEEP: {1: first}}
    assert contents(*lines[:1]).measurements == {}


@pytest.fixture
def in_pass(pair):
    """What the pass with a number gave."""

    def in_pass(number, g8=2.0, **changes):
        results = pair(g8, **changes)
        return [replace(each, passes=(replace(each.passes[0], number=number),)) for each in results]

    return in_pass


def test_the_last_complete_measurement_of_each_pass_counts(in_pass):
    first, second, again = in_pass(1), in_pass(2, 2.1), in_pass(1, 2.2)
    lines = [*measurement(first, 1), *measurement(second, 2, of_pass=2), *measurement(again, 3)]
    assert contents(*lines).measurements == {SWEEP: {1: again, 2: second}}
    assert contents(*lines[:-1]).measurements == {SWEEP: {1: first, 2: second}}
    assert contents(*lines[:3]).measurements == {SWEEP: {1: first}}


def test_a_run_is_what_its_passes_know_together(in_pass):
    lines = [*measurement(in_pass(1), 1), *measurement(in_pass(2, 2.2), 2, of_pass=2)]
    run = to_run(contents(*lines))
    assert [[each.number for each in entry.passes] for entry in run.entries] == [[1, 2], [1, 2]]
    assert run.entries[1].slowdown.estimate == pytest.approx((2.0 * 2.2) ** 0.5)
    assert run.notes == ("is the journal of an unfinished run: 1 of 2 sweeps are there",)


def test_a_run_in_passes_says_how_many_are_there(in_pass):
    lines = [*measurement(in_pass(1), 1), *measurement(in_pass(2, 2.2), 2, of_pass=2)]
    known = contents(*lines)
    in_passes = replace(known, header=replace(known.header, settings={"passes": "5"}))
    assert to_run(in_passes).notes == (
        "is the journal of an unfinished run: 2 of 10 passes of its 2 sweeps are there",
    )


def test_a_journal_of_the_first_version_has_one_pass(pair):
    lines = measurement(pair(), 1)
    for line in lines:
        del line["pass"]
    assert contents(*lines).measurements == {SWEEP: {1: pair()}}


def test_sweeps_keep_their_order_whatever_is_measured_again(pair):
    one, other, again = pair(2.0), pair(2.5, sweep="x2"), pair(3.0)
    lines = [*measurement(one, 1), *measurement(other, 2, OTHER), *measurement(again, 3)]
    assert list(contents(*lines).measurements.items()) == [(SWEEP, {1: again}), (OTHER, {1: other})]


def test_a_withdrawn_variant_is_a_failure_of_the_run(pair):
    results = pair()
    failure = failed(results[1], "its test failed after it was timed: assert False")
    found = contents(*measurement(results, 1), {"withdrawn": to_failed(failure)})
    assert (found.measurements, found.withdrawn) == ({SWEEP: {1: results}}, [failure])
    run = to_run(found)
    assert [e.place.variant for e in run.entries] == ["g=1"]
    assert run.failures == (failure,)


def test_a_variant_that_is_withdrawn_twice_failed_once(pair):
    results = pair()
    failures = [failed(results[1], reason) for reason in ("assert 1", "assert 2")]
    lines = [{"withdrawn": to_failed(failure)} for failure in failures]
    assert to_run(contents(*measurement(results, 1), *lines)).failures == (failures[1],)


def test_a_run_that_goes_on_forgets_what_was_withdrawn_and_skipped(pair):
    results = pair()
    before = [{"withdrawn": to_failed(failed(results[1]))}, {"skipped": "test_g2[cpu-x2-g1]: not today"}]
    found = contents(*measurement(results, 1), *before, {"resumed": True})
    assert (found.withdrawn, found.skipped) == ([], [])
    assert len(to_run(found).entries) == 2


def test_a_skipped_test_is_a_note(pair):
    found = contents(*measurement(pair(), 1), {"skipped": "test_g2[cpu-x2-g1]: not today"}, FINISHED)
    assert to_run(found).notes == ("skipped: test_g2[cpu-x2-g1]: not today",)


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
    assert len(found.measurements[SWEEP][1]) == 2


def test_a_sweep_measured_after_the_end_makes_a_run_unfinished(pair):
    found = contents(*measurement(pair(), 1), FINISHED, *measurement(pair(3.0), 2))
    assert (found.is_finished, found.measurements) == (False, {SWEEP: {1: pair(3.0)}})


def test_a_journal_cut_anywhere_is_what_its_whole_lines_say(whole):
    first = whole.index(b"\n") + 1
    for size in (*range(first, len(whole), 97), *(k + 1 for k, byte in enumerate(whole) if byte == 10)):
        found = journal_reading.parse(whole[:size])
        end = whole.rindex(b"\n", 0, size) + 1
        assert (found.size_bytes, found.is_torn) == (end, end < size)
        assert found == replace(journal_reading.parse(whole[:end]), is_torn=end < size, read_bytes=size)
        assert found.is_finished is (size == len(whole))


@pytest.mark.parametrize("size", [24, 100, -1])
def test_a_journal_cut_in_its_first_line_holds_nothing(whole, size):
    first = whole[: whole.index(b"\n") + 1]
    with pytest.raises(ResultsError, match=r"^is a journal without a complete line: nothing was measured$"):
        journal_reading.parse(first[:size])
