import pytest

from guidelines.report.subjects.span import NO_EFFECT, span
from guidelines.stats.intervals import Estimate


def known(estimate, half_width=0.01):
    return Estimate(estimate, estimate - half_width, estimate + half_width, 0.95, 40)


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        ([known(1.24), known(1.72)], "1.24-1.72x slower"),
        ([known(1.24)], "1.24x slower"),
        ([known(0.8), known(0.5)], "1.25-2.00x faster"),
        ([known(0.5, 0.01), known(0.5, 0.02)], "2.00x faster"),
        ([known(0.8), known(2.0)], "from 1.25x faster to 2.00x slower"),
        ([known(1.342), known(1.7, 0.3)], "1.3-1.7x slower"),
        ([known(1.2), known(35.0, 3.0)], "1.2-35x slower"),
        ([known(1.6, 5.0), known(1.63, 0.06)], "2x slower"),
        ([known(1.63, 0.06), known(2.4, 5.0)], "1.6-2x slower"),
    ],
)
def test_a_span_is_as_precise_as_its_less_certain_end(effects, expected):
    assert span(effects, "slower").text == expected


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        ([known(1.001)], NO_EFFECT),
        ([known(0.999), known(1.003)], NO_EFFECT),
        ([known(0.96, 0.6), known(1.02)], NO_EFFECT),
        ([known(0.988), known(1.002)], "1.00-1.01x faster"),
        ([known(0.998), known(1.3)], "1.00-1.30x slower"),
        ([known(0.5), Estimate(1.4, 0.3, 4.4, 0.95, 40)], "1.0-2.0x faster"),
    ],
)
def test_an_effect_of_1_has_no_direction(effects, expected):
    assert span(effects, "slower").text == expected


def test_a_span_never_runs_backwards_or_through_1_in_one_direction():
    sizes = (0.3, 0.62, 0.9, 0.97, 0.996, 1.0, 1.003, 1.04, 1.4, 1.9, 7.0, 30.0, 113.0)
    effects = [known(size, size * doubt) for size in sizes for doubt in (0.002, 0.03, 0.2, 0.9)]
    for one in effects:
        for other in effects:
            times, direction = span([one, other], "slower")
            if direction:
                ends = [float(end) for end in times.removesuffix("x").split("-")]
                assert ends == sorted(ends)
                assert ends[0] >= 1 < ends[-1]
                assert len(set(ends)) == len(ends)


def test_effects_of_other_claims_are_as_claimed_or_opposite():
    assert span([known(1.5)], "as claimed").text == "1.50x as claimed"
    assert span([known(0.5)], "as claimed").text == "2.00x opposite to the claim"
