from dataclasses import replace

import pytest
from made_up_parts import GROUPED, IN_PLACE, NARROW, PLAIN, RELU, SHARES, audit_run

from guidelines.analysis.audit.fit import fitted
from guidelines.analysis.audit.of_run import audit_result
from guidelines.analysis.audit.own_code import of_one_call, with_calls
from guidelines.results.audit import REPLAYED
from guidelines.stats.intervals import Estimate

# Four fragments in one layer; with them, the network calls four, two and one operators.
FRAGMENTS = replace(NARROW, guideline="G3", rule="4 fragments of one tensor", calls_each=4)
# What all calls take of the network's time in its own code.
BETWEEN = 1 - 0.7


def result(fragments, without=(), **changes):
    shares = {name: share for name, share in SHARES.items() if name not in without} | {REPLAYED: 1 - BETWEEN}
    return fitted(audit_result(audit_run(parts=(fragments, RELU, PLAIN), shares=shares, **changes)))


def of_g3(known):
    (part,) = [each for each in known.parts if each.part.guideline == "G3"]
    (guideline,) = [each for each in known.guidelines if each.guideline == "G3"]
    return part, guideline


@pytest.mark.parametrize("in_place", [None, IN_PLACE], ids=["alone", "in place"])
def test_one_operator_in_place_of_four_may_save_the_code_of_three_calls(in_place):
    """If the fragments were one call, the interval would end at their share at the latest."""
    one, one_g3 = of_g3(result(replace(FRAGMENTS, calls_each=1), in_place=in_place))
    four, four_g3 = of_g3(result(FRAGMENTS, in_place=in_place))
    for before, after in ((one.price, four.price), (one_g3.price, four_g3.price)):
        assert (after.estimate, after.low) == (before.estimate, before.low)
        assert after.high == pytest.approx(before.high + BETWEEN * 3 / 7, rel=0.02)
    assert four.alternative.saves == four.price
    assert four.share == one.share


def test_g4_in_place_counts_each_call_of_fragments():
    few, many = result(replace(FRAGMENTS, calls_each=1)).without_g4, result(FRAGMENTS).without_g4
    assert few.high - many.high == pytest.approx(BETWEEN * (2 / 4 - 2 / 7), rel=0.02)


def test_g4_in_place_counts_calls_of_operators_that_could_not_run_alone():
    some, every = result(FRAGMENTS, without=[PLAIN.variant]).without_g4, result(FRAGMENTS).without_g4
    assert some.high == pytest.approx(every.high, rel=0.01)


def test_nothing_is_added_if_the_row_takes_as_long_as_the_network_or_is_not_known():
    parts = (FRAGMENTS, RELU)
    assert of_one_call(parts, Estimate(1.02, 1.0, 1.04, 0.95, 5), "eager") == 0
    assert of_one_call(parts, None, "eager") == 0
    assert 3 * of_one_call(parts, Estimate(0.4, None, None, 0.95, 1), "eager") == pytest.approx(0.6 * 3 / 6)


@pytest.mark.parametrize("mode", ["compile", "cudagraph"])
def test_nothing_is_added_where_the_networks_own_code_makes_no_calls(mode):
    assert of_one_call((FRAGMENTS, RELU), Estimate(0.4, None, None, 0.95, 1), mode) == 0


def test_a_saving_without_an_interval_gets_none():
    assert with_calls(Estimate(0.3, None, None, 0.95, 1), 0.1).high is None


def test_a_convolution_for_each_group_may_lose_what_its_calls_take():
    """Alone it is faster, but the network's code would make 31 more calls in each of three layers."""
    shares = SHARES | {"part-1.remedy-2": 0.03, REPLAYED: 1 - BETWEEN}
    few, many = (remedies_of(shares, calls_each) for calls_each in (1, 32))
    assert few.saves.estimate == many.saves.estimate
    assert few.saves.high == many.saves.high
    assert few.saves.low - many.saves.low == pytest.approx(BETWEEN * 31 * 3 / 4, rel=0.01)
    assert (few.is_clear, many.is_clear) == (True, False)


def remedies_of(shares, calls_each):
    """The second remedy of grouped convolutions in three layers, of four calls that the network makes."""
    first, second = GROUPED.remedies
    grouped = replace(GROUPED, remedies=(first, replace(second, calls_each=calls_each)))
    return fitted(audit_result(audit_run(parts=(grouped, PLAIN), shares=shares))).parts[0].remedies[1]
