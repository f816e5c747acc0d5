import itertools
import re
from collections import Counter

import pytest

from guidelines.measure.dropped import Dropped
from guidelines.measure.recording import CONTROL, Limits
from guidelines.measure.rounds import Rounds


def fixed(samplers):
    """Builders that give the same sampler every time they are asked."""
    return {name: (lambda sample=sample: sample) for name, sample in samplers.items()}


def record(builders, limits, clock, *, baseline="a", budget_s=0.0, seed=0, **how):
    """The recording of rounds on a fake clock; nothing is collected, which takes longer than all the rest."""
    rounds = Rounds(
        builders,
        baseline,
        limits,
        budget_s=budget_s,
        order=f"{seed} 1",
        clock=clock,
        collect=lambda: None,
        **how,
    )
    return rounds.run()


def taken(samplers, limits, clock, **how):
    return record(fixed(samplers), limits, clock, **how)


def noting(clock, names, log):
    """Networks of one second a call that note their samples of one call or more."""

    def network(name):
        sample = clock.sample(1.0)
        return lambda calls: (log.append(name) if calls else None) or sample(calls)

    return {name: network(name) for name in names}


def test_a_round_visits_every_network_once_in_shuffled_order(clock):
    log = []
    # One stay of 20 rounds, then the least rounds are reached in four.
    recording = taken(noting(clock, "abc", log), Limits(min_rounds=80), clock)
    first_stay = log[9 : 9 + 60]
    rounds = [tuple(first_stay[k : k + 3]) for k in range(0, 60, 3)]
    assert all(sorted(visited) == ["a", "b", "c"] for visited in rounds)
    assert len(set(rounds)) > 2
    assert recording.rounds == 80


def test_the_same_seed_gives_the_same_order(clock):
    def visits(seed):
        log = []
        taken(noting(clock, "abcd", log), Limits(min_rounds=6), clock, seed=seed)
        return log

    assert visits(1) == visits(1)
    assert visits(1) != visits(2)


def built(clock, names, building_s, log):
    """Builders of networks of a second a call that note building in capitals, calls in small letters."""

    def builder(name):
        sample = clock.sample(1.0)

        def build():
            clock.now_s += building_s
            log.append(name.upper())
            return lambda calls: (log.append(name) if calls else None) or sample(calls)

        return build

    return {name: builder(name) for name in names}


def orders(clock, building_s):
    """The rounds before which networks are built, and the order of every round."""
    log = []
    builders = built(clock, "abcd", building_s, log)
    recording = record(builders, Limits(min_rounds=24), clock, seed=7)
    sampled = re.sub("[A-D][a-d]", "", "".join(log))[2 * len(builders) :]  # after warm-up and calibration
    return recording.placed_at, re.findall("....", sampled)


def test_the_seed_alone_gives_the_order_of_a_round(clock):
    (often, quick), (rarely, slow) = orders(clock, building_s=0.0), orders(clock, building_s=9.0)
    assert often == (0, 6, 12, 18)
    assert rarely[:2] == (0, 6)
    assert len(rarely) < len(often)
    assert quick == slow
    assert len(quick) == 24


def stays(clock, building_s):
    """Rounds of two networks of one second between their placements, and the orders of building."""
    log = []
    recording = record(
        built(clock, "ab", building_s, log), Limits(min_rounds=12), clock, budget_s=80.0, seed=3
    )
    assert recording.rounds == 40
    placements = re.findall("([AB])[ab]([AB])[ab]([ab]*)", "".join(log))
    return [len(visits) // 2 for *_, visits in placements], {
        first + second for first, second, _ in placements
    }


def test_networks_are_built_anew_in_shuffled_order_at_equal_intervals(clock):
    rounds, orders = stays(clock, building_s=0.0)
    assert rounds[1:] == [4] * 9 + [1]
    assert orders == {"AB", "BA"}


def test_slow_building_makes_the_stays_longer(clock):
    rounds, _ = stays(clock, building_s=1.0)
    placing_s, round_s = 2 * (1 + 1), 2
    assert rounds[1:4] == [placing_s / (0.25 * round_s)] * 3


def test_the_baseline_and_control_are_built_first_of_all(clock):
    built = []

    def builder(name):
        return lambda: built.append(name) or clock.sample(1.0)

    names = ("a", "b", CONTROL, "c")
    record({name: builder(name) for name in names}, Limits(min_rounds=4), clock, baseline="b", seed=1)
    assert set(built[:2]) == {"b", CONTROL}
    assert len({tuple(built[k : k + 4]) for k in range(0, 16, 4)}) > 2


def test_old_networks_are_gone_before_new_ones_are_built(clock):
    alive = Counter()

    class Sampler:
        def __init__(self):
            alive["now"] += 1
            alive["most"] = max(alive["most"], alive["now"])
            self.sample = clock.sample(1.0)

        def __call__(self, calls):
            return self.sample(calls)

        def __del__(self):
            alive["now"] -= 1

    record(dict.fromkeys("abc", Sampler), Limits(min_rounds=12), clock)
    assert alive["most"] == 3


def test_building_does_not_use_up_the_time(clock):
    def build():
        clock.now_s += 100.0
        return clock.sample(1.0)

    assert record({"a": build}, Limits(min_rounds=1), clock, budget_s=30.0).rounds == 30


