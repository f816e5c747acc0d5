from dataclasses import replace
from math import prod

import pytest
from made_up_ceilings import ADDS, CPU, LAUNCH_S, ceilings, with_operators

from guidelines.analysis.account.change import account_changes
from guidelines.analysis.account.explain import accounts
from guidelines.analysis.account.possible import floors, impossible
from guidelines.analysis.account.sufficient import LAUNCHES, TRAFFIC
from guidelines.analysis.account.unexplained import COMPILED, NOT_MEASURED, unknown, without_operators
from guidelines.analysis.compare import compare
from guidelines.spec.condition import Condition
from guidelines.spec.work import Operators

TWICE = replace(ADDS, memory_access=2_000_000)
# Of 2 ms of multiply-adds, and of 4 ms of launches.
CONV = Operators("convolution", calls=1, multiply_adds=20_000_000, memory_access=1000)
NOTHINGS = Operators("element-wise", calls=4000, multiply_adds=0, memory_access=0)
VIEW = Operators("", calls=1, multiply_adds=0, memory_access=0)
EAGER = Condition("cuda:0", "a device")
GRAPH = replace(EAGER, mode="cudagraph")
NO_TRAFFIC = ceilings(traffic={}, missing=("rates of moving bytes: no memory",))
NO_PRODUCTS = ceilings(multiply_adds_per_s={}, missing=("rate of the matrix product: no such type",))
NO_LAUNCHES = ceilings(launch_s={}, missing=("launches in mode eager: no time",))


@pytest.fixture
def run_of(entry, results):
    """A run in which g=8 is slower by a factor, with the operators of both and the ceilings of passes."""

    def run_of(slowdown, operators, baseline, *passes, **place):
        place = {"condition": CPU, **place}
        made = [entry("g=1", 1.0, **place), entry("g=8", slowdown, **place)]
        both = with_operators(made[0], *baseline), with_operators(made[1], *operators)
        return replace(results(*both), ceilings=passes)

    return run_of


def missing(results, condition):
    """The unknown factors of all networks under a condition, with their reasons."""
    reasons = [each.reasons for each in unknown(results) if each.condition == condition]
    assert len(reasons) <= 1
    return reasons[0] if reasons else {}


def only(results):
    (account,) = accounts(results).values()
    return account


def factors(account):
    assert prod(each.estimate for each in account.factors.values()) == pytest.approx(
        account.slowdown.estimate
    )
    return {name: round(each.estimate, 2) for name, each in account.factors.items()}


def test_without_launches_these_are_among_kernels(run_of):
    account = only(run_of(4.0, [TWICE, NOTHINGS], [ADDS], NO_LAUNCHES))
    assert factors(account) == {"work": 1.0, "traffic": 2.0, "kernels": 2.0}
    assert account.launches is None
    assert [account.title(name) for name in account.factors] == ["work", "traffic", "kernels with launches"]
    assert account.floor_share == pytest.approx(account.baseline_floor_share / 2, rel=0.01)


@pytest.mark.parametrize(
    ("lacks", "operators", "baseline"),
    [(NO_TRAFFIC, [ADDS, NOTHINGS], [ADDS]), (NO_PRODUCTS, [CONV, TWICE, NOTHINGS], [CONV])],
)
def test_without_floors_traffic_is_among_kernels(run_of, lacks, operators, baseline):
    account = only(run_of(4.0, operators, baseline, lacks))
    assert account.traffic is account.floor_share is account.baseline_floor_share is None
    assert account.title("kernels") == "kernels with traffic"
    assert set(factors(account)) == {"work", "launches", "kernels"}
    assert 1 < account.launches.estimate < account.slowdown.estimate


def test_launches_without_floors_are_what_they_add_to_the_time(run_of):
    made = run_of(4.0, [ADDS, NOTHINGS], [ADDS], NO_TRAFFIC)
    (slower,) = [each for each in made.measured if not each.is_baseline]
    taken_s = slower.seconds_per_call(0.95).estimate
    assert only(made).launches.estimate == pytest.approx(taken_s / (taken_s - 4e-3), rel=1e-6)


@pytest.mark.parametrize("passes", [ceilings(), NO_TRAFFIC])
def test_a_network_that_takes_less_than_its_launches_is_impossible(run_of, passes):
    made = run_of(4.0, [ADDS, replace(NOTHINGS, calls=10**7)], [ADDS, VIEW], passes)
    assert accounts(made) == {}
    ((key, share),) = impossible(made).items()
    assert (key.variant, share.launches > 200, share.is_below_floor) == ("g=8", True, False)


def test_a_floor_and_launches_together_may_be_impossible(run_of):
    most = replace(NOTHINGS, calls=36_000)  # 4 + 36 ms in 40 ms
    assert impossible(run_of(4.0, [ADDS, most], [ADDS], ceilings())) == {}
    both = run_of(4.0, [ADDS, replace(most, calls=40_000)], [ADDS], ceilings())
    assert accounts(both) == {}
    (share,) = impossible(both).values()
    assert share.of_both == pytest.approx(1.1, rel=0.02)
    assert impossible(replace(both, ceilings=(NO_TRAFFIC,))) == {}


