"""The work of any network is counted by the suite itself."""

from functools import partial

import pytest
from torch import nn

import guidelines
from guidelines import Condition, Conv, Stack, Variant, counted
from guidelines.measure.device.declared import check_work

CPU = Condition("cpu", "a processor", image_size=8, batch_size=2)
PIXELS = 2 * 8 * 8


class Squeezed(nn.Module):
    """A convolution, and a factor for each channel from its mean."""

    def __init__(self, c, inner):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1, bias=False)
        self.factors = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(c, inner), nn.Linear(inner, c)
        )

    def forward(self, x):
        x = self.conv(x)
        return x * self.factors(x)[:, :, None, None]


BUILD = partial(Squeezed, 16, 4)


def variant(work, build=BUILD):
    return Variant("a", "a", (16,), work, build)


def test_a_network_with_pools_and_linear_layers_is_counted():
    row = variant(counted(BUILD, in_channels=16))
    assert row.input_shape(CPU) == (2, 16, 8, 8)
    assert row.cost(CPU).multiply_adds == PIXELS * 9 * 16 * 16 + 2 * 2 * 16 * 4
    assert row.cost(CPU).parameters == 9 * 16 * 16 + 2 * 16 * 4 + 16 + 4
    assert check_work(row, CPU).noted == ()


def test_an_image_size_of_its_own_replaces_that_of_the_condition():
    assert variant(counted(BUILD, 16, image_size=5)).input_shape(CPU) == (2, 16, 5, 5)


def test_a_stack_of_other_work_names_the_way_out_and_both_totals():
    with pytest.raises(
        ValueError, match="the module does 295168 multiply-adds, it declares 294912; "
    ) as error:
        check_work(variant(Stack((Conv(16, 16, 3),))), CPU)
    assert "guidelines.counted(build, in_channels=16) in place of the Stack" in str(error.value)


def test_help_on_both_kinds_of_work_names_it():
    assert "guidelines.counted(build, in_channels=64)" in guidelines.Traced.__doc__
    assert "see Traced" in guidelines.Stack.__doc__


class Failing(nn.Module):
    def forward(self, x):
        raise KeyError("nothing\nhere")


def failing():
    raise TypeError("no such type")


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (failing, "its work cannot be counted: TypeError: no such type"),
        (Failing, ".*KeyError.*nothing"),
        (partial(nn.Linear, 3, 3), ".*"),
    ],
)
def test_a_network_that_cannot_be_built_or_called_is_one_line(build, reason):
    with pytest.raises(ValueError, match=f"^{reason}") as error:
        counted(build, 16).cost((1, 16, 8, 8))
    assert len(str(error.value).splitlines()) == 1
