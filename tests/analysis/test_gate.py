from dataclasses import replace
from random import Random
from re import escape

import pytest

from guidelines.analysis.change import MarginedRatio, change
from guidelines.analysis.compare import compare
from guidelines.analysis.gate import gate
from guidelines.analysis.triggers import Trigger, triggers
from guidelines.results.model import Circumstances
from guidelines.stats.passes import OfPass, over_passes
from guidelines.stats.pooling import quotient


@pytest.fixture
def sweep_of(entry, results):
    """A whole sweep of G2 as the results of one machine."""

    def sweep_of(g2, g8, **changes):
        return results(*(entry(name, s, **changes) for name, s in (("g=1", 1.0), ("g=2", g2), ("g=8", g8))))

    return sweep_of


@pytest.fixture
def stronger_and_slower(entry, results):
    """On B g=8 is 1.2 times as slow against the baseline, and everything takes 1.1 times as long."""

    def side(g8, factor):
        found = (entry("g=1", 1.0), entry("g=8", g8))
        return results(*(entry_of(e, factor) for e in found))

    def entry_of(e, factor):
        times = tuple(factor * s for s in e.samples_s)
        return entry(e.place.variant, e.slowdown.estimate, samples_s=times)

    return compare(side(2.0, 1.0), side(2.4, 1.1))


def tripped(comparison, text):
    return [(trip.name, trip.word) for trip in gate(comparison, triggers(text)).trips]


def test_a_list_of_verdicts_with_or_without_a_least_size_is_read():
    assert triggers("stronger, slower:5%") == (Trigger("stronger", 0.03), Trigger("slower", 0.05))
    assert triggers("faster:0.5%") == (Trigger("faster", 0.005),)
    assert triggers("unclear,disturbed") == (Trigger("unclear", None), Trigger("disturbed", 0.2))
    assert triggers("unclear:10%,disturbed:50%") == (Trigger("unclear", 0.1), Trigger("disturbed", 0.5))


@pytest.mark.parametrize("text", ["", "worse", "stronger,,weaker"])
def test_what_cannot_be_read_is_named_with_what_can(text):
    with pytest.raises(ValueError, match="is none of stronger, weaker, faster, slower, unclear, "):
        triggers(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("slower:5", "'slower:5': a size needs %, as in slower:5%"),
        ("unclear:2.5", "'unclear:2.5': a size needs %, as in unclear:2.5%"),
        ("slower:-5%", "'slower:-5%': a size is a number of percent, as in slower:5%"),
        ("slower:5%:", "'slower:5%:': a size is a number of percent, as in slower:5%"),
        ("slower:", "'slower:': a size is a number of percent, as in slower:5%"),
    ],
)
def test_a_size_that_cannot_be_read_is_named_with_one_that_can(text, reason):
    with pytest.raises(ValueError, match=f"^{escape(reason)}$"):
        triggers(text)


def test_a_word_of_one_size_counts_once():
    assert triggers("slower,slower:3%, slower") == (Trigger("slower", 0.03),)
    assert triggers("slower,slower:5%") == (Trigger("slower", 0.03), Trigger("slower", 0.05))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weaker:10000.1%", "weaker has a size of at most 10000 %"),
        ("unclear:99999%", "unclear has a size of at most 10000 %"),
        ("disturbed:100%", "'disturbed:100%': disturbed has a size below 100 %"),
    ],
)
def test_a_size_at_which_no_gate_would_fail_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        triggers(text)


def test_what_is_missing_has_no_size():
    with pytest.raises(ValueError, match="'missing:5%': missing has no size, give it without"):
        triggers("missing:5%")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stronger", [("G2 x1 g=8", "STRONGER")]),
        ("stronger:30%", []),
        ("weaker,faster", []),
        ("slower:5%", [("G2 x1 g=1", "SLOWER"), ("G2 x1 g=8", "SLOWER")]),
        ("slower:15%", [("G2 x1 g=8", "SLOWER")]),
    ],
)
def test_only_what_lies_wholly_beyond_the_least_change_trips(stronger_and_slower, text, expected):
    assert tripped(stronger_and_slower, text) == expected


def test_unclear_trips_if_the_interval_reaches_beyond_the_size(sweep_of):
    unclear = compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.06))
    (row,) = [row for row in unclear.rows if row.outcome == "UNCLEAR"]
    reach = row.effect.ratio.high - 1
    assert 0.03 < reach < 0.05
    assert tripped(unclear, "stronger,unclear") == [("G2 x1 g=8", "UNCLEAR")]
    assert tripped(unclear, "stronger,unclear:5%") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stronger,unclear", ["G2 x1 g=8"]),
        ("weaker,unclear", []),
        ("stronger,weaker,unclear", ["G2 x1 g=8"]),
        ("stronger:5%,unclear", []),
        ("stronger:5%,unclear:3%", ["G2 x1 g=8"]),
        ("slower,unclear", ["G2 x1 g=8"]),
        ("faster,unclear", []),
        ("unclear", ["G2 x1 g=8", "G2 x1 g=8"]),
        ("unclear:5%", []),
        ("missing", []),
    ],
)
def test_unclear_is_about_the_side_of_the_other_words_and_by_default_of_their_size(sweep_of, text, expected):
    unclear = compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.06))
    assert [name for name, _ in tripped(unclear, text)] == expected


