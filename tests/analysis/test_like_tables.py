from dataclasses import replace

from guidelines.analysis.like_tables import condition_differences, like_tables
from guidelines.spec.condition import Condition

CUDA = Condition("cuda:0", "H200")
GRAPH = replace(CUDA, mode="cudagraph")


def pairs(a, b):
    return [(keys.a.condition, keys.b.condition) for keys in like_tables(a, b)]


def tuned(condition):
    return replace(condition, cudnn="autotune")


def test_equal_conditions_come_first(under):
    on_b = (tuned(CUDA), CUDA)
    assert pairs(under(CUDA, tuned(CUDA)), under(*on_b)) == [(CUDA, CUDA), (tuned(CUDA), tuned(CUDA))]


def test_conditions_that_differ_in_cudnns_choice_alone_are_matched_mode_by_mode(under):
    older = tuned(replace(CUDA, device_name="H100"))
    older_graph = tuned(replace(GRAPH, device_name="H100"))
    expected = [(CUDA, older), (GRAPH, older_graph)]
    assert pairs(under(CUDA, GRAPH), under(older_graph, older)) == expected
    assert pairs(under(CUDA, GRAPH), under(older)) == [(CUDA, older)]


def test_both_choices_on_one_side_are_not_matched_with_a_third_name(under):
    assert pairs(under(CUDA, tuned(CUDA)), under(replace(tuned(CUDA), device_name="H100"))) == [
        (tuned(CUDA), replace(tuned(CUDA), device_name="H100"))
    ]


def test_each_kind_of_widths_is_matched_with_its_own_whatever_else_differs(under):
    half = replace(CUDA, dtype="float16")
    aligned = replace(half, channel_rule="exact")
    assert pairs(under(CUDA), under(half, aligned)) == [(CUDA, half)]
    assert pairs(under(replace(CUDA, channel_rule="exact")), under(half)) == [
        (replace(CUDA, channel_rule="exact"), half)
    ]


def test_sweeps_with_batches_of_their_own_are_one_table(under):
    a, b = (replace(CUDA, batch_size=batch_size, is_auto_batch=True) for batch_size in (16, 64))
    assert pairs(under(a), under(b)) == [(a.shared, b.shared)]


def test_differences_name_what_has_a_meaning():
    assert condition_differences(CUDA, tuned(CUDA)) == ("cuDNN heuristic | autotune",)
    cpu = Condition("cpu", "")
    assert condition_differences(cpu, CUDA) == ("device cpu | cuda:0", "cuDNN none | heuristic")
    auto = replace(CUDA, batch_size=16, is_auto_batch=True)
    assert condition_differences(CUDA, auto) == ("batch size 1 | auto",)
    aligned = replace(CUDA, channel_rule="exact")
    assert condition_differences(CUDA, aligned) == ("widths published | aligned",)
