from dataclasses import replace

import pytest

from guidelines.results.disturbance import (
    DRIFT_CONFIDENCE,
    SHORTEST_S,
    Gpu,
    GpuSnapshot,
    Snapshot,
    State,
    disturbances,
    drift,
    during,
)
from guidelines.stats.intervals import Estimate

START = Snapshot(
    at_s=100.0,
    own_s=20.0,
    busy_s=50.0,
    stolen_s=3.0,
    throttled_s=1.0,
    switches=40,
    load=0.5,
    clock_mhz=2400.0,
)
END = Snapshot(
    at_s=110.0,
    own_s=29.0,
    busy_s=62.0,
    stolen_s=4.0,
    throttled_s=1.5,
    switches=65,
    load=1.5,
    clock_mhz=2300.0,
)
COUNTERS = {
    "busy_s": {"other_cpus"},
    "stolen_s": {"steal"},
    "throttled_s": {"throttled"},
    "switches": {"switches_per_s"},
    "load": {"load"},
    "clock_mhz": {"lowest_clock_mhz", "highest_clock_mhz"},
}
QUIET_GPU = Gpu(1400, 1410, 60, 250.0, (), 0)


def unknown(state):
    return {name for name, value in vars(state).items() if value is None} - {"gpu"}


def test_rates_are_differences_over_the_time_between():
    assert during([START, END], 4, "performance") == State(
        cpus=4,
        watched_s=10.0,
        load=1.5,
        other_cpus=pytest.approx(0.3),
        steal=0.025,
        throttled=0.05,
        switches_per_s=2.5,
        lowest_clock_mhz=2300.0,
        highest_clock_mhz=2400.0,
        governor="performance",
    )


def test_snapshots_between_give_extremes_and_no_rates():
    middle = replace(END, at_s=105.0, own_s=900.0, busy_s=900.0, switches=900, load=9.0, clock_mhz=800.0)
    state = during([START, middle, END], 4)
    plain = during([START, END], 4)
    assert (state.load, state.lowest_clock_mhz, state.highest_clock_mhz) == (9.0, 800.0, 2400.0)
    assert replace(state, load=1.5, lowest_clock_mhz=2300.0) == plain


def test_own_work_beyond_all_work_leaves_none_to_others():
    assert during([START, replace(END, own_s=900.0)], 4).other_cpus == 0.0


def test_a_counter_that_ran_backwards_counts_nothing():
    assert during([START, replace(END, stolen_s=2.0)], 4).steal == 0.0


@pytest.mark.parametrize(("counter", "names"), COUNTERS.items())
def test_a_counter_that_cannot_be_read_gives_none(counter, names):
    hidden = {counter: None}
    assert unknown(during([replace(START, **hidden), replace(END, **hidden)], 4)) == names


@pytest.mark.parametrize("counter", ["busy_s", "stolen_s", "throttled_s", "switches"])
@pytest.mark.parametrize("which", [0, 1])
def test_a_counter_that_is_read_once_gives_no_rate(counter, which):
    snapshots = [START, END]
    snapshots[which] = replace(snapshots[which], **{counter: None})
    assert unknown(during(snapshots, 4)) == COUNTERS[counter]


@pytest.mark.parametrize(
    ("watched_s", "names"),
    [
        (SHORTEST_S, set()),
        (0.9 * SHORTEST_S, {"other_cpus", "steal", "switches_per_s"}),  # a quota's counter is exact
        (0.0, {"other_cpus", "steal", "throttled", "switches_per_s"}),
    ],
)
def test_too_short_a_time_gives_no_rates(watched_s, names):
    state = during([START, replace(END, at_s=START.at_s + watched_s)], 4)
    assert state.watched_s == pytest.approx(watched_s)
    assert unknown(state) == names


@pytest.mark.parametrize("snapshots", [[], [START]])
def test_fewer_than_two_snapshots_say_nothing(snapshots):
    assert during(snapshots, 4) is None


