from dataclasses import replace

import pytest
from made_up_ceilings import ADDS, ceilings, with_ceilings, with_operators

from guidelines.analysis.account.account import FACTORS
from guidelines.analysis.account.change import account_changes
from guidelines.analysis.compare import compare
from guidelines.spec.condition import Condition

EAGER = Condition("cuda:0", "a device")
TWICE = replace(ADDS, memory_access=2_000_000)


@pytest.fixture
def side(entry, results):
    """A sweep whose g=2 and g=8 take some times; g=8 runs the given operators, the others `ADDS`."""

    def side(g2, g8, operators=(ADDS,), passes=(), **changes):
        slowdowns = {"g=1": 1.0, "g=2": g2, "g=8": g8}
        made = []
        for name, slowdown in slowdowns.items():
            run = operators if name == "g=8" else (ADDS,)
            made.append(with_operators(entry(name, slowdown, **changes), *run))
        return with_ceilings(results(*made), *passes)

    return side


def changes_of(a, b):
    return {key.variant: change for key, change in account_changes(compare(a, b)).items()}


def ratios(change):
    return {factor.name: round(factor.ratio.estimate, 3) for factor in change.factors}


def test_the_factor_that_changed_is_named_with_its_share(side):
    change = changes_of(side(1.2, 2.0), side(1.2, 2.6))["g=8"]
    assert ratios(change) == {"work": 1.0, "traffic": 1.0, "launches": 1.0, "kernels": pytest.approx(1.3)}
    assert (change.most.name, change.most.share) == ("kernels", pytest.approx(1.0))
    assert (change.most.a.estimate, change.most.b.estimate) == pytest.approx((2.0, 2.6), rel=0.01)


def test_other_memory_access_on_b_is_traffic(side):
    change = changes_of(side(1.2, 1.0), side(1.2, 2.0, operators=(TWICE,)))["g=8"]
    assert (change.most.name, change.most.share) == ("traffic", pytest.approx(1.0, abs=0.01))


def test_a_factor_that_falls_against_the_change_is_not_named(side):
    change = changes_of(side(1.2, 2.0, operators=(TWICE,)), side(1.2, 3.0))["g=8"]
    assert {name: ratio > 1 for name, ratio in ratios(change).items() if ratio != 1} == {
        "traffic": False,
        "kernels": True,
    }
    assert change.most.name == "kernels"
    assert change.most.share > 1


def test_a_change_is_clear_if_its_interval_is(side):
    passes = [ceilings(), ceilings(number=2)]
    clear = changes_of(side(1.2, 2.0, passes=passes), side(1.2, 2.6, passes=passes))["g=8"]
    assert clear.most.is_clear
    of_one_pass = changes_of(side(1.2, 2.0), side(1.2, 2.6))["g=8"]
    assert not of_one_pass.most.is_clear


def test_what_did_not_change_has_no_such_factor(side):
    changes = changes_of(side(1.2, 2.0), side(1.2, 2.6))
    assert changes["g=2"].most is None
    assert "g=1" not in changes


def test_the_row_on_which_the_verdict_rests_is_marked(side):
    changes = changes_of(side(1.2, 2.0), side(1.2, 2.6))
    assert {name: change.is_deciding for name, change in changes.items()} == {"g=2": False, "g=8": True}


def test_work_takes_no_part_in_slowdowns_per_multiply_add(side):
    judged = {"per_multiply_add": True}
    change = changes_of(side(1.2, 2.0, **judged), side(1.2, 2.6, **judged))["g=8"]
    assert [factor.share for factor in change.factors if factor.name == "work"] == [None]
    assert change.most.name == "kernels"


def test_a_graph_that_only_one_side_measured_changes_no_launches(entry, results):
    graph = replace(EAGER, mode="cudagraph")
    sides = []
    for conditions in ((EAGER,), (EAGER, graph)):
        made = []
        for condition, g8 in zip(conditions, (3.0, 1.5), strict=False):
            for name, slowdown in (("g=1", 1.0), ("g=8", g8)):
                made.append(with_operators(entry(name, slowdown, condition=condition), ADDS))
        sides.append(with_ceilings(results(*made), ceilings(EAGER)))
    alone, both = sides
    assert ratios(changes_of(alone, both)["g=8"]) == dict.fromkeys(FACTORS, 1.0)
    eager, _ = account_changes(compare(both, both)).values()
    assert [factor.a.estimate for factor in eager.factors][2] == pytest.approx(2.0, rel=0.01)


def test_nothing_is_known_unless_both_sides_have_ceilings(side):
    with_some, without = side(1.2, 2.0), replace(side(1.2, 2.6), ceilings=())
    assert changes_of(with_some, without) == changes_of(without, with_some) == {}
