from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidelines.spec.formulas import (
    memory_access,
    memory_access_at,
    memory_access_lower_bound,
    multiply_adds,
    parameters,
)

sides = st.integers(1, 300)
widths = st.integers(1, 2048)


def test_a_pointwise_layer_has_the_costs_worked_out_by_hand():
    assert multiply_adds(56, 56, 64, 32) == 6_422_528
    assert memory_access(56, 56, 64, 32) == 56 * 56 * 96 + 64 * 32
    assert parameters(64, 32) == 2048


def test_a_3x3_group_layer_has_the_costs_worked_out_by_hand():
    assert parameters(8, 16, kernel_size=3, groups=4) == 9 * 2 * 4 * 4
    assert multiply_adds(7, 5, 8, 16, kernel_size=3, groups=4) == 7 * 5 * 288
    assert memory_access(7, 5, 8, 16, kernel_size=3, groups=4) == 7 * 5 * 24 + 288


def test_a_batch_reads_its_weights_once():
    assert memory_access(4, 4, 8, 8, batch_size=3) == 3 * 4 * 4 * 16 + 64


@given(sides, sides, widths, widths)
def test_equation_1_bounds_every_pointwise_layer(h, w, c1, c2):
    bound = memory_access_lower_bound(h, w, multiply_adds(h, w, c1, c2))
    assert bound <= memory_access(h, w, c1, c2)
    assert (bound == memory_access(h, w, c1, c2)) or c1 != c2


@given(sides, sides, widths)
def test_equation_1_is_reached_by_equal_widths(h, w, c):
    assert memory_access_lower_bound(h, w, multiply_adds(h, w, c, c)) == memory_access(h, w, c, c)


@given(sides, sides, st.integers(1, 10**9))
def test_the_bound_is_the_real_one_rounded_up(h, w, multiply_adds):
    bound, pixels = memory_access_lower_bound(h, w, multiply_adds), h * w
    assert (pixels * bound - multiply_adds) ** 2 >= 4 * pixels**3 * multiply_adds
    assert pixels * (bound - 1) - multiply_adds <= isqrt(4 * pixels**3 * multiply_adds)


@given(sides, sides, st.integers(1, 64), st.integers(1, 64), st.integers(1, 16))
def test_both_lines_of_equation_2_agree(h, w, m, n, groups):
    c1, c2 = m * groups, n * groups
    work = multiply_adds(h, w, c1, c2, groups=groups)
    accesses = memory_access(h, w, c1, c2, groups=groups)
    assert memory_access_at(h, w, c1, work, groups) == accesses


@given(st.integers(0, 5))
def test_guideline_2_more_groups_at_equal_work_raise_memory_access(power):
    fewer, more = (memory_access(56, 56, 64 * 2**p, 64 * 2**p, groups=4**p) for p in (power, power + 1))
    assert more > fewer


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"height": 0}, "height must be a positive integer, got 0"),
        ({"c1": -3}, "c1 must be a positive integer, got -3"),
        ({"c2": 2.0}, "c2 must be a positive integer, got 2.0"),
        ({"kernel_size": True}, "kernel_size must be a positive integer, got True"),
        ({"groups": 3}, "c1 = 8 is not divisible by groups = 3"),
        ({"c2": 6, "groups": 4}, "c2 = 6 is not divisible by groups = 4"),
    ],
)
def test_errors_name_the_bad_argument(arguments, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        multiply_adds(**{"height": 7, "width": 7, "c1": 8, "c2": 8, **arguments})


def test_work_of_no_layer_is_refused():
    with pytest.raises(ValueError, match="multiply_adds = 7 is not"):
        memory_access_at(2, 2, 3, 7)
