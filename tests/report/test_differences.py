import pytest

from guidelines.report.differences import (
    alone,
    points,
    saving,
    share,
    signed,
    signed_interval,
    with_half_width,
)
from guidelines.stats.intervals import Estimate


def estimate(centre, low=None, high=None):
    return Estimate(centre, low, high, confidence=0.95, rounds=40)


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        ((0.521, 0.49, 0.55), "52 ±3 %"),
        ((0.0123, 0.011, 0.0135), "1.23 ±0.13 %"),
        ((-0.021, -0.04, 0.0), "-2 ±2 %"),
        ((-0.0004, -0.02, 0.02), "0 ±2 %"),
        ((0.3, 0.3, 0.3), "30 %"),
        ((0.3,), "~30 %"),
        ((0.0,), "~0 %"),
        ((-0.034,), "~-3.4 %"),
        ((0.4, -14.6, 15.4), "40 ±1500 %"),
        ((0.004, -0.02, 0.02), "0 ±2 %"),
    ],
)
def test_shares_have_as_many_digits_as_their_interval_allows(known, shown):
    assert share(estimate(*known)) == shown


def test_savings_show_both_ends():
    assert saving(estimate(0.034, -0.0097, 0.0612)) == "3 [-1, 6] %"
    assert saving(estimate(-0.001, -0.003, 0.004)) == "-0.1 [-0.3, 0.4] %"
    assert saving(estimate(0.034)) == "~3.4 %"


def test_a_change_has_a_sign():
    assert (signed(estimate(4.61, -10, 19)), signed_interval(estimate(4.61, -10, 19))) == (
        "+5",
        "[-10, +19]",
    )
    assert (signed(estimate(-56.8, -71, -35)), signed_interval(estimate(-56.8, -71, -35))) == (
        "-60",
        "[-70, -40]",
    )
    assert (signed(estimate(-0.001, -1, 1)), signed_interval(estimate(4.61))) == ("+0.0", "")


def test_the_estimate_can_stand_alone():
    assert points(estimate(0.521, 0.49, 0.55)) == "52 %"
    assert alone(estimate(-123.4, -150, -90)) == "-120"
    assert with_half_width(estimate(-123.4, -150, -90)) == "-120 ±30"