@pytest.mark.parametrize(("text", "is_open"), [("weaker", True), ("stronger", False)])
def test_of_a_claimed_speed_up_the_sides_are_turned_round(sweep_of, text, is_open):
    unclear = compare(*(sweep_of(0.8, g8, expect="faster") for g8 in (0.5, 0.515)))
    assert bool(gate(unclear, triggers(text)).undecided) is is_open


def test_a_row_that_trips_a_word_is_decided(sweep_of):
    slower = compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.4))
    assert tripped(slower, "slower:5%,unclear:10%") == [("G2 x1 g=8", "SLOWER")]


def test_unclear_without_an_interval_trips_whatever_the_size(sweep_of):
    few = compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.06, rounds=4))
    assert ("G2 x1 g=8", "UNCLEAR") in tripped(few, "unclear:300%")


def test_unclear_is_about_what_the_other_words_are_about(sweep_of):
    few = compare(sweep_of(1.2, 2.0), sweep_of(1.3, 2.2, rounds=4))

    def checked(text):
        return [check.checked for check in gate(few, triggers(text)).checks]

    assert checked("slower,unclear") == ["3 speeds"] * 2
    assert checked("weaker,unclear") == ["2 slow-downs"] * 2
    assert checked("unclear,weaker,slower") == ["2 slow-downs and 3 speeds", "2 slow-downs", "3 speeds"]
    assert checked("unclear") == checked("unclear,missing")[:1] == ["2 slow-downs and 3 speeds"]


def test_a_gate_counts_what_it_could_not_decide(sweep_of):
    few = compare(sweep_of(1.2, 2.0), sweep_of(1.3, 2.2, rounds=4))
    assert [each.name for each in gate(few, triggers("weaker")).undecided] == ["G2 x1 g=2", "G2 x1 g=8"]


def test_a_sweep_is_disturbed_on_either_side_beyond_a_share_of_its_passes(entry_of_passes, results):
    def side(*disturbed):
        rows = (("g=1", 1.0), ("g=8", 2.0))
        return results(*(entry_of_passes(name, [s] * 5, disturbed=disturbed) for name, s in rows))

    one, two = side(3), side(2, 3)
    assert tripped(compare(one, one), "disturbed") == []
    assert tripped(compare(two, one), "disturbed") == [("G2 x1", "DISTURBED")]
    found = gate(compare(one, two), triggers("disturbed")).trips[0]
    assert (found.side, found.reason) == ("B", "2 of 5 passes, such as pass 2: a hog")
    assert tripped(compare(one, two), "disturbed:40%") == []
    assert tripped(compare(one, two), "disturbed:10%") == [("G2 x1", "DISTURBED")] * 2


def test_a_change_of_launches_is_told_from_one_of_the_device(sweep_of):
    waiting = {"circumstances": Circumstances(launch_s=5e-3, device_s=2e-3)}
    changed = compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.4, **waiting))
    assert [trip.is_about_launches for trip in gate(changed, triggers("stronger,slower")).trips] == [True] * 2


def test_an_answer_does_not_depend_on_what_stands_beside_it(entry, results):
    def side(g8, others):
        rows = [entry("g=1", 1.0), entry("g=8", g8)]
        for k in range(others):
            rows += [entry("g=1", 1.0, sweep=f"y{k}"), entry("g=8", 2.0 + k / 100, sweep=f"y{k}")]
        return results(*rows)

    alone, together = (compare(side(2.0, n), side(2.08, n)) for n in (0, 30))
    assert together.rows[:2] == alone.rows[:2]
    assert tripped(alone, "slower") == tripped(together, "slower") == [("G2 x1 g=8", "SLOWER")]


def test_one_run_beside_itself_is_the_same_everywhere_even_if_it_decides_nothing(sweep_of, entry):
    noisy = replace(entry("g=1", 1.0).control, low=0.6, high=1.4)
    for side in (sweep_of(1.2, 2.0), sweep_of(1.2, 2.0, rounds=3), sweep_of(1.2, 2.0, control=noisy)):
        same = compare(side, side)
        assert [row.outcome for row in same.rows] == ["", "SAME", "SAME"]
        assert [row.pace for row in same.rows] == ["SAME"] * 3
        assert {row.speed.reason for row in same.rows} == {"identical"}
        assert (same.speedup.low, same.speedup.high) == (1, 1)
        assert tripped(same, "stronger,weaker,faster,slower,unclear") == []


def simulated(random, noise, speed=1.0):
    """The verdict on a row of two runs of five passes, whose times differ between passes by `noise`."""

    def side(factor):
        passes = [OfPass(factor * random.lognormvariate(0, noise)) for _ in range(5)]
        return over_passes(passes, rounds=100)

    return change(MarginedRatio(quotient(side(1.0), side(1 / speed))), 0.95).direction


@pytest.mark.parametrize("noise", [0.01, 0.05, 0.15])
def test_of_unchanged_comparisons_fewer_than_one_in_twenty_has_a_wrong_verdict(noise):
    random = Random(15)
    wrong = 0
    for _ in range(200):
        wrong += any(simulated(random, noise) in ("more", "less") for _ in range(51))
    assert wrong <= 10


@pytest.mark.parametrize(("speed", "noise"), [(0.62, 0.08), (0.78, 0.04), (0.9, 0.01)])
def test_of_changes_far_beyond_the_noise_nine_in_ten_are_seen(speed, noise):
    random = Random(15)
    seen = [simulated(random, noise, speed) for _ in range(200)].count("less")
    assert seen >= 180