def test_launches_that_take_all_the_time_leave_a_finite_factor(run_of):
    account = only(run_of(4.0, [ADDS, replace(NOTHINGS, calls=41_000)], [ADDS, VIEW], NO_TRAFFIC))
    assert set(factors(account)) == {"work", "launches", "kernels"}


def test_a_graph_that_is_impossible_leaves_the_eager_network_without_an_account(in_both_modes):
    slow = {"eager": LAUNCH_S, "cudagraph": dict.fromkeys(LAUNCH_S, 0.02)}
    made = in_both_modes(ceilings(EAGER, launch_s=slow))
    assert "cudagraph" in {key.sweep.condition.mode for key in impossible(made)}
    assert accounts(made) == {}


def test_networks_without_products_need_no_rate_of_them(run_of):
    assert factors(only(run_of(4.0, [TWICE], [ADDS], NO_PRODUCTS))) == {
        "work": 1.0,
        "traffic": 2.0,
        "launches": 1.0,
        "kernels": 2.0,
    }


@pytest.mark.parametrize("kind", ["traffic", "multiply_adds_per_s"])
def test_if_no_factor_is_left_but_kernels_there_is_no_account(run_of, kind):
    none = replace(NO_LAUNCHES, **{kind: {}})
    made = run_of(4.0, [CONV, TWICE], [CONV], none, replace(none, number=2))
    assert accounts(made) == {}
    assert set(missing(made, CPU)) == {TRAFFIC, LAUNCHES}


@pytest.mark.parametrize("lacks", [NO_TRAFFIC, NO_PRODUCTS, NO_LAUNCHES])
def test_the_passes_that_have_most_count(run_of, lacks):
    complete = [ceilings(number=2), ceilings(number=3)]
    made = run_of(4.0, [CONV, TWICE], [CONV], lacks, *complete)
    assert accounts(made) == accounts(replace(made, ceilings=tuple(complete)))
    assert missing(made, CPU) == {}


def test_the_reasons_are_those_of_each_factor(run_of):
    run = ([CONV], [CONV])
    assert missing(run_of(2.0, *run), CPU) == {}
    assert missing(run_of(2.0, *run, ceilings()), CPU) == {}
    assert missing(run_of(2.0, *run, NO_LAUNCHES), CPU) == {LAUNCHES: NO_LAUNCHES.missing}
    assert missing(run_of(2.0, *run, NO_TRAFFIC), CPU) == {TRAFFIC: NO_TRAFFIC.missing}
    assert missing(run_of(2.0, *run, NO_PRODUCTS), CPU) == {TRAFFIC: NO_PRODUCTS.missing}
    assert missing(run_of(2.0, [ADDS], [ADDS], NO_PRODUCTS), CPU) == {}
    compiled = replace(CPU, mode="compile")
    assert missing(run_of(2.0, *run, ceilings(), condition=compiled), compiled) == {
        TRAFFIC: (COMPILED,),
        LAUNCHES: (COMPILED,),
    }


def test_a_condition_without_ceilings_beside_another_says_so(run_of):
    run = ([CONV], [CONV])
    made = run_of(2.0, *run, ceilings())
    for other in (replace(CPU, layout="nhwc"), replace(CPU, threads=2), replace(CPU, dtype="float16")):
        both = replace(made, measured=(*made.measured, *run_of(2.0, *run, condition=other).measured))
        assert missing(both, CPU) == {}
        assert missing(both, other) == dict.fromkeys((TRAFFIC, LAUNCHES), (NOT_MEASURED,))
        assert unknown(replace(both, ceilings=())) == []


def test_networks_without_operators_are_named_if_there_are_ceilings(run_of):
    made = run_of(2.0, [], [CONV], ceilings())
    assert [key.variant for key in without_operators(made)] == ["g=8"]
    assert without_operators(replace(made, ceilings=())) == []
    assert without_operators(run_of(2.0, [CONV], [CONV], ceilings())) == []


def test_passes_that_have_nothing_in_common_tell_every_factor_without_intervals(run_of):
    account = only(run_of(4.0, [CONV, TWICE], [CONV], NO_TRAFFIC, replace(NO_LAUNCHES, number=2)))
    assert set(factors(account)) == {"work", "traffic", "launches", "kernels"}
    assert account.traffic.low is account.launches.high is account.kernels.low is None
    assert set(account.clear_shares.values()) == {0.0}


def test_a_guideline_without_graphs_names_what_it_lacks(run_of, in_both_modes):
    eager_lacks = ceilings(EAGER, launch_s={"cudagraph": LAUNCH_S}, missing=("launches in mode eager: none",))
    both = in_both_modes(eager_lacks)
    others = run_of(3.0, [ADDS], [ADDS], condition=EAGER, guideline="G3")
    (lacks,) = unknown(replace(both, measured=(*both.measured, *others.measured)))
    assert (lacks.condition, lacks.guidelines) == (EAGER, ("G3",))
    assert lacks.reasons == {LAUNCHES: ("launches in mode eager: none",)}
    assert unknown(both) == []


