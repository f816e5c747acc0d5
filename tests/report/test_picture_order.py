import pytest

from guidelines.report.pictures.order import in_order

SERIES = (
    "1-fragment",
    "2-fragment-series",
    "4-fragment-series",
    "2-fragment-parallel",
    "4-fragment-parallel",
)


def rows(*names):
    return {name: row for row, name in enumerate(names)}


@pytest.mark.parametrize(
    ("curves", "expected"),
    [
        ([rows("b", "a")], ["b", "a"]),
        ([rows("b", "a"), {"c": 2}], ["b", "a", "c"]),
        ([{"c": 2}, rows("b", "a")], ["b", "a", "c"]),
        (
            [rows("1:1", "1:2", "1:6", "1:12"), rows("1:1", "1:4", "1:16")],
            ["1:1", "1:2", "1:4", "1:6", "1:12", "1:16"],
        ),
        (
            [rows("g=1", "g=4", "g=16"), rows("g=1", "g=2", "g=4", "g=8")],
            ["g=1", "g=2", "g=4", "g=8", "g=16"],
        ),
        ([rows(*FRAGMENTS[::2]), rows(*FRAGMENTS)], list(FRAGMENTS)),
        ([rows("a", "b"), rows("b", "a")], ["a", "b"]),
        ([], []),
    ],
)
def test_variants_of_several_curves_have_one_order(curves, expected):
    assert in_order(curves) == expected
