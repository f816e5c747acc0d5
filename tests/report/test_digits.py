from itertools import product
from math import prod

import pytest

from guidelines.report import digits
from guidelines.stats.intervals import Estimate


def estimate(value, half_width):
    return Estimate(value, value - half_width, value + half_width, 0.99, 40)


@pytest.mark.parametrize(
    ("value", "half_width", "number", "both"),
    [
        (1.934, 0.03, "1.93", "1.93 ±0.03"),
        (1.934, 0.3, "1.9", "1.9 ±0.3"),
        (1.934, 0.13, "1.93", "1.93 ±0.13"),
        (1.934, 0.004, "1.934", "1.934 ±0.004"),
        (1.93456, 1e-9, "1.9346", "1.9346 ±0.0000"),
        (113.2, 30, "110", "110 ±30"),
        (1.0, 0.0, "1", "1"),
        (4.2, 150, "4", "4 ±150"),
        (0.42, 30, "0.4", "0.4 ±30"),
        (460.0, 5000, "500", "500 ±5000"),
    ],
)
def test_figures_show_no_more_digits_than_their_interval_allows(value, half_width, number, both):
    assert digits.number(estimate(value, half_width)) == number
    assert digits.with_half_width(estimate(value, half_width)) == both


def test_a_ratio_has_two_digits_however_wide_its_interval_is():
    wide = Estimate(1.41, 0.4, 5.0, 0.95, 24)
    assert f"{digits.times(wide)} {digits.brackets(wide)}" == "1.4x [0.4, 5]"
    assert not digits.is_about_1(wide)
    assert digits.is_about_1(Estimate(1.04, 0.4, 5.0, 0.95, 24))
    assert digits.times(estimate(460.0, 5000)) == "460x"
    assert digits.times(estimate(1.0, 0.0)) == "1x"


def test_figures_without_an_interval_are_marked():
    rough = Estimate(1.934, None, None, 0.99, 3)
    assert digits.with_half_width(rough) == "~1.9"
    assert digits.times(rough) == "~1.9x"
    assert digits.brackets(rough) == "[no interval]"
    assert digits.times(estimate(1.934, 0.03)) + digits.brackets(estimate(1.934, 0.03)) == "1.93x[1.90, 1.96]"


def test_counts_are_in_millions_of_three_figures():
    assert [digits.millions(n) for n in (4_055_040, 64_225_280, 2_055_208_960)] == ["4.06", "64.2", "2055"]


def test_the_end_of_a_wide_interval_is_not_rounded_to_nothing():
    assert digits.brackets(Estimate(4.2, 0.04, 160.0, 0.95, 24)) == "[0.04, 160]"


@pytest.mark.parametrize(
    ("fraction", "shown"),
    [(None, "unknown"), (0.004, "0.4 %"), (0.069, "6.9 %"), (0.996, "100 %"), (1.53, "150 %"), (8, "800 %")],
)
def test_percentages_have_two_figures_and_no_exponent(fraction, shown):
    assert digits.percent(fraction) == shown


@pytest.mark.parametrize(
    ("value", "half_width", "alone", "both"),
    [
        (1.934, 0.03, "1.93", "1.93 ±0.03"),
        (1.234, 0.5, "1.23", "1.23 ±0.50"),
        (0.4234, 0.3, "0.42", "0.42 ±0.30"),
        (0.1234, 0.003, "0.12", "0.123 ±0.003"),
        (0.01234, 0.004, "0.0123", "0.0123 ±0.0040"),
        (123.4, 30, "123.4", "123.4 ±30.0"),
    ],
)
def test_factors_keep_their_digits_however_wide_their_interval_is(value, half_width, alone, both):
    assert digits.factor(estimate(value, half_width)) == alone
    assert digits.factor_with_half_width(estimate(value, half_width)) == both


def test_factors_without_an_interval_are_marked():
    rough = Estimate(1.394, None, None, 0.99, 3)
    assert digits.factor(rough) == digits.factor_with_half_width(rough) == "~1.39"


def test_the_product_of_factors_as_shown_is_the_slowdown():
    for factors in product((0.0123, 0.149, 0.456, 1.149, 1.25, 12.34), repeat=3):
        shown = [float(digits.factor(estimate(factor, 0.6))) for factor in factors]
        assert prod(shown) == pytest.approx(prod(factors), rel=0.05)
