"""A test that failed may be tried again: the last try counts."""

from dataclasses import replace

import pytest
from journals import SWEEP, failed

from guidelines.results.files import load, load_journal


@pytest.fixture
def measured(log, pair):
    log.add(SWEEP, 1, pair())
    return log


def run_of(log):
    log.close()
    return load(log.path, 10**7)


def test_what_is_taken_back_was_never_withdrawn(measured, pair):
    failure = failed(pair()[1])
    for reason in ("first", "second"):
        measured.withdraw(replace(failure, reason=reason))
        measured.take_back(replace(failure, reason=reason))
    run = run_of(measured)
    assert [entry.place.variant for entry in run.entries] == ["g=1", "g=8"]
    assert run.failures == ()


def test_a_try_that_fails_at_last_is_withdrawn_with_its_reason(measured, pair):
    first, last = (replace(failed(pair()[1]), reason=reason) for reason in ("first", "last"))
    measured.withdraw(first)
    measured.take_back(first)
    measured.withdraw(last)
    assert run_of(measured).failures == (last,)


def test_the_withdrawal_of_another_variant_stays(measured, pair):
    baseline, other = map(failed, pair())
    measured.withdraw(baseline)
    measured.withdraw(other)
    measured.take_back(other)
    measured.close()
    assert load_journal(measured.path).withdrawn == [baseline]
