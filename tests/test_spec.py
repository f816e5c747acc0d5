from dataclasses import replace
from math import prod

import pytest

from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Sweep, Variant
from guidelines.spec.work import Conv, Cost, Stack, Traced

CPU = Condition("cpu", "a processor")
STACK = Stack((Conv(2, 4), Conv(4, 2)))


def variant(name="a", work=STACK):
    return Variant(name, name, (2,), work, build=list)


def test_the_id_of_the_papers_condition_is_the_device_alone():
    assert CPU.id == "cpu"
    assert replace(CPU, device="cuda:1").id == "cuda:1"


def test_the_id_names_whatever_departs_from_the_paper():
    condition = Condition("cpu", "", "float16", "nhwc", "compile", 8, 28, 2, "exact")
    assert condition.id == "cpu-float16-nhwc-compile-b8-28px-t2-exact"


def test_the_platform_decides_the_papers_columns():
    assert CPU.device.paper_platform == "arm"
    assert replace(CPU, device="cuda:0").device.paper_platform == "gpu"


def test_the_cost_is_the_sum_over_convolutions_and_elementwise_operators():
    condition = replace(CPU, image_size=3, batch_size=2)
    conv_memory_access = 2 * (2 * 9 * 6 + 8)
    work = replace(STACK, elementwise_accesses=5)
    assert work.largest_operator_elements((2, 2, 3, 3)) == 2 * 9 * 6
    assert variant(work=work).cost(condition) == Cost(
        multiply_adds=2 * 2 * 9 * 8,
        conv_memory_access=conv_memory_access,
        memory_access=conv_memory_access + 2 * 9 * 5,
        parameters=16,
    )


def test_a_traced_network_is_counted_for_the_shape_of_its_input():
    cost = Cost(1, 2, 3, 4)
    condition = replace(CPU, image_size=7, batch_size=2)
    for own, side in ((None, 7), (9, 9)):
        shapes = []
        traced = variant(work=Traced(3, lambda shape, seen=shapes: seen.append(shape) or cost, prod, own))
        assert traced.cost(condition) == cost
        assert shapes == [(2, 3, side, side)] == [traced.input_shape(condition)]


def test_ids_that_pytest_cannot_match_are_refused():
    with pytest.raises(ValueError, match="variant id 'g=8': use letters"):
        variant("g=8")


def test_a_sweep_runs_from_its_baseline_to_its_extreme():
    sweep = Sweep("G0", "claim", "x1", (variant("a"), variant("b"), variant("c")))
    assert (sweep.baseline.id, sweep.extreme.id) == ("a", "c")


@pytest.mark.parametrize("ids", [["a"], ["a", "b", "a"]])
def test_a_sweep_needs_two_or_more_variants_of_distinct_ids(ids):
    with pytest.raises(ValueError, match="G0 x1: needs two or more distinct ids"):
        Sweep("G0", "claim", "x1", tuple(map(variant, ids)))


def test_a_sweep_needs_distinct_names():
    same = Variant("b", "a", (2,), Stack((Conv(2, 2),)), build=list)
    with pytest.raises(ValueError, match="needs two or more distinct names, got"):
        Sweep("G0", "claim", "x1", (variant("a"), same))


def test_costs_add_up_and_what_is_unknown_stays_so():
    assert Cost(1, 2, 3, 4) + Cost(10, 20, 30, 40) == Cost(11, 22, 33, 44)
    assert Cost(1, None, 3, 4) + Cost(10, 20, 30, None) == Cost(11, None, 33, None)
