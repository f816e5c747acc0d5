import pytest

from guidelines.stats.intervals import Estimate
from guidelines.stats.noise_floor import noise_floor, too_noisy


def test_the_noise_floor_is_the_farthest_end_of_the_controls_interval():
    assert noise_floor(Estimate(1.001, 0.99, 1.004, 0.99, 50)) == pytest.approx(0.01)
    assert noise_floor(Estimate(1.001, 0.999, 1.004, 0.99, 50)) == pytest.approx(0.004)
    assert noise_floor(None) is None
    assert noise_floor(Estimate(1.0, None, None, 0.99, 3)) is None


@pytest.mark.parametrize(
    ("floor", "reason"),
    [
        (0.0, ""),
        (0.25, ""),
        (0.26, "the noise floor is above 25 %: it decides nothing"),
        (910.0, "the noise floor is above 25 %: it decides nothing"),
        (None, "no noise floor is known"),
    ],
)
def test_above_a_quarter_nothing_can_be_decided(floor, reason):
    assert too_noisy(floor) == reason