def test_views_alone_have_no_account_whatever_is_known(run_of):
    for passes in (ceilings(), NO_TRAFFIC, NO_PRODUCTS, NO_LAUNCHES):
        assert accounts(run_of(2.0, [VIEW], [VIEW], passes)) == {}
        assert accounts(run_of(2.0, [NOTHINGS], [ADDS], passes)) == {}
        assert accounts(run_of(2.0, [ADDS], [NOTHINGS], passes)) == {}


def test_only_ceilings_of_all_kinds_that_are_needed_give_a_floor(run_of):
    assert len(floors(run_of(2.0, [CONV], [ADDS], NO_LAUNCHES))) == 2
    assert [key.variant for key in floors(run_of(2.0, [CONV], [ADDS], NO_PRODUCTS))] == ["g=1"]
    assert floors(run_of(2.0, [CONV], [ADDS], NO_TRAFFIC)) == {}
    assert impossible(run_of(2.0, [CONV], [ADDS], NO_TRAFFIC)) == {}


@pytest.mark.parametrize("lacks", [NO_TRAFFIC, NO_PRODUCTS, NO_LAUNCHES])
def test_other_views_of_an_account_lack_the_same_factor(run_of, lacks):
    account = only(run_of(4.0, [CONV, NOTHINGS], [CONV], lacks))
    names = list(account.factors)
    for other in (account.inverse, account.per_multiply_add, account.inverse.per_multiply_add):
        assert list(other.factors) == list(other.shares) == list(other.clear_shares) == names
        assert sum(other.shares.values()) == pytest.approx(1.0)
        assert other.title("kernels") == account.title("kernels")
    assert account.inverse.inverse.kernels.estimate == pytest.approx(account.kernels.estimate)


@pytest.fixture
def in_both_modes(run_of):
    """A network on a CUDA device that is 3 times slower eagerly and 1.5 times in a graph."""

    def in_both_modes(*passes):
        eager, graph = (
            run_of(slowdown, [ADDS], [ADDS], condition=condition)
            for condition, slowdown in ((EAGER, 3.0), (GRAPH, 1.5))
        )
        return replace(eager, measured=(*eager.measured, *graph.measured), ceilings=passes)

    return in_both_modes


def test_eager_launches_need_a_graph_if_there_are_no_floors(run_of, in_both_modes):
    lacks = ceilings(EAGER, traffic={}, missing=NO_TRAFFIC.missing)
    alone = run_of(3.0, [ADDS], [ADDS], lacks, condition=EAGER)
    assert accounts(alone) == {}
    assert missing(alone, EAGER) == {TRAFFIC: NO_TRAFFIC.missing, LAUNCHES: ()}
    eager, graph = accounts(in_both_modes(lacks)).values()
    assert factors(eager) == {"work": 1.0, "launches": 2.0, "kernels": 1.5}
    assert factors(graph) == {"work": 1.0, "launches": 1.0, "kernels": 1.5}
    assert missing(in_both_modes(lacks), EAGER) == {TRAFFIC: NO_TRAFFIC.missing}


def test_a_graph_tells_launches_of_which_none_are_known_without_it(in_both_modes):
    eager, graph = accounts(in_both_modes(ceilings(EAGER, launch_s={"cudagraph": LAUNCH_S}))).values()
    assert factors(eager) == {"work": 1.0, "traffic": 1.0, "launches": 2.0, "kernels": 1.5}
    assert factors(graph) == {"work": 1.0, "traffic": 1.0, "launches": 1.0, "kernels": 1.5}
    eager, graph = accounts(in_both_modes(ceilings(EAGER, launch_s={"eager": LAUNCH_S}))).values()
    assert factors(eager) == {"work": 1.0, "traffic": 1.0, "kernels": 3.0}
    assert factors(graph) == {"work": 1.0, "traffic": 1.0, "kernels": 1.5}


@pytest.mark.parametrize(
    ("passes_a", "passes_b", "compared"),
    [
        (ceilings(), ceilings(), {"work", "traffic", "launches", "kernels"}),
        (ceilings(), NO_LAUNCHES, {"work", "traffic", "kernels"}),
        (NO_TRAFFIC, ceilings(), {"work", "launches", "kernels"}),
        (NO_LAUNCHES, NO_LAUNCHES, {"work", "traffic", "kernels"}),
        (NO_LAUNCHES, NO_TRAFFIC, None),
        (replace(NO_LAUNCHES, traffic={}), ceilings(), None),
    ],
)
def test_only_factors_that_both_sides_know_are_compared(run_of, passes_a, passes_b, compared):
    run = [ADDS, NOTHINGS], [ADDS]
    a, b = run_of(2.0, *run, passes_a), run_of(3.0, *run, passes_b)
    changes = account_changes(compare(a, b))
    assert [set(change.by_name) for change in changes.values()] == ([compared] if compared else [])
    for change in changes.values():
        assert change.a.factors.keys() == change.b.factors.keys() == compared
        assert sum(factor.share for factor in change.factors) == pytest.approx(1.0)
        assert change.most.name == "kernels"
        assert change.most.title == change.a.title("kernels")
