from dataclasses import replace
from math import prod

from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Variant
from guidelines.spec.work import Conv, Cost, Stack, Traced

CPU = Condition("cpu", "a processor")


STACK = Stack((Conv(2, 4), Conv(4, 2)))


def variant(name="a", work=STACK):
    return Variant(name, name, (2,), work, build=list)


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


def test_costs_add_up_and_what_is_unknown_stays_so():
    assert Cost(1, 2, 3, 4) + Cost(10, 20, 30, 40) == Cost(11, 22, 33, 44)
    assert Cost(1, None, 3, 4) + Cost(10, 20, 30, None) == Cost(11, None, 33, None)
