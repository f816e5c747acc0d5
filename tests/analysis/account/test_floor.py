from dataclasses import replace

import pytest
from made_up_ceilings import CPU, LAUNCH_S, ceilings

from guidelines.analysis.account.floor import best, floor_s, has_floor, holds_products, launches
from guidelines.analysis.account.sufficient import TRAFFIC, Needs, lacking
from guidelines.results.ceilings import COPY, IN_PLACE, READ, WRITE, Rate
from guidelines.spec.condition import Condition
from guidelines.spec.work import Operators

# 4 bytes an element: an addition of 0.1 M elements to others moves 1.2 MB.
ADD = Operators("element-wise", calls=3, multiply_adds=0, memory_access=300_000)
RELU_IN_PLACE = Operators("element-wise", calls=1, multiply_adds=0, memory_access=200_000, in_place=100_000)
CONV = Operators("convolution", calls=2, multiply_adds=100_000_000, memory_access=500_000)
CUDA = Condition("cuda:0", "a device")


def test_an_operator_takes_its_traffic_or_its_multiply_adds_whatever_is_longer():
    assert floor_s([ADD], ceilings(), CPU) == pytest.approx(3 * 1.2e6 / 1e9)
    assert floor_s([CONV], ceilings(), CPU) == pytest.approx(2 * 1e8 / 1e10)
    slow = ceilings(bytes_per_s=1e8)
    assert floor_s([CONV], slow, CPU) == pytest.approx(2 * 2e6 / 1e8)
    assert floor_s([ADD, CONV], ceilings(), CPU) == pytest.approx(0.0036 + 0.02)


def test_what_is_changed_in_place_moves_at_the_rate_of_that():
    assert floor_s([RELU_IN_PLACE], ceilings(), CPU) == pytest.approx(8e5 / 2e9)


def traffic(**bytes_per_s):
    """Rates that are the same in every working set, by the name of their kind."""
    return {kind.replace("_", " "): (Rate(2**16, rate),) for kind, rate in bytes_per_s.items()}


def of(written, memory_access, in_place=0):
    return Operators(
        "element-wise",
        calls=1,
        multiply_adds=0,
        memory_access=memory_access,
        in_place=in_place,
        written=written,
    )


EACH_KIND = {"copy": 1e9, "in_place": 2e9, "read": 4e9, "write": 8e9}


@pytest.mark.parametrize(
    ("operator", "seconds"),
    [
        (of(written=100, memory_access=200), 800 / 1e9),
        (of(written=100, memory_access=100), 400 / 8e9),  # torch.zeros
        (of(written=1, memory_access=101), 8 / 1e9 + 396 / 4e9),  # a mean
        (of(written=100, memory_access=300), 800 / 1e9 + 400 / 4e9),  # a sum of two tensors
        (of(written=100, memory_access=200, in_place=100), 800 / 2e9),  # relu_
        (of(written=100, memory_access=300, in_place=100), 800 / 2e9 + 400 / 4e9),  # add_
        (of(written=150, memory_access=250, in_place=100), 800 / 2e9 + 200 / 8e9),
        (of(written=None, memory_access=100), 400 / 1e9),
        (of(written=None, memory_access=300, in_place=100), 800 / 2e9 + 400 / 1e9),
        (of(written=900, memory_access=100), 400 / 8e9),  # of a damaged file
    ],
)
def test_what_is_read_or_written_beyond_a_copy_moves_at_the_rate_of_that(operator, seconds):
    known = ceilings(traffic=traffic(**EACH_KIND))
    assert floor_s([operator], known, CPU) == pytest.approx(seconds)


@pytest.mark.parametrize("operator", [of(written=1, memory_access=101), of(written=100, memory_access=100)])
@pytest.mark.parametrize("slower", [{}, {"read": 5e8, "write": 5e8}])
def test_what_only_reads_or_only_writes_moves_as_fast_as_a_copy_at_least(operator, slower):
    known = ceilings(traffic=traffic(copy=1e9, in_place=2e9, **slower))
    assert lacking(known, TRAFFIC, Needs(CPU, has_products=True)) == ()
    assert floor_s([operator], known, CPU) == pytest.approx(4 * operator.memory_access / 1e9)