def test_the_extremes_of_a_device_are_kept():
    seen = [
        GpuSnapshot(1400, 70, 200.0, ("power cap",), 0),
        None,
        GpuSnapshot(900, 60, 300.0, ("heat (hardware)", "power cap"), 2),
        GpuSnapshot(1300, 65, 250.0, (), 1),
    ]
    state = during([replace(START, gpu=gpu) for gpu in seen], 4)
    assert state.gpu == Gpu(900, 1400, 70, 300.0, ("heat (hardware)", "power cap"), 2)


def test_no_device_is_seen_where_none_is_read():
    assert during([START, END], 4).gpu is None


def seen_in(state, threads=1):
    return disturbances(state, threads, [], None)


@pytest.mark.parametrize(
    ("cpus", "threads", "others", "reason"),
    [
        (2, 1, 0.19, None),
        (2, 1, 0.21, "other processes used 0.21 of 2 processors"),
        (2, 2, 0.09, None),
        (2, 2, 0.11, "other processes used 0.11 of 2 processors"),
        (16, 1, 1.5, None),
        (16, 1, 1.7, "other processes used 1.70 of 16 processors"),
        (16, 15, 1.0, None),
        (16, 15, 1.2, "other processes used 1.20 of 16 processors"),
        (16, 16, 0.09, None),
        (16, 16, 0.2, "other processes used 0.20 of 16 processors"),
        (16, 16, None, None),
    ],
)
def test_others_disturb_who_take_a_tenth_or_what_our_threads_need(cpus, threads, others, reason):
    found = seen_in(State(cpus, 10.0, other_cpus=others), threads)
    assert found == ((reason,) if reason else ())


@pytest.mark.parametrize(
    ("seen", "reason"),
    [
        ({}, None),
        ({"steal": 0.05}, None),
        ({"steal": 0.06}, "other virtual machines took 6% of the processors' time"),
        ({"throttled": 0.01}, None),
        ({"throttled": 0.02}, "the quota of its container or control group stopped it for 0.02 s a second"),
        ({"lowest_clock_mhz": 2700.0, "highest_clock_mhz": 3000.0}, None),
        (
            {"lowest_clock_mhz": 2690.0, "highest_clock_mhz": 3000.0},
            "the processor's clock went from 3000 to 2690 MHz",
        ),
        ({"load": 50.0, "switches_per_s": 1e4}, None),
        ({"gpu": QUIET_GPU}, None),
        ({"gpu": replace(QUIET_GPU, lowest_clock_mhz=200, highest_temperature_c=90)}, None),
        (
            {"gpu": replace(QUIET_GPU, throttling=("heat (hardware)", "power cap"))},
            "the device's clock was held down: heat (hardware)",
        ),
        (
            {"gpu": replace(QUIET_GPU, other_processes=2)},
            "2 other processes hold the device",
        ),
    ],
)
def test_a_machine_disturbs_beyond_its_limits(seen, reason):
    assert seen_in(State(cpus=2, watched_s=10.0, **seen)) == ((reason,) if reason else ())


def test_nothing_disturbs_where_nothing_was_seen():
    assert seen_in(None) == ()


def at(low, high):
    return Estimate((low * high) ** 0.5 if low else 1.5, low, high, DRIFT_CONFIDENCE, 60)


@pytest.mark.parametrize(
    ("low", "high", "disturbs"),
    [
        (0.99, 1.01, False),
        (1.03, 1.2, False),
        (1.031, 1.2, True),
        (0.8, 1 / 1.03, False),
        (0.8, 1 / 1.031, True),
        (0.5, 2.0, False),
        (None, None, False),
    ],
)
def test_a_slowdown_has_drifted_where_its_whole_interval_lies_beyond_three_percent(low, high, disturbs):
    found = disturbances(None, 1, [("1:12", at(low, high))], None)
    expected = f"the slow-down of 1:12 drifted by a factor of {at(low, high).estimate:.2f}"
    assert found == ((expected,) if disturbs else ())


