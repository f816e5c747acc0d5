import pytest

from guidelines.spec.sweep import Sweep, Variant
from guidelines.spec.work import Conv, Stack

STACK = Stack((Conv(2, 4), Conv(4, 2)))


def variant(name="a", work=STACK):
    return Variant(name, name, (2,), work, build=list)


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