def test_half_the_item_size_moves_half_the_bytes():
    half = replace(CPU, dtype="float16")
    assert floor_s([ADD], ceilings(half), half) == pytest.approx(3 * 0.6e6 / 1e9)


def test_the_rate_is_that_of_the_working_set_and_lies_between_those_of_its_neighbours():
    rates = {COPY: (Rate(2**20, 4e9), Rate(2**22, 1e9)), IN_PLACE: (Rate(2**20, 4e9),)}
    uneven = ceilings(traffic=rates)

    def rate(elements):
        one = Operators("element-wise", calls=1, multiply_adds=0, memory_access=elements)
        return 4 * elements / floor_s([one], uneven, CPU)

    assert rate(2**10) == pytest.approx(4e9)
    assert rate(2**18) == pytest.approx(4e9)
    assert rate(2**19) == pytest.approx(2e9)
    assert rate(2**24) == pytest.approx(1e9)


def test_a_compiled_network_is_held_to_its_operators_with_products_alone():
    compiled = replace(CPU, mode="compile")
    assert floor_s([ADD, CONV], ceilings(), compiled) == floor_s([CONV], ceilings(), CPU)


def attainable_s(operators, ceilings, condition):
    return launches(operators, ceilings, condition).with_floor(floor_s(operators, ceilings, condition))


def test_launches_come_on_top_on_a_cpu_and_in_a_graph():
    assert attainable_s([ADD, CONV], ceilings(), CPU) == pytest.approx(0.0236 + 3 * 1e-6 + 2 * 5e-6)
    graph = replace(CUDA, mode="cudagraph")
    assert attainable_s([ADD], ceilings(CUDA), graph) == pytest.approx(0.0036 + 3e-7)


def test_eager_launches_on_a_cuda_device_go_on_beside_the_computing():
    assert attainable_s([ADD], ceilings(CUDA), CUDA) == pytest.approx(0.0036 + 3e-7)
    small = Operators("element-wise", calls=10, multiply_adds=0, memory_access=3)
    assert attainable_s([small], ceilings(CUDA), CUDA) == pytest.approx(10 * LAUNCH_S["element-wise"])


def test_an_operator_of_another_class_launches_as_an_element_wise_one():
    shuffle = Operators("shuffle", calls=1, multiply_adds=0, memory_access=0)
    assert attainable_s([shuffle], ceilings(), CPU) == pytest.approx(1e-6)


def test_the_best_of_several_passes_counts():
    first = ceilings(launch_s={"eager": {**LAUNCH_S, "convolution": 4e-6}})
    first.traffic[READ] = (Rate(2**16, 5e9),)
    second = ceilings(number=2, bytes_per_s=2e9, multiply_adds_per_s={"matrix product": 3e10})
    together = best([first, second])
    assert together.traffic[COPY] == (Rate(2**16, 2e9), Rate(2**20, 2e9))
    assert (together.traffic[READ], together.traffic[WRITE]) == ((Rate(2**16, 5e9),), ())
    assert together.multiply_adds_per_s == {"matrix product": 3e10, "3x3 convolution": 8e9}
    assert together.launch_s["eager"] == {**LAUNCH_S, "convolution": 4e-6}


def test_views_alone_have_no_floor():
    view = Operators("", calls=1, multiply_adds=0, memory_access=0)
    assert has_floor([view, ADD], CPU)
    assert not has_floor([view], CPU)
    assert not has_floor([ADD], replace(CPU, mode="compile"))


def test_products_are_multiply_adds_of_any_operator():
    assert holds_products([ADD, CONV], CPU)
    assert not holds_products([ADD], CPU)


def test_a_floor_without_products_needs_no_rate_of_them():
    assert floor_s([ADD], ceilings(multiply_adds_per_s={}), CPU) == floor_s([ADD], ceilings(), CPU)


def test_launches_leave_a_part_of_the_time_at_least():
    once = launches([ADD], ceilings(), CPU)
    assert once.rest_s(1e-3) == pytest.approx(1e-3 - 3e-6)
    assert once.rest_s(1e-6) == pytest.approx(1e-8)
