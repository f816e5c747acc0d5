import sys

import pytest
import torch

from guidelines.measure.device.second_look import Timed
from guidelines.measure.dropped import Dropped
from guidelines.measure.recording import CONTROL, Limits
from guidelines.measure.sweep import measure_sweep
from guidelines.results.model import Circumstances
from guidelines.spec.condition import Condition

THREADS = "ValueError: it set torch's threads from 1 to 2 for the whole process"


def nothing(*given):
    return Circumstances()


def measured(sweep, clock, prepare, check=nothing):
    """The sweep, whose networks take a second a call; `prepare(groups, sample)` makes the network."""

    def prepared(variant, condition, seed, bind):
        return prepare(variant.groups, clock.sample(1.0))

    limits, ids = Limits(max_time_s=0.0, min_rounds=8), ["g1", "g2", "g8"]
    return measure_sweep(sweep, ids, Condition("cpu", ""), limits, 4, check=check, prepare=prepared)


def setting_threads(groups, sample, seen, after=0, guilty=8):
    """A network that sets torch's threads after some samples if it is the guilty one."""
    taken = []

    def acting(calls):
        seen.append(torch.get_num_threads())
        taken.append(calls)
        if groups == guilty and len(taken) > after:
            torch.set_num_threads(2)
        return sample(calls)

    return acting


@pytest.mark.parametrize("after", [0, 1, 23])
def test_a_network_that_sets_threads_fails_and_the_others_never_see_them(sweep, clock, after):
    seen = []
    recording = measured(sweep, clock, lambda groups, s: setting_threads(groups, s, seen, after))
    assert recording.dropped == {"g8": Dropped(THREADS)}
    assert set(seen) == {1}
    assert set(recording.seconds_per_call) == {"g1", "g2", CONTROL}


def test_a_network_that_sets_threads_when_it_is_built_fails(sweep, clock):
    def prepare(groups, sample):
        if groups == 2:
            torch.set_num_threads(2)
        return sample

    assert measured(sweep, clock, prepare).dropped == {"g2": Dropped(THREADS)}


def test_a_network_that_sets_threads_when_it_is_checked_fails(sweep, clock):
    seen = []

    def check(variant, *rest):
        seen.append(torch.get_num_threads())
        if variant.groups == 2:
            torch.set_num_threads(2)
        return Circumstances()

    recording = measured(sweep, clock, lambda groups, sample: sample, check)
    assert recording.dropped == {"g2": Dropped(THREADS)}
    assert seen == [1, 1, 1]


def test_the_networks_are_looked_at_once_after_the_last_round(sweep, clock):
    log = []

    def prepare(groups, sample):
        return Timed(lambda calls: log.append(0) or sample(calls), lambda s: log.append((groups, s)) or ())

    recording = measured(sweep, clock, prepare)
    assert len(recording.placed_at) > 1
    assert sorted(log[-4:]) == [(1, 1.0), (1, 1.0), (2, 1.0), (8, 1.0)]
    assert set(log[:-4]) == {0}


def refusing(guilty, reason="the output is not finite any more"):
    def prepare(groups, sample):
        def look_again(seconds_per_call):
            if groups == guilty:
                raise ValueError(reason)
            return (f"noted of {groups}",)

        return Timed(sample, look_again)

    return prepare


def test_a_network_that_is_not_what_was_checked_fails_and_leaves_no_samples(sweep, clock):
    recording = measured(sweep, clock, refusing(8))
    assert recording.dropped == {"g8": Dropped("ValueError: the output is not finite any more")}
    assert set(recording.seconds_per_call) == {"g1", "g2", CONTROL} == set(recording.noted)
    assert set(recording.calls_per_sample) == {"g1", "g2", CONTROL}
    assert recording.noted["g2"] == ("noted of 2",)
    assert recording.stopped == "time"


def test_if_the_baseline_is_not_what_was_checked_nothing_was_measured(sweep, clock):
    recording = measured(sweep, clock, refusing(1))
    assert recording.dropped.keys() == {"g1", CONTROL}
    assert recording.stopped == "failure"


def test_a_setting_that_a_second_look_changes_is_the_networks_doing(sweep, clock):
    def prepare(groups, sample):
        return Timed(sample, lambda seconds: torch.set_num_threads(2 if groups == 2 else 1) or ())

    assert measured(sweep, clock, prepare).dropped == {"g2": Dropped(THREADS)}


def test_no_tracer_is_there_while_networks_are_built_checked_and_timed(sweep, clock):
    seen = []

    def prepare(groups, sample):
        seen.append(sys.gettrace())
        return lambda calls: seen.append(sys.gettrace()) or sample(calls)

    before = sys.gettrace()
    sys.settrace(lambda *event: None)
    tracer = sys.gettrace()
    try:
        measured(sweep, clock, prepare, check=lambda *given: seen.append(sys.gettrace()) or Circumstances())
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)
    assert set(seen) == {None}
