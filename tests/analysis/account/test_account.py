from dataclasses import replace
from math import log, prod

import pytest
from made_up_ceilings import CPU, ceilings

from guidelines.analysis.account.explain import accounts
from guidelines.spec.condition import Condition
from guidelines.spec.work import Operators

EAGER = Condition("cuda:0", "a device")
GRAPH = replace(EAGER, mode="cudagraph")
# Of 4 ms of traffic, of 2 ms of multiply-adds, and of launches alone.
ADDS = Operators("element-wise", calls=1, multiply_adds=0, memory_access=1_000_000)
CONV = Operators("convolution", calls=1, multiply_adds=20_000_000, memory_access=1000)
NOTHINGS = Operators("element-wise", calls=4000, multiply_adds=0, memory_access=0)


@pytest.fixture
def account(entry, results, changed):
    """The account of g=8, whose operators and time over g=1's are given."""

    def account(slowdown, operators, baseline, condition=CPU, passes=None, work_ratio=1.0):
        entries = []
        for variant, own, ratio in (("g=1", baseline, 1.0), ("g=8", operators, slowdown)):
            made = changed(
                entry(variant, ratio, condition=condition), work_ratio=work_ratio ** (ratio != 1.0)
            )
            (only,) = made.passes
            circumstances = replace(only.circumstances, operators=tuple(own))
            entries.append(replace(made, passes=(replace(only, circumstances=circumstances),)))
        known = passes if passes is not None else [ceilings(condition)]
        return accounts(replace(results(*entries), ceilings=tuple(known)))

    return account


def only(accounts):
    (account,) = accounts.values()
    return account


def factors(account):
    return {name: round(factor.estimate, 4) for name, factor in account.factors.items()}


def test_the_product_of_the_factors_is_the_slowdown(account):
    of = only(account(3.7, [ADDS, CONV, NOTHINGS], [ADDS], work_ratio=1.1))
    assert prod(factor.estimate for factor in of.factors.values()) == pytest.approx(of.slowdown.estimate)
    assert sum(of.shares.values()) == pytest.approx(1.0)


def test_twice_the_work_is_work(account):
    twice = replace(CONV, calls=2)
    assert factors(only(account(2.0, [twice], [CONV], work_ratio=2.0))) == pytest.approx(
        {"work": 2.0, "traffic": 1.0, "launches": 1.0, "kernels": 1.0}, rel=1e-3
    )


def test_twice_the_bytes_are_traffic(account):
    twice = replace(ADDS, memory_access=2_000_000)
    assert factors(only(account(2.0, [twice], [ADDS]))) == pytest.approx(
        {"work": 1.0, "traffic": 2.0, "launches": 1.0, "kernels": 1.0}, rel=1e-3
    )


def test_many_small_operators_are_launches(account):
    assert factors(only(account(2.0, [ADDS, NOTHINGS], [ADDS]))) == pytest.approx(
        {"work": 1.0, "traffic": 1.0, "launches": 2.0, "kernels": 1.0}, rel=1e-3
    )


def test_a_slower_network_of_the_same_operators_has_slower_kernels(account):
    of = only(account(1.5, [ADDS], [ADDS], passes=[ceilings(), ceilings(number=2)]))
    assert (of.traffic.estimate, of.launches.estimate) == (1.0, 1.0)
    assert of.kernels.estimate == of.slowdown.estimate
    assert of.shares["kernels"] == pytest.approx(1.0)
    assert of.kernels.low <= of.slowdown.low < of.slowdown.high <= of.kernels.high


def test_the_share_of_the_floor_tells_how_much_of_the_device_a_network_attains(account):
    of = only(account(2.0, [ADDS], [ADDS]))
    assert of.baseline_floor_share == pytest.approx(2 * of.floor_share, rel=1e-2)


def test_the_account_per_multiply_add_is_that_without_work(account):
    of = only(account(3.0, [ADDS, NOTHINGS], [ADDS], work_ratio=1.2))
    fair = of.per_multiply_add
    assert fair.slowdown.estimate == pytest.approx(of.slowdown.estimate / 1.2)
    assert (fair.work.estimate, fair.kernels, fair.launches) == (1.0, of.kernels, of.launches)
    assert sum(fair.shares.values()) == pytest.approx(1.0)


