from dataclasses import replace

import pytest
from made_up_ceilings import CPU, LAUNCH_S, ceilings

from guidelines.analysis.account.sufficient import INCOMPLETE, LAUNCHES, TRAFFIC, Needs, lacking, sufficient
from guidelines.results.ceilings import COPY, Rate
from guidelines.spec.condition import Condition

CUDA = Condition("cuda:0", "a device")
GRAPH = replace(CUDA, mode="cudagraph")
BOTH = (TRAFFIC, LAUNCHES)
NO_TRAFFIC = ceilings(traffic={}, missing=("rates of moving bytes: no memory",))
NO_PRODUCTS = ceilings(multiply_adds_per_s={}, missing=("rate of the matrix product: no such type",))
NO_LAUNCHES = ceilings(launch_s={}, missing=("launches in mode eager: no time",))


def needs(condition=CPU, has_products=True, **changes):
    return Needs(condition, has_products, **changes)


def known(*passes, **changes):
    """The numbers of the passes that suffice, and the factors for which they do."""
    enough = sufficient([replace(each, number=1 + k) for k, each in enumerate(passes)], needs(**changes))
    return enough and ([each.number for each in enough.passes], enough.factors)


@pytest.mark.parametrize(
    ("lacks", "factors"),
    [
        (ceilings(), BOTH),
        (NO_TRAFFIC, (LAUNCHES,)),
        (NO_PRODUCTS, (LAUNCHES,)),
        (NO_LAUNCHES, (TRAFFIC,)),
        (replace(NO_LAUNCHES, traffic={}), None),
        (replace(NO_LAUNCHES, multiply_adds_per_s={}), None),
        (replace(NO_TRAFFIC, multiply_adds_per_s={}), (LAUNCHES,)),
        (ceilings(traffic={COPY: (Rate(2**16, 1e9),)}), (LAUNCHES,)),
    ],
)
def test_a_kind_of_ceilings_that_is_missing_leaves_out_its_factor(lacks, factors):
    assert known(lacks) == (factors and ([1], factors))


def test_networks_without_products_need_none():
    assert known(NO_PRODUCTS, has_products=False) == ([1], BOTH)


def test_the_passes_that_suffice_alone_give_intervals():
    assert known(NO_LAUNCHES, ceilings(), NO_TRAFFIC, ceilings()) == ([2, 4], BOTH)
    assert known(NO_LAUNCHES, NO_LAUNCHES) == ([1, 2], (TRAFFIC,))
    assert known(NO_LAUNCHES, replace(NO_LAUNCHES, traffic={})) == ([1], (TRAFFIC,))
    assert known(NO_LAUNCHES, NO_TRAFFIC) == ([], BOTH)
    assert known(NO_TRAFFIC, NO_LAUNCHES, NO_LAUNCHES) == ([], BOTH)
    assert known() is None


def test_each_figure_is_the_best_of_all_passes_that_have_it():
    slow = ceilings(bytes_per_s=1e8)
    fast = ceilings(bytes_per_s=1e9, multiply_adds_per_s={}, number=2)
    (passes, together, factors) = sufficient([slow, fast], needs())
    assert (passes, factors) == ((slow,), BOTH)
    assert (together.traffic[COPY], together.multiply_adds_per_s) == (
        fast.traffic[COPY],
        slow.multiply_adds_per_s,
    )


def test_a_factor_that_is_left_out_is_not_asked_for():
    assert known(ceilings(), left_out=frozenset({LAUNCHES})) == ([1], (TRAFFIC,))
    assert known(ceilings(), left_out=frozenset({TRAFFIC})) == ([1], (LAUNCHES,))
    assert known(ceilings(), left_out=frozenset(BOTH)) is None


def test_launches_that_go_on_beside_the_computing_tell_nothing_without_floors():
    assert known(ceilings(CUDA, traffic={}), condition=CUDA) is None
    assert known(ceilings(CUDA, traffic={}), condition=GRAPH) == ([1], (LAUNCHES,))


def test_eager_launches_of_a_cuda_device_need_those_in_a_graph():
    in_eager_alone = ceilings(CUDA, launch_s={"eager": LAUNCH_S})
    assert known(in_eager_alone, condition=CUDA) == ([1], (TRAFFIC,))
    in_a_graph_alone = ceilings(CUDA, launch_s={"cudagraph": LAUNCH_S})
    assert known(in_a_graph_alone, condition=GRAPH) == ([1], BOTH)


def test_a_factor_has_the_reasons_of_its_own_figures():
    assert lacking(ceilings(), TRAFFIC, needs()) == lacking(ceilings(), LAUNCHES, needs()) == ()
    everything = (*NO_TRAFFIC.missing, *NO_PRODUCTS.missing, *NO_LAUNCHES.missing)
    bare = ceilings(traffic={}, multiply_adds_per_s={}, launch_s={}, missing=everything)
    assert lacking(bare, TRAFFIC, needs()) == everything[:2]
    assert lacking(bare, TRAFFIC, needs(has_products=False)) == everything[:1]
    assert lacking(bare, LAUNCHES, needs()) == everything[2:]


def test_a_reason_of_no_figure_is_that_of_all():
    dead = ceilings(traffic={}, multiply_adds_per_s={}, launch_s={}, missing=("the process died",))
    assert lacking(dead, TRAFFIC, needs()) == lacking(dead, LAUNCHES, needs()) == ("the process died",)
    assert lacking(replace(NO_TRAFFIC, launch_s={}), LAUNCHES, needs()) == (INCOMPLETE,)


def test_a_type_of_unknown_size_has_no_traffic():
    unknown = replace(CPU, dtype="float8")
    assert lacking(ceilings(unknown), TRAFFIC, needs(unknown)) == ("the bytes of a float8 are unknown",)
    assert known(ceilings(unknown), condition=unknown) == ([1], (LAUNCHES,))


def test_launches_of_no_common_kind_are_unknown():
    rare = ceilings(launch_s={"eager": {"convolution": 5e-6}})
    assert lacking(rare, LAUNCHES, needs()) == (INCOMPLETE,)
