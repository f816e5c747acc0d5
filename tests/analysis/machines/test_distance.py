from math import exp, log, sqrt
from random import Random
from statistics import fmean, median
from types import SimpleNamespace

import pytest

from guidelines.analysis.machines.distance import (
    Difference,
    Noise,
    differences,
    distance,
    is_nearer,
    mean_square,
)
from guidelines.stats.deviation import deviation_of
from guidelines.stats.passes import OfPass, over_passes

SIGMA = 0.02
TRIALS = 150
PASSES = [2, 3, 5]


class Key(int):
    """A variant that is the only one of its sweep."""

    @property
    def sweep(self):
        return int(self)


def measured(random, passes, log_slowdown=0.0):
    """The slow-down of a device from passes with noise."""
    return over_passes([OfPass(exp(random.gauss(log_slowdown, SIGMA))) for _ in range(passes)], 40)


def noise(quantity, passes):
    return Noise(deviation_of(quantity(0.95), quantity(0.5)), passes - 1)


def difference(recorded, own, passes):
    log_ratio = log(own(0.95).estimate / recorded(0.95).estimate)
    return Difference(log_ratio, noise(recorded, passes[0]), noise(own, passes[1]))


def beside(random, passes, apart, rows):
    """The differences of two devices whose slow-downs are all apart by the same logarithm."""
    known = {}
    for number in range(rows):
        recorded, own = measured(random, passes), measured(random, passes, apart)
        known[Key(number)] = difference(recorded, own, (passes, passes))
    return known


def beside_two(random, passes, apart, rows):
    """The differences of one device from two others, each with its passes and its distance."""
    first, second = {}, {}
    for number in range(rows):
        own = measured(random, 5)
        for known, count, far in zip((first, second), passes, apart, strict=True):
            known[Key(number)] = difference(measured(random, count, far), own, (count, 5))
    return first, second


@pytest.mark.parametrize("degrees", [1, 2, 4, 40])
def test_the_deviation_does_not_depend_on_the_degrees_of_freedom(degrees):
    logs = [0.03 * (-1) ** number for number in range(degrees + 1)]
    quantity = over_passes([OfPass(exp(each)) for each in logs], 40)
    spread = sqrt(sum((each - fmean(logs)) ** 2 for each in logs) / degrees / len(logs))
    assert deviation_of(quantity(0.95), quantity(0.5)) == pytest.approx(spread, rel=1e-9)
    assert deviation_of(quantity(0.99), quantity(0.8)) == pytest.approx(spread, rel=1e-9)


def test_a_quantity_without_error_has_no_deviation():
    exactly = over_passes([OfPass(2.0), OfPass(2.0)], 40)
    assert deviation_of(exactly(0.95), exactly(0.5)) == 0.0
    single = over_passes([OfPass(2.0)], 40)
    assert deviation_of(single(0.95), single(0.5)) is None


@pytest.mark.parametrize("rows", [1, 3, 10])
@pytest.mark.parametrize("passes", PASSES)
def test_the_square_of_a_distance_is_unbiased(passes, rows):
    random, apart = Random(1), 0.1
    trials = [beside(random, passes, apart, rows) for _ in range(TRIALS)]
    squares = [mean_square(known) for known in trials]
    error = sqrt(fmean((each - apart**2) ** 2 for each in squares) / TRIALS)
    assert fmean(squares) == pytest.approx(apart**2, abs=3 * error)
    assert median(distance(known).estimate for known in trials) == pytest.approx(exp(apart), abs=0.005)


@pytest.mark.parametrize("passes", PASSES)
def test_no_distance_of_several_noises_is_told_as_none(passes):
    random = Random(2)
    assert all(distance(beside(random, passes, 0.1, 3)).estimate > 1.03 for _ in range(TRIALS))


@pytest.mark.parametrize("apart", [0.0, 0.02, 0.1, 0.4])
@pytest.mark.parametrize("passes", PASSES)
def test_the_interval_holds_the_true_distance(passes, apart):
    random = Random(3)
    held = 0
    for _ in range(TRIALS):
        told = distance(beside(random, passes, apart, 5))
        held += told.low <= exp(apart) <= told.high
    assert held >= 0.92 * TRIALS


@pytest.mark.parametrize("passes", [(2, 2), (2, 5), (5, 2), (3, 5), (5, 5)])
def test_of_two_devices_as_far_neither_is_told_nearer_or_sorted_first(passes):
    random = Random(4)
    told, nearer = 0, 0
    for _ in range(TRIALS):
        first, second = beside_two(random, passes, (0.1, -0.1), 5)
        told += is_nearer(first, second)
        nearer += mean_square(first) < mean_square(second)
    assert told <= 0.05 * TRIALS
    assert 0.35 * TRIALS <= nearer <= 0.65 * TRIALS


@pytest.mark.parametrize("passes", [(2, 2), (2, 5), (5, 2), (5, 5)])
def test_a_nearer_device_is_told_however_few_its_passes(passes):
    random = Random(5)
    pairs = [beside_two(random, passes, (0.02, 0.25), 8) for _ in range(TRIALS)]
    assert all(mean_square(first) < mean_square(second) for first, second in pairs)
    assert sum(is_nearer(first, second) for first, second in pairs) >= 0.9 * TRIALS
    assert not any(is_nearer(second, first) for first, second in pairs)


@pytest.mark.parametrize(("passes", "runs", "degrees"), [(1, 1, 1000), (2, 1, 1), (5, 1, 4), (10, 2, 1)])
def test_the_noise_of_a_slow_down_is_known_from_its_passes_or_runs(passes, runs, degrees):
    quantity = measured(Random(6), max(2, passes))
    side = SimpleNamespace(passes=passes, runs=runs, place=SimpleNamespace(key=Key(0)))
    row = SimpleNamespace(a=side, b=side, slowdowns=lambda confidence: (quantity(confidence),) * 2)
    (only,) = differences([row]).values()
    assert (only.recorded.degrees, only.own.degrees) == (degrees, degrees)
