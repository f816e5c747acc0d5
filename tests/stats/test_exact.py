import statistics

import numpy as np
import pytest

from guidelines.stats.exact import variance


@pytest.mark.parametrize("seed", range(200))
def test_the_variance_is_the_float_that_statistics_gives(seed):
    rng = np.random.default_rng(seed)
    values = (rng.normal(rng.normal(), 10.0 ** rng.integers(-9, 3), rng.integers(2, 17))).tolist()
    assert variance(values) == statistics.variance(values)


def test_equal_values_have_none():
    assert variance([0.1] * 5) == 0.0


def test_a_single_value_has_no_variance():
    with pytest.raises(ValueError, match="needs two values"):
        variance([1.0])
