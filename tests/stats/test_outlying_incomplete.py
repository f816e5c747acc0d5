"""Members that each lack another quarter of the figures."""

from math import log

import numpy as np
import pytest

from guidelines.stats.outlying import outlying

LEVELS = (0.05, 0.08, 0.1, -0.06)


def incomplete(seed, members, variables, passes=5, noise=0.01):
    """Logarithms of the times of equals, each pass a process of its own; a quarter is missing."""
    rng = np.random.default_rng(seed)
    logs = rng.normal(0, 0.05, (1, passes, 1)) + rng.normal(0, 1, (1, 1, variables))
    logs = logs + rng.normal(0, noise, (members, passes, 1))
    logs = logs + rng.normal(0, noise, (members, passes, variables))
    return np.where(rng.random((members, 1, variables)) < 0.25, np.nan, logs)


def of(logs):
    return outlying(logs, 1 - 0.025 / len(logs), least=0.02)


def named(logs):
    return [number for number, each in enumerate(of(logs)) if each and each.is_named]


def random_fleet(seed):
    """A few of 4 to 8 members are slow or fast, and 1 to 3 variables leave few that share one."""
    rng = np.random.default_rng(seed)
    members = int(rng.integers(4, 9))
    levels = np.zeros(members)
    odd = int(rng.integers(1, max(2, members // 2)))
    levels[:odd] = rng.choice(LEVELS, odd)
    logs = incomplete(seed, members, int(rng.integers(1, 4)), noise=0.002)
    return levels, logs + levels[:, None, None]


@pytest.mark.parametrize(("members", "variables"), [(4, 2), (6, 3), (12, 4), (12, 13)])
def test_none_is_named_among_equals(members, variables):
    fleets = [incomplete(seed, members, variables) for seed in range(40)]
    assert sum(bool(named(logs)) for logs in fleets) <= 2


@pytest.mark.parametrize("variables", [4, 13])
def test_of_12_the_one_that_is_6_percent_slower_is_named_and_nobody_else(variables):
    right = 0
    for seed in range(40):
        logs = incomplete(seed, 12, variables)
        logs[1] += log(1.06)
        right += named(logs) == [1]
    assert right >= 36


def test_no_sound_member_is_named_beside_odd_ones():
    wrong = 0
    for seed in range(150):
        levels, logs = random_fleet(seed)
        wrong += any(levels[number] == 0 for number in named(logs))
    assert wrong <= 2


def test_who_is_named_lies_beyond_the_margin_in_the_end():
    for seed in range(150):
        for each in of(random_fleet(seed)[1]):
            if each and each.is_named:
                low, high, side = each.ratio.low, each.ratio.high, 1 + each.margin
                assert low is not None
                assert low > side or high < 1 / side
                assert each.others >= 2


def test_the_same_figures_name_the_same_members():
    for seed in range(20):
        logs = random_fleet(seed)[1]
        assert of(logs) == of(logs.copy())


def test_a_variable_that_slow_members_have_makes_no_other_look_fast():
    """The last member shares its only variable with three slow ones; others link it with the sound."""
    rng = np.random.default_rng(0)
    logs = rng.normal(0, 0.001, (8, 5, 2))
    logs[:3] += 0.06
    logs[3:7, :, 1] = np.nan
    logs[6, :, 1] = 0.0
    logs[7, :, 0] = np.nan
    assert 7 not in named(logs)
    assert of(logs)[7].ratio.estimate == pytest.approx(1, abs=0.003)


def test_those_that_differ_are_not_among_the_others():
    logs = np.random.default_rng(0).normal(0, 0.001, (8, 5, 2))
    logs[0] += 0.1
    assert [each.others for each in of(logs)] == [7, *[6] * 7]
    logs[1, :, 0] = logs[2, :, 1] = np.nan
    assert [each.others for each in of(logs)] == [7, *[6] * 7]
