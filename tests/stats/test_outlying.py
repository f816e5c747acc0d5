from math import isnan, log

import numpy as np
import pytest
from made_up_fleets import fleet

from guidelines.stats.outlying import outlying

CONFIDENCE = 1 - 0.025 / 12


def named(logs, confidence=CONFIDENCE):
    deviations = outlying(logs, confidence, least=0.02)
    return [number for number, each in enumerate(deviations) if each and each.is_named]


@pytest.mark.parametrize(("members", "slower"), [(3, 1.08), (5, 1.06), (12, 1.06), (84, 1.06)])
def test_a_member_that_is_6_percent_slower_is_named_and_nobody_else(members, slower):
    right = 0
    for seed in range(20):
        logs = fleet(seed, members)
        logs[1] += log(slower)
        right += named(logs, 1 - 0.025 / members) == [1]
    assert right >= 18


@pytest.mark.parametrize("members", [3, 12, 84])
@pytest.mark.parametrize("passes", [2, 3, 5])
def test_none_is_named_among_equals(members, passes):
    fleets = [fleet(seed, members, passes) for seed in range(20)]
    assert sum(bool(named(logs, 1 - 0.025 / members)) for logs in fleets) <= 1


def test_a_burst_beside_a_member_in_one_pass_names_nobody():
    for seed in range(20):
        logs = fleet(seed)
        logs[3, 2] += log(1.5)
        assert named(logs) == []


def test_a_burst_beside_one_member_hides_no_other_that_is_slow():
    right = 0
    for seed in range(20):
        logs = fleet(seed)
        logs[3, 2] += log(1.5)
        logs[1] += log(1.06)
        right += named(logs) == [1]
    assert right >= 18


@pytest.mark.parametrize("members", [3, 12, 84])
def test_a_member_that_is_held_back_by_another_share_in_each_pass_is_named(members):
    right = 0
    for seed in range(20):
        logs = fleet(seed, members)
        logs[1] += np.random.default_rng(seed).uniform(log(1.15), log(1.5), (5, 1))
        right += named(logs, 1 - 0.025 / members) == [1]
    assert right >= 18


def test_one_that_is_held_back_in_some_passes_only_is_open():
    logs = fleet(0)
    logs[1] += np.array([[0.3], [0.2], [0.0], [0.25], [0.0]])
    deviation = outlying(logs, CONFIDENCE, least=0.02)[1]
    assert (deviation.is_named, deviation.is_open, deviation.is_alike) == (False, True, False)


def test_members_that_are_always_a_percent_apart_are_equals():
    names = 0
    for seed in range(20):
        logs = fleet(seed) + np.random.default_rng(seed).normal(0, 0.01, (12, 1, 1))
        names += bool(named(logs))
    assert names <= 1


def test_beside_a_slow_one_of_three_the_others_are_not_fast():
    logs = fleet(0, 3, of_pass=0.001, of_variable=0.001)
    logs[0] += log(1.06)
    slow, *others = outlying(logs, CONFIDENCE, least=0.02)
    assert slow.ratio.estimate == pytest.approx(1.06, abs=0.003)
    assert slow.is_named
    assert not any(each.is_named for each in others)


def test_of_three_that_all_differ_none_is_the_odd_one():
    logs = fleet(0, 3, of_pass=0.001, of_variable=0.001)
    logs[1] += log(1.03)
    logs[2] += log(1.06)
    assert named(logs) == []


def test_of_two_halves_that_differ_neither_is_odd():
    logs = fleet(0, of_pass=0.001, of_variable=0.001)
    logs[:6] += log(1.1)
    assert named(logs) == []


def test_a_second_sick_member_is_named_beside_the_first():
    logs = fleet(0, of_pass=0.002, of_variable=0.002)
    logs[4] += log(1.3)
    logs[7] -= log(1.05)
    deviations = outlying(logs, CONFIDENCE, least=0.02)
    assert named(logs) == [4, 7]
    assert deviations[7].ratio.estimate == pytest.approx(1 / 1.05, abs=0.004)
    assert deviations[4].ratio.low < 1.3 < deviations[4].ratio.high


def test_a_single_pass_tells_no_interval():
    deviations = outlying(fleet(0, passes=1), CONFIDENCE, least=0.02)
    assert all(each.ratio.low is None and not each.is_named and not each.is_alike for each in deviations)


def test_what_a_member_lacks_is_left_out_of_its_comparison_alone():
    logs = fleet(0, of_pass=0.001, of_variable=0.001)
    logs[2, 3:] = np.nan
    logs[5, :, :4] = np.nan
    logs[9] = np.nan
    deviations = outlying(logs, CONFIDENCE, least=0.02)
    assert [each and each.repeats for each in deviations] == [5, 5, 3, 5, 5, 5, 5, 5, 5, None, 5, 5]
    assert all(each.ratio.estimate == pytest.approx(1, abs=0.003) for each in deviations if each)
    assert not any(isnan(each.ratio.low) for each in deviations if each)


def test_copies_of_one_measurement_are_alike():
    logs = np.repeat(fleet(0, 1), 4, axis=0)
    assert all(each.is_alike for each in outlying(logs, CONFIDENCE, least=0.02))


def test_which_of_two_is_odd_is_not_known():
    with pytest.raises(ValueError, match="2 members: which of them is the odd one is not known"):
        outlying(fleet(0, 2), CONFIDENCE, least=0.02)
