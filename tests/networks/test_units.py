import pytest

from guidelines.networks.units import DEPTH, UNITS, units, width
from guidelines.spec.condition import Condition

CONDITION = Condition("cpu", "a processor", image_size=5)


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.parametrize("c", [64, 128, 256])
def test_units_are_as_wide_as_comes_nearest_to_equal_work(name, c):
    wanted = UNITS["shufflenet_v2"].multiply_adds(c)
    own, step = width(name, c), UNITS[name].step
    assert own % step == 0
    missed = [abs(UNITS[name].multiply_adds(each) - wanted) for each in (own - step, own, own + step)]
    assert missed[1] == min(missed)
    assert missed[1] / wanted < 0.07


@pytest.mark.parametrize("name", UNITS)
def test_counted_work_is_that_of_the_closed_form(name):
    variant = units(name, 64)
    (own,) = variant.widths
    per_image = DEPTH * UNITS[name].multiply_adds(own) * CONDITION.image_size**2
    assert variant.cost(CONDITION).multiply_adds == per_image
    assert variant.input_shape(CONDITION) == (1, own, 5, 5)
