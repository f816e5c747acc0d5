from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidelines.paper import tables as paper
from guidelines.spec.channels import fragment_widths, group_widths, ratio_widths

bases = st.integers(8, 1024)


@given(bases, st.integers(1, 16))
def test_no_other_whole_width_comes_nearer_for_a_ratio(base, ratio):
    c1, c2 = ratio_widths(base, ratio).widths
    assert c2 == ratio * c1
    for other in (c1 - 1, c1 + 1):
        assert abs(ratio * c1**2 - base**2) <= abs(ratio * other**2 - base**2)


@given(bases, st.integers(1, 16))
def test_no_other_divisible_width_comes_nearer_for_groups(base, groups):
    (c,) = group_widths(base, groups).widths
    assert c % groups == 0
    for other in (c - groups, c + groups):
        assert abs(c**2 - groups * base**2) <= abs(other**2 - groups * base**2)


@given(bases, st.integers(1, 16))
def test_the_residue_is_what_is_left_over(base, fragments):
    found = fragment_widths(base, fragments)
    assert found.residue == Fraction(fragments * found.widths[0] ** 2, base**2) - 1


@pytest.mark.parametrize("base", [32, 64, 128, 256])
@pytest.mark.parametrize("ratio", [1, 4, 16])
def test_exact_ratios_leave_nothing_over_at_multiples_of_8(base, ratio):
    found = ratio_widths(base, ratio, "exact")
    assert found.residue == 0
    assert all(c % 8 == 0 for c in found.widths)


@pytest.mark.parametrize("groups", [1, 4, 16])
def test_exact_groups_leave_nothing_over_at_multiples_of_8(groups):
    found = group_widths(64, groups, "exact", multiplier=2)
    assert (found.residue, found.widths[0] % 8) == (0, 0)


def test_exact_refuses_what_no_width_can_do():
    with pytest.raises(ValueError, match=r"1:2 at base 32: no multiple of 8 has exactly equal"):
        ratio_widths(32, 2, "exact")
    with pytest.raises(ValueError, match=r"2-fragment-series at base 64: no multiple of 8"):
        fragment_widths(64, 2, "exact")


@pytest.mark.parametrize("platform", ["arm", "gpu"])
def test_the_paper_rule_gives_the_published_widths(platform):
    for name, channels in paper.widths("G1", platform).items():
        base = paper.base_width("G1", platform)
        assert ratio_widths(base, int(name.removeprefix("1:")), "paper").widths == channels
    for name, channels in paper.widths("G2", platform).items():
        base = paper.base_width("G2", platform)
        assert group_widths(base, int(name.removeprefix("g=")), "paper", 4).widths == (4 * channels[0],)


def test_the_paper_rule_corrects_the_misprint_at_8_groups():
    assert group_widths(64, 8, "paper").widths == (184,)


def test_the_published_residues_are_those_of_the_printed_widths():
    assert float(ratio_widths(32, 12, "paper").residue) == pytest.approx(-0.051, abs=5e-4)
    assert float(group_widths(64, 8, "paper").residue) == pytest.approx(0.033, abs=5e-4)
    assert float(fragment_widths(128, 2, "paper").residue) == pytest.approx(-0.011, abs=5e-4)


def test_the_paper_rule_refuses_what_the_paper_does_not_print():
    with pytest.raises(
        ValueError, match=r"no width for g=3 at base 64; it prints g=1, g=2, g=4, g=8 at 64 and 128"
    ):
        group_widths(64, 3, "paper")


@pytest.mark.parametrize("arguments", [(0, 4), (64, 4, "nearest", 0)])
def test_sizes_below_one_are_refused(arguments):
    with pytest.raises(ValueError, match="must be positive"):
        ratio_widths(*arguments)