def test_a_slow_spell_that_a_round_shares_leaves_the_ratios_alone(clock):
    visits = itertools.count()

    def network(factor):
        def sample(calls):
            pace = 1 + next(visits) // 2 % 5 if calls else 0
            clock.now_s += calls * factor * pace
            return calls * factor * pace

        return lambda: sample

    # Two networks: each round, and each building, makes two visits at one pace.
    limits = Limits(min_rounds=8, min_sample_s=1e-9)
    recording = record({"a": network(1.0), "b": network(1.5)}, limits, clock)
    a, b = (recording.seconds_per_call[id] for id in "ab")
    assert len(set(a)) > 3
    assert {y / x for x, y in zip(a, b, strict=True)} == {1.5}


def test_sampling_stops_when_the_time_is_used_up_but_not_before_the_least_rounds(clock):
    samplers = {"a": clock.sample(1.0), "b": clock.sample(1.0)}
    assert taken(samplers, Limits(min_rounds=3), clock, budget_s=20.0).rounds == 10
    recording = taken(samplers, Limits(min_rounds=30), clock, budget_s=20.0)
    assert (recording.rounds, recording.stopped) == (30, "time")


def test_sampling_stops_when_every_slowdown_is_precise_enough(clock):
    samplers = {"a": clock.sample(1.0), "b": clock.sample(2.0)}
    limits = Limits(min_rounds=5, precision=0.01, confidence=0.99)
    recording = taken(samplers, limits, clock, budget_s=1e6)
    assert recording.stopped == "precision"
    assert 9 <= recording.rounds <= 12


def test_sampling_goes_on_while_one_slowdown_is_imprecise(clock):
    samplers = {"a": clock.sample(1.0), "b": clock.sample(itertools.cycle([1.0, 3.0]))}
    recording = taken(samplers, Limits(min_rounds=5, precision=0.01), clock, budget_s=300.0)
    assert recording.stopped == "time"


def test_short_networks_get_several_calls_a_sample(clock):
    samplers = {"a": clock.sample(1e-5, overhead_s=1e-6), "b": clock.sample(0.1, overhead_s=1e-6)}
    recording = taken(samplers, Limits(min_rounds=6), clock)
    assert recording.calls_per_sample["a"] * 1e-5 >= 0.99 * 500e-6
    assert recording.calls_per_sample["b"] == 1
    assert recording.seconds_per_call["a"][0] == pytest.approx(1e-5, rel=0.003)


def test_the_least_sample_time_can_be_asked_for(clock):
    recording = taken({"a": clock.sample(0.001)}, Limits(min_rounds=1, min_sample_s=0.05), clock)
    assert recording.calls_per_sample["a"] == 50


def test_a_clock_too_coarse_for_one_call_still_calibrates(clock):
    def sample(calls):
        taken_s = 0.01 * (calls // 100)
        clock.now_s += taken_s
        return taken_s

    limits = Limits(min_rounds=1, min_sample_s=0.01)
    assert taken({"a": sample}, limits, clock).calls_per_sample["a"] == 100


def test_warm_up_lasts_as_long_as_asked(clock):
    taken({"a": clock.sample(1.0)}, Limits(min_rounds=1, warmup_s=10.0), clock)
    first_call, calibration, round_s = 1, 1, 1
    assert clock.now_s == first_call + 10 + calibration + round_s


def failing(clock, after):
    calls_made = itertools.count()
    sample = clock.sample(1.0)

    def fail(calls):
        if next(calls_made) >= after:
            raise RuntimeError("out of memory\ntried to allocate")
        return sample(calls)

    return fail


@pytest.mark.parametrize("after", [0, 1, 2, 25, 26, 28])
def test_a_network_that_fails_is_dropped_and_the_others_go_on(clock, after):
    samplers = {"a": clock.sample(1.0), "b": failing(clock, after), "c": clock.sample(2.0)}
    recording = taken(samplers, Limits(min_rounds=6), clock)
    assert recording.dropped == {"b": Dropped("RuntimeError: out of memory")}
    assert {id: len(s) for id, s in recording.seconds_per_call.items()} == {"a": 6, "c": 6}
    assert recording.calls_per_sample.keys() == {"a", "c"}


@pytest.mark.parametrize("after", [0, 2, 26])
def test_without_its_baseline_a_sweep_ends(clock, after):
    samplers = {"a": failing(clock, after), "b": clock.sample(1.0)}
    recording = taken(samplers, Limits(min_rounds=6), clock, budget_s=1e9)
    assert (recording.stopped, list(recording.dropped)) == ("failure", ["a"])


def test_ctrl_c_is_not_a_failure(clock):
    def interrupt(calls):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        taken({"a": interrupt}, Limits(min_rounds=6), clock)


def test_the_machine_is_looked_at_before_the_rounds_at_every_placement_and_after_them(clock):
    looks = []
    samplers = {"a": clock.sample(1.0)}
    taken(samplers, Limits(min_rounds=12), clock, look=lambda: looks.append(clock.now_s))
    assert len(looks) == 1 + 3 + 1
    assert looks == sorted(looks)


def test_what_is_no_longer_used_is_collected_before_every_placement(clock):
    collected = []
    rounds = Rounds(
        fixed({"a": clock.sample(1.0)}),
        "a",
        Limits(min_rounds=12),
        budget_s=0.0,
        order="0 1",
        clock=clock,
        collect=lambda: collected.append(clock.now_s),
    )
    assert len(collected) == 0
    assert len(rounds.run().placed_at) == len(collected) == 4