@pytest.mark.parametrize(
    ("low", "high", "disturbs"),
    [
        (1.4, 1.45, False),
        (1.5, 1.6, False),
        (1.51, 1.6, True),
        (0.6, 1 / 1.5, False),
        (0.6, 0.66, True),
        (None, None, False),
    ],
)
def test_a_time_has_drifted_where_it_changed_by_half(low, high, disturbs):
    found = disturbances(None, 1, [], at(low, high))
    expected = f"the baseline's time drifted by a factor of {at(low, high).estimate:.2f}"
    assert found == ((expected,) if disturbs else ())


def test_every_reason_is_given():
    state = State(2, 10.0, other_cpus=1.0, steal=0.5, gpu=replace(QUIET_GPU, other_processes=1))
    drifts = [("1:6", at(1.1, 1.2)), ("1:12", at(1.0, 1.1)), ("2:1", at(0.8, 0.9))]
    found = disturbances(state, 1, drifts, at(1.9, 2.0))
    beginnings = ("other processes", "other virtual", "1 other", "the slow-down of 1:6")
    beginnings += ("the slow-down of 2:1", "the baseline's time")
    assert len(found) == len(beginnings)
    assert all(reason.startswith(start) for reason, start in zip(found, beginnings, strict=True))


def paces(rounds, last):
    """Noise of one percent, and a pace that steps up for the last third of the rounds."""
    return [
        (1 + 0.01 * (7 * k % 10) / 10) * (last if k >= rounds - rounds // 3 else 1.0) for k in range(rounds)
    ]


BASELINE_S = [0.01 * (1 + k % 5) for k in range(61)]


@pytest.mark.parametrize("change", [1.1, 0.9])
def test_a_slowdown_that_changes_has_drifted_by_so_much(change):
    series_s = [pace * s for pace, s in zip(paces(61, change), BASELINE_S, strict=True)]
    ratio = drift(series_s, BASELINE_S)(DRIFT_CONFIDENCE)
    assert ratio.estimate == pytest.approx(change, rel=0.005)
    assert ratio.low <= change <= ratio.high
    assert ratio.rounds == 20
    assert disturbances(None, 1, [("g=8", ratio)], None) == (
        f"the slow-down of g=8 drifted by a factor of {change:.2f}",
    )


def test_a_slowdown_that_stays_has_not_drifted_though_the_time_has():
    baseline_s = paces(60, 2.0)
    series_s = [1.3 * pace * s for pace, s in zip(paces(60, 1.0), baseline_s, strict=True)]
    ratio = drift(series_s, baseline_s)(DRIFT_CONFIDENCE)
    time_ratio = drift(baseline_s, None)(DRIFT_CONFIDENCE)
    assert ratio.estimate == pytest.approx(1.0, rel=0.005)
    assert time_ratio.estimate == pytest.approx(2.0, rel=0.005)
    assert disturbances(None, 1, [("g=8", ratio)], time_ratio) == (
        "the baseline's time drifted by a factor of 2.00",
    )


def test_the_middle_third_does_not_count():
    assert drift([1.0, 1.0, 9.0, 8.0, 1.0, 1.0], None)(0.95).estimate == 1.0


def test_three_rounds_have_a_drift_and_no_certainty():
    ratio = drift([1.0, 1.0, 2.0], None)(DRIFT_CONFIDENCE)
    assert (ratio.estimate, ratio.low, ratio.high) == (2.0, None, None)


@pytest.mark.parametrize("rounds", [0, 1, 2])
@pytest.mark.parametrize("paired", [True, False])
def test_fewer_than_three_rounds_have_no_drift(rounds, paired):
    with pytest.raises(ValueError, match="no samples"):
        drift([1.0] * rounds, [1.0] * rounds if paired else None)
