"""A mistake in a guideline of one's own is one line that says what is possible."""

from functools import partial

import pytest
from torch import nn

from guidelines.measure.case import cases
from guidelines.spec.condition import Condition, Setup
from guidelines.spec.sweep import Sweep, Variant
from guidelines.spec.work import Conv, Stack, Traced

CPU = Condition("cpu", "a processor")
STACK = Stack((Conv(8, 8),))
BUILDER = "give a function without arguments that returns a new torch.nn.Module, such as functools.partial"


def build(c):
    return nn.Conv2d(c, c, 1)


BUILD = partial(build, 8)


def variant(id="a", name=None, widths=(8,), work=STACK, build=BUILD, **named):
    return Variant(id, name or id, widths, work, build, **named)


ROWS = (variant("a"), variant("b"))


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (
            lambda: Stack(Conv(8, 8)),
            "Stack: convs must be a tuple such as (Conv(64, 64, 3),), got a Conv",
        ),
        (lambda: Stack([Conv(8, 8)]), "Stack: convs must be a tuple such as (Conv(64, 64, 3),), got [Conv("),
        (lambda: Stack((8, 8)), "Stack: convs must be a tuple such as (Conv(64, 64, 3),), got 8 in it"),
        (
            lambda: Stack(()),
            "Stack: convs is empty; for a network without convolutions see guidelines.Traced",
        ),
        (lambda: Stack((Conv(8, 8),), "16"), "elementwise_accesses must be a positive integer, got '16'"),
        (lambda: Traced("8", len, len), "in_channels must be a positive integer, got '8'"),
        (lambda: Setup(image_sizes=56), "Setup: image_sizes must be a tuple such as (56,), got 56"),
        (lambda: variant(3), "variant 3: id must be a text in quotes, got 3"),
        (lambda: variant(name=3), "variant 'a': name must be a text in quotes, got 3"),
        (lambda: variant(widths=[8]), "variant 'a': widths must be a tuple such as (64,), got [8]"),
        (lambda: variant(widths=8), "variant 'a': widths must be a tuple such as (64,), got 8"),
        (lambda: variant(widths=("8",)), "variant 'a': widths must be a tuple such as (64,), got '8' in it"),
        (lambda: variant(groups="2"), "groups must be a positive integer, got '2'"),
        (
            lambda: variant(work=(Conv(8, 8),)),
            "variant 'a': work must be a Stack of convolutions, or guidelines.counted(build, ",
        ),
        (lambda: variant(build=build(8)), f"variant 'a': build is a Conv2d: {BUILDER}"),
        (lambda: variant(build=build(8).weight), f"variant 'a': build is a Parameter: {BUILDER}"),
        (
            lambda: variant(build=build),
            "variant 'a': build cannot be called without arguments (missing a required argument: 'c'): "
            f"{BUILDER}",
        ),
        (
            lambda: Sweep("G5", "claim", "x1", variant()),
            "Sweep 'G5': variants must be a tuple such as (Variant(...), Variant(...)), got a Variant",
        ),
        (
            lambda: Sweep("G5", "claim", ROWS, "x1"),
            "Sweep 'G5': name must be a text in quotes, got (Variant(",
        ),
        (lambda: Sweep(5, "claim", "x1", ROWS), "Sweep 5: guideline must be a text in quotes, got 5"),
        (
            lambda: Sweep("G5", "claim", "x1", ROWS, expect="quicker"),
            "Sweep 'G5': expect must be 'slower' or 'faster', got 'quicker'",
        ),
    ],
)
def test_a_value_of_another_type_is_named(make, line):
    with pytest.raises(ValueError, match=r".") as error:
        make()
    assert str(error.value).startswith(line)
    assert len(str(error.value).splitlines()) == 1


def nothing():
    yield Sweep("G5", "claim", "x1", ROWS)


@pytest.mark.parametrize(
    ("sweeps", "line"),
    [
        (nothing, "t: sweeps must take one argument, the condition (too many positional arguments)"),
        (lambda condition: None, "t: sweeps(condition) must yield Sweep objects, it returned None"),
        (
            lambda condition: next(nothing()),
            "t: sweeps(condition) must yield Sweep objects, it returned a Sweep",
        ),
        (lambda condition: ROWS[:1], "t: sweeps(condition) must yield Sweep objects, it gave a Variant"),
    ],
)
def test_sweeps_that_give_none_are_named(sweeps, line):
    with pytest.raises(ValueError, match=r".") as error:
        list(cases(sweeps, [CPU], "t"))
    assert str(error.value) == line


def test_classes_and_functions_that_need_nothing_are_builders():
    for builder in (nn.Identity, lambda: None, partial(build, 8), list):
        assert variant(build=builder).build is builder
