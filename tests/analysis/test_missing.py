from dataclasses import replace

import pytest

from guidelines.analysis.compare import compare
from guidelines.analysis.gate import gate
from guidelines.analysis.missing import missing
from guidelines.analysis.triggers import triggers
from guidelines.results.model import Failure
from guidelines.spec.work import Cost

SLOWDOWNS = {"g=1": 1.0, "g=2": 1.2, "g=8": 2.0}
G8, SWEEP = "G2 x1 g=8 (cpu, against g=1)", "G2 y1 (cpu, against g=1)"


@pytest.fixture
def side(entry, results):
    """A machine with a sweep of G2 but without some rows, which failed if there is a reason, and others."""

    def side(*without, reason="", is_skip=False, more=(), **changes):
        rows = {variant: entry(variant, s, **changes) for variant, s in SLOWDOWNS.items()}
        failures = []
        for variant in without:
            place = rows.pop(variant).place
            if reason:
                failures.append(Failure(place, (64,), Cost(1, 1), reason, is_skip=is_skip))
        return results(*rows.values(), *more, failures=failures)

    return side


def lines(a, b):
    return [(each.name, each.rows, each.reason) for each in missing(compare(a, b))]


def test_a_row_that_b_lacks_is_missing_once_with_the_reason(side):
    assert lines(side(), side()) == []
    assert lines(side(), side("g=8")) == [(G8, 1, "")]
    assert lines(side(), side("g=8", reason="no memory")) == [(G8, 1, "failed: no memory")]
    assert lines(side(), side("g=8", reason="skipped: slow", is_skip=True)) == [(G8, 1, "skipped: slow")]


@pytest.mark.parametrize("how", [{}, {"reason": "no memory"}, {"reason": "skipped: slow", "is_skip": True}])
def test_a_row_that_a_lacks_too_is_not_missing(side, how):
    without = side("g=8", **how)
    assert lines(without, without) == lines(without, side()) == []
    (check,) = gate(compare(without, without), triggers("missing")).checks
    assert (check.checked, check.trips) == ("2 rows of A", ())


def test_a_failed_control_of_b_is_no_row(side):
    b = side("g=8", reason="no memory")
    controls = tuple(replace(failure, is_control=True) for failure in b.failures)
    assert lines(side(), replace(side(), failures=controls)) == []


def test_rows_are_counted_one_by_one_and_named_by_sweep(side, entry):
    another = [entry(variant, s, sweep="y1") for variant, s in SLOWDOWNS.items()]
    a = side(more=another)
    assert lines(a, side("g=8")) == [(G8, 1, ""), (SWEEP, 3, "")]
    (check,) = gate(compare(a, side("g=8")), triggers("missing")).checks
    (count,) = check.counts
    assert (count.failed, count.asked, len(check.trips)) == (4, "6 rows of A", 2)


def test_a_row_of_another_network_is_missing_though_its_slow_down_is_compared(side):
    comparison = compare(side(), side(parameters=40_961))
    (all_rows,) = missing(comparison)
    assert all_rows.text == "G2 x1 (cpu, against g=1): another network on B"
    assert (all_rows.rows, all_rows.is_other_network) == (3, True)
    assert [row.outcome for row in comparison.rows] == ["", "SAME", "SAME"]


def test_a_failure_is_told_of_the_condition_in_which_b_failed(side, entry):
    cpu = entry("g=1", 1.0).place.condition
    here, there = replace(cpu, device_name="one"), replace(cpu, device_name="another")
    b = side("g=8", reason="no memory", condition=there)
    expected = [(G8, 1, "failed: no memory")]
    assert lines(side(condition=here), b) == expected
    of_two_threads = [
        entry(variant, s, condition=replace(here, threads=2)) for variant, s in SLOWDOWNS.items()
    ]
    a = side(condition=here, more=of_two_threads)
    assert lines(a, b) == [*expected, ("G2 x1 (cpu-t2, against g=1)", 3, "")]


def test_a_word_without_a_figure_fails_the_gate(side):
    other = compare(side(), side(parameters=40_961))
    assert not gate(other, triggers("slower")).passed
    assert not gate(other, triggers("stronger,slower,missing")).passed
    assert [check.trigger.word for check in gate(other, triggers("stronger,faster,unclear")).idle] == [
        "faster"
    ]
    assert gate(other, triggers("stronger,unclear")).passed
    assert gate(other, triggers("unclear")).checks[0].checked == "2 slow-downs and 0 speeds"
    assert gate(compare(side(), side()), triggers("slower,stronger,missing,disturbed")).passed