def test_the_inverse_account_is_that_of_the_speed_up(account):
    of = only(account(0.5, [ADDS], [ADDS, NOTHINGS]))
    assert prod(factor.estimate for factor in of.inverse.factors.values()) == pytest.approx(2.0, rel=1e-2)
    assert of.inverse.shares == pytest.approx(of.shares)


def test_a_compiled_network_has_no_account(account):
    compiled = replace(CPU, mode="compile")
    assert account(2.0, [CONV], [CONV], condition=compiled) == {}


def test_a_factor_that_may_as_well_be_1_has_no_clear_share(account):
    rates = (1e9, 2e9, 2e10)
    passes = [ceilings(number=1 + k, bytes_per_s=rate) for k, rate in enumerate(rates)]
    of = only(account(2.0, [ADDS, CONV], [CONV], passes=passes))
    assert of.traffic.low < 1 < of.traffic.high
    assert of.shares["traffic"] > 0
    assert of.clear_shares["traffic"] == 0


def test_a_slowdown_of_about_one_has_no_shares(account):
    assert only(account(1.001, [ADDS], [ADDS])).shares is None


def test_ceilings_that_differ_between_passes_widen_traffic_and_kernels(account):
    passes = [ceilings(number=1 + k, bytes_per_s=rate) for k, rate in enumerate((1e9, 0.8e9, 0.9e9))]
    of = only(account(2.0, [ADDS, CONV], [CONV], passes=passes))
    assert of.traffic.low < of.traffic.estimate < of.traffic.high
    sides = [log(each.high / each.estimate) for each in (of.traffic, of.kernels)]
    assert sides[1] > 0.9 * sides[0] > 0
    alone = only(account(2.0, [ADDS, CONV], [CONV], passes=passes[:1]))
    assert (alone.traffic.low, alone.kernels.low) == (None, None)


def test_eager_over_graph_is_launches_on_a_cuda_device(entry, results):
    entries = []
    for condition, ratio in ((EAGER, 3.0), (GRAPH, 1.5)):
        for variant, slowdown in (("g=1", 1.0), ("g=8", ratio)):
            made = entry(variant, slowdown, condition=condition)
            (one,) = made.passes
            circumstances = replace(one.circumstances, operators=(ADDS,))
            entries.append(replace(made, passes=(replace(one, circumstances=circumstances),)))
    both = accounts(replace(results(*entries), ceilings=(ceilings(EAGER),)))
    eager, graph = both.values()
    assert (eager.launches.estimate, eager.kernels.estimate) == pytest.approx((2.0, 1.5), rel=1e-3)
    assert (graph.launches.estimate, graph.kernels.estimate) == pytest.approx((1.0, 1.5), rel=1e-3)


def test_no_ceilings_or_operators_give_no_account(account):
    assert account(2.0, [ADDS], [ADDS], passes=[]) == {}
    assert account(2.0, [], [ADDS]) == {}
    assert account(2.0, [ADDS], []) == {}


def test_launches_that_both_networks_have_are_no_factor(account):
    twice = replace(ADDS, memory_access=2_000_000)
    of = only(account(1.5, [twice, NOTHINGS], [ADDS, NOTHINGS]))  # 8 + 4 ms beside 4 + 4 ms
    assert factors(of) == pytest.approx(
        {"work": 1.0, "traffic": 1.5, "launches": 1.0, "kernels": 1.0}, rel=1e-3
    )


def test_a_layer_with_launches_that_is_called_twice_is_work(account):
    layer, launched = CONV, replace(NOTHINGS, calls=2000)
    both = [replace(layer, calls=2), replace(launched, calls=4000)]
    of = only(account(2.0, both, [layer, launched], work_ratio=2.0))
    assert factors(of) == pytest.approx(
        {"work": 2.0, "traffic": 1.0, "launches": 1.0, "kernels": 1.0}, rel=1e-3
    )
