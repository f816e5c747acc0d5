import itertools

import pytest
import torch

from guidelines.spec import Condition
from guidelines.sweep import CONTROL, Limits, measure_sweep, reason, record

ROUNDS = Limits(min_rounds=6)


def test_a_round_visits_every_network_once_in_shuffled_order(clock):
    order = []

    def network(name):
        sample = clock.sample(1.0)
        return lambda calls: (order.append(name) if calls else None) or sample(calls)

    samplers = {name: network(name) for name in "abc"}
    recording = record(samplers, "a", Limits(min_rounds=20), 0.0, seed=5, clock=clock)
    visits = order[-60:]
    rounds = [tuple(visits[k : k + 3]) for k in range(0, 60, 3)]
    assert all(sorted(visited) == ["a", "b", "c"] for visited in rounds)
    assert len(set(rounds)) > 2
    assert recording.rounds == 20


def test_the_same_seed_gives_the_same_order(clock):
    def visits(seed):
        order = []

        def network(name):
            sample = clock.sample(1.0)
            return lambda calls: order.append(name) or sample(calls)

        record({name: network(name) for name in "abcd"}, "a", ROUNDS, 0.0, seed, clock)
        return order

    assert visits(1) == visits(1)
    assert visits(1) != visits(2)


def test_drift_that_a_round_shares_leaves_the_ratios_alone(clock):
    slow = itertools.count(1)
    pace = {"now": 1.0}

    def network(factor):
        def sample(calls):
            pace["now"] = 1 + 0.1 * (next(slow) // 2 % 50)
            clock.now_s += calls * factor
            return calls * factor

        return sample

    recording = record({"a": network(1.0), "b": network(1.5)}, "a", ROUNDS, 0.0, 0, clock)
    ratios = [b / a for a, b in zip(*recording.seconds_per_call.values(), strict=True)]
    assert ratios == [1.5] * 6


def test_sampling_stops_when_the_time_is_used_up_but_not_before_the_least_rounds(clock):
    samplers = {"a": clock.sample(1.0), "b": clock.sample(1.0)}
    assert record(dict(samplers), "a", Limits(min_rounds=3), 20.0, 0, clock).rounds == 10
    recording = record(dict(samplers), "a", Limits(min_rounds=30), 20.0, 0, clock)
    assert (recording.rounds, recording.stopped) == (30, "time")


def test_sampling_stops_when_every_slowdown_is_precise_enough(clock):
    samplers = {"a": clock.sample(1.0), "b": clock.sample(2.0)}
    limits = Limits(min_rounds=5, precision=0.01, confidence=0.99)
    recording = record(samplers, "a", limits, 1e6, 0, clock)
    assert recording.stopped == "precision"
    assert 9 <= recording.rounds <= 12


def test_sampling_goes_on_while_one_slowdown_is_imprecise(clock):
    noisy = itertools.cycle([1.0, 3.0])
    samplers = {"a": clock.sample(1.0), "b": clock.sample(noisy)}
    recording = record(samplers, "a", Limits(min_rounds=5, precision=0.01), 300.0, 0, clock)
    assert recording.stopped == "time"


def test_short_networks_get_several_calls_a_sample(clock):
    samplers = {"a": clock.sample(1e-5, overhead_s=1e-6), "b": clock.sample(0.1, overhead_s=1e-6)}
    recording = record(samplers, "a", ROUNDS, 0.0, 0, clock)
    assert recording.calls_per_sample["a"] * 1e-5 >= 0.99 * 500e-6
    assert recording.calls_per_sample["b"] == 1
    assert recording.seconds_per_call["a"][0] == pytest.approx(1e-5, rel=0.003)


def test_the_least_sample_time_can_be_asked_for(clock):
    recording = record(
        {"a": clock.sample(0.001)}, "a", Limits(min_rounds=1, min_sample_s=0.05), 0.0, 0, clock
    )
    assert recording.calls_per_sample["a"] == 50


def test_a_clock_too_coarse_for_one_call_still_calibrates(clock):
    def sample(calls):
        taken_s = 0.01 * (calls // 100)
        clock.now_s += taken_s
        return taken_s

    limits = Limits(min_rounds=1, min_sample_s=0.01)
    assert record({"a": sample}, "a", limits, 0.0, 0, clock).calls_per_sample["a"] == 100


def test_warm_up_lasts_as_long_as_asked(clock):
    record({"a": clock.sample(1.0)}, "a", Limits(min_rounds=1, warmup_s=10.0), 0.0, 0, clock)
    assert clock.now_s == 10 + 1 + 1


def failing(clock, after):
    calls_made = itertools.count()
    sample = clock.sample(1.0)

    def fail(calls):
        if next(calls_made) >= after:
            raise RuntimeError("out of memory\ntried to allocate")
        return sample(calls)

    return fail


@pytest.mark.parametrize("after", [0, 24, 25])
def test_a_network_that_fails_is_dropped_and_the_others_go_on(clock, after):
    samplers = {"a": clock.sample(1.0), "b": failing(clock, after), "c": clock.sample(2.0)}
    recording = record(samplers, "a", ROUNDS, 0.0, 0, clock)
    assert recording.failures == {"b": "RuntimeError: out of memory"}
    assert {id: len(s) for id, s in recording.seconds_per_call.items()} == {"a": 6, "c": 6}
    assert "b" not in samplers


@pytest.mark.parametrize("after", [0, 25])
def test_without_its_baseline_a_sweep_ends(clock, after):
    recording = record({"a": failing(clock, after), "b": clock.sample(1.0)}, "a", ROUNDS, 1e9, 0, clock)
    assert (recording.stopped, list(recording.failures)) == ("failure", ["a"])


def test_ctrl_c_is_not_a_failure(clock):
    def interrupt(calls):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record({"a": interrupt}, "a", ROUNDS, 0.0, 0, clock)


def measured(sweep, chosen, clock, prepare=None):
    prepare = prepare or (lambda variant, condition, seed: clock.sample(float(variant.groups)))
    limits = Limits(max_time_s=0.0, min_rounds=2)
    return measure_sweep(sweep, chosen, Condition("cpu", ""), limits, seed=4, prepare=prepare)


def test_chosen_variants_are_measured_with_baseline_and_control_and_nothing_else(sweep, clock):
    recording = measured(sweep, ["g8"], clock)
    assert set(recording.seconds_per_call) == {"g1", "g8", CONTROL}
    assert recording.seconds_per_call[CONTROL] == (1.0, 1.0)
    assert recording.seed == 4


def test_a_variant_that_cannot_be_built_is_a_failure(sweep, clock):
    def prepare(variant, condition, seed):
        assert torch.is_inference_mode_enabled()
        if variant.groups == 2:
            raise MemoryError
        return clock.sample(1.0)

    recording = measured(sweep, ["g2", "g8"], clock, prepare)
    assert recording.failures == {"g2": "MemoryError"}
    assert set(recording.seconds_per_call) == {"g1", "g8", CONTROL}


def test_reasons_are_one_line():
    assert reason(ValueError("\n first\nsecond")) == "ValueError: first"
    assert reason(ValueError()) == "ValueError"
