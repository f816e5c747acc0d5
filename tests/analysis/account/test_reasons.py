import pytest

from guidelines.analysis.account.reasons import Reasons, reasons


def shares(**given):
    return {"work": 0.0, "traffic": 0.0, "launches": 0.0, "kernels": 0.0, **given}


KERNELS = shares(kernels=0.9, traffic=0.1)
BOTH = shares(traffic=0.55, kernels=0.4, launches=0.05)
THREE = shares(traffic=0.4, kernels=0.22, launches=0.2, work=0.18)
NEITHER = shares(traffic=0.5, kernels=0.18, launches=0.16, work=0.16)
AGAINST = shares(traffic=1.4, kernels=-0.4)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([KERNELS], {"kernels": 0.9}),
        ([BOTH], {"traffic": 0.55, "kernels": 0.4}),
        ([THREE], {"traffic": 0.4, "launches": 0.2, "kernels": 0.22}),
        ([NEITHER], {}),
        ([AGAINST], {"traffic": 1.4}),
        ([KERNELS, KERNELS, AGAINST], {"kernels": 0.9}),
        ([KERNELS, AGAINST], {}),
        ([shares(traffic=1.6, kernels=-0.6)], {}),
        ([KERNELS, KERNELS, shares(traffic=1.6, kernels=-0.6)], {"kernels": 0.9}),
        ([BOTH, BOTH, KERNELS], {"traffic": 0.55, "kernels": 0.4}),
        ([KERNELS, BOTH], {}),
        ([shares(work=1.0)], {"work": 1.0}),
        ([], {}),
    ],
)
def test_a_reason_carries_most_of_the_effect_in_most_sweeps(given, expected):
    assert reasons(given, len(given)).shares == expected


def test_sweeps_that_lack_a_factor_of_most_others_do_not_count():
    without = {"work": 0.0, "traffic": 0.1, "kernels with launches": 0.9}
    assert list(reasons([without, without], 2).shares) == ["kernels with launches"]
    assert list(reasons([KERNELS, KERNELS, without], 3).shares) == ["kernels"]
    assert not reasons([KERNELS, without], 2).shares


def test_sweeps_without_an_account_are_not_outvoted():
    assert reasons([KERNELS], 2).shares == {}
    assert reasons([KERNELS, KERNELS], 3).shares == {"kernels": 0.9}


def test_sweeps_without_a_clear_reason_have_no_share():
    given = [shares(kernels=share) for share in (1.0, 0.9, 0.7)]
    assert reasons(given, 3).shares == {"kernels": 0.9}
    assert reasons(given, 4).shares == {"kernels": 0.7}
    assert reasons(given, 5).shares == {"kernels": 0.7}
    assert reasons([*given[:2], shares(kernels=0.1)], 5).shares == {}


def test_shares_that_exceed_the_effect_though_nothing_works_against_it_are_lowered():
    given = [shares(traffic=0.9, launches=0.4), shares(traffic=0.8, launches=0.3)]
    assert reasons(given, 2) == Reasons({"traffic": 0.8 / 1.1, "launches": 0.3 / 1.1})
    assert reasons([shares(traffic=1.3)], 1) == Reasons({"traffic": 1.0})


@pytest.mark.parametrize(
    ("given", "against"),
    [
        ([AGAINST], ("kernels",)),
        ([shares(launches=0.84, traffic=0.28, kernels=-0.12)], ("kernels",)),
        ([shares(launches=0.84, traffic=0.14, kernels=0.02)], ()),
        ([shares(launches=0.9, traffic=0.15, kernels=-0.05)], ()),
        ([AGAINST, AGAINST, KERNELS], ("kernels",)),
        ([AGAINST, AGAINST, shares(traffic=1.1, work=-0.1)], ("kernels",)),
        ([AGAINST, shares(traffic=1.1)], ("kernels",)),
    ],
)
def test_what_works_against_the_effect_is_named_if_shares_exceed_it(given, against):
    assert reasons(given, len(given)).against == against
