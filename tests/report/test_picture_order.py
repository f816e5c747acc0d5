import pytest

from guidelines.report.pictures.order import in_order

FRAGMENTS = ("1-fragment", "2-series", "4-series", "2-parallel", "4-parallel")
RATIOS, OTHER_RATIOS = ("1:1", "1:2", "1:6", "1:12"), ("1:1", "1:4", "1:16")
GROUPS, OTHER_GROUPS = ("g=1", "g=2", "g=4", "g=8"), ("g=1", "g=4", "g=16")


def rows(*names):
    return {name: row for row, name in enumerate(names)}


@pytest.mark.parametrize(
    ("curves", "expected"),
    [
        ([rows("b", "a")], ("b", "a")),
        ([rows("b", "a"), {"c": 2}], ("b", "a", "c")),
        ([{"c": 2}, rows("b", "a")], ("b", "a", "c")),
        ([rows(*RATIOS), rows(*OTHER_RATIOS)], ("1:1", "1:2", "1:4", "1:6", "1:12", "1:16")),
        ([rows(*OTHER_GROUPS), rows(*GROUPS)], (*GROUPS, "g=16")),
        ([rows(*FRAGMENTS[::2]), rows(*FRAGMENTS)], FRAGMENTS),
        ([rows("a", "b"), rows("b", "a")], ("a", "b")),
        ([], ()),
    ],
)
def test_variants_of_several_curves_have_one_order(curves, expected):
    assert in_order(curves) == list(expected)
