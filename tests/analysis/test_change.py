import pytest

from guidelines.analysis.change import MarginedRatio, verdict_confidence
from guidelines.analysis.change import change as change_of
from guidelines.stats.intervals import Estimate, Exactly


def ratio(low, high):
    return lambda confidence: Estimate((low * high) ** 0.5, low, high, confidence, 50)


def change(low, high, least=0.03):
    return change_of(MarginedRatio(ratio(low, high), least), 0.95)


@pytest.mark.parametrize(
    ("low", "high", "direction", "reason"),
    [
        (1.04, 1.2, "more", "above 1.03"),
        (0.8, 0.95, "less", "below 0.971"),
        (0.98, 1.02, "same", "within 3 %"),
        (1.01, 1.2, "unclear", "spans 1.03"),
        (0.9, 1.0, "unclear", "spans 0.971"),
        (0.9, 1.2, "unclear", "too wide"),
    ],
)
def test_the_whole_interval_must_lie_on_one_side_of_the_margin(low, high, direction, reason):
    found = change(low, high)
    assert (found.direction, found.reason) == (direction, reason)


def test_the_inverse_ratio_gives_the_opposite_verdict():
    opposite = {"more": "less", "less": "more", "same": "same", "unclear": "unclear"}
    for low, high in ((1.04, 1.2), (0.98, 1.02), (1.01, 1.2), (1.0, 1.03)):
        assert change(1 / high, 1 / low).direction == opposite[change(low, high).direction]


def test_what_is_not_known_is_unclear_with_the_reason():
    unknown = MarginedRatio(ratio(1.5, 1.6), floors=(0.01, None))
    assert change_of(unknown, 0.95).reason == "no noise floor is known"
    few = MarginedRatio(lambda c: Estimate(2.0, None, None, c, 3), 0.03)
    assert change_of(few, 0.95).reason == "too few rounds or passes"


@pytest.mark.parametrize(
    ("floors", "least", "expected"),
    [
        ((0.01, 0.02), 0.03, 0.03),
        ((0.01, 0.05), 0.03, 0.05),
        ((0.01,), 0.002, 0.01),
        ((0.01, None), 0.03, None),
    ],
)
def test_the_margin_is_the_largest_of_the_least_change_and_the_noise_floors(floors, least, expected):
    assert MarginedRatio(ratio(1, 1), least, floors).margin == expected


@pytest.mark.parametrize("bounds", [(0.4, 1.9), (0.99, 1.01), (5.0, 6.0)])
def test_noise_decides_nothing_however_wide_it_makes_the_margin(bounds):
    noisy = change_of(MarginedRatio(ratio(*bounds), floors=(0.01, 2.2)), 0.95)
    assert (noisy.direction, noisy.reason) == ("unclear", "the noise floor is above 25 %: it decides nothing")


def test_a_least_change_that_was_asked_for_may_be_large():
    large = MarginedRatio(ratio(1.6, 1.7), least=0.5, floors=(0.01,))
    assert change_of(large, 0.95).direction == "more"


def test_a_verdict_is_judged_at_a_fifth_of_the_error_of_the_run():
    def at(confidence):
        half = 0.02 * (1 + 50 * (confidence - 0.95))
        return Estimate(1.06, 1.06 - half, 1.06 + half, confidence, 50)

    assert verdict_confidence(0.95) == pytest.approx(0.99)
    judged = change_of(MarginedRatio(at), 0.95)
    assert judged.ratio == at(verdict_confidence(0.95))
    assert (judged.direction, change_of(MarginedRatio(at), 0.5).direction) == ("unclear", "more")


def test_figures_that_are_identical_are_the_same_whatever_the_noise():
    for floors in ((), (None,), (0.4,)):
        judged = change_of(MarginedRatio(Exactly(1.0, 1), floors=floors), 0.95)
        assert (judged.direction, judged.reason) == ("same", "identical")
