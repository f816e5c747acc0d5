import pytest

from guidelines.analysis.reasons import reasons


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
    assert reasons(given, len(given)) == expected


def test_sweeps_that_lack_a_factor_of_most_others_do_not_count():
    without = {"work": 0.0, "traffic": 0.1, "kernels with launches": 0.9}
    assert list(reasons([without, without], 2)) == ["kernels with launches"]
    assert list(reasons([KERNELS, KERNELS, without], 3)) == ["kernels"]
    assert not reasons([KERNELS, without], 2)


def test_sweeps_without_an_account_are_not_outvoted():
    assert reasons([KERNELS], 2) == {}
    assert reasons([KERNELS, KERNELS], 3) == {"kernels": 0.9}
