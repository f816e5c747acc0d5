"""Which widths are measured for which data type, and for how long."""

import pytest

from guidelines.plugin import conditions
from guidelines.spec.condition import Setup

pytest_plugins = "pytester"

EXPERIMENT = """
import pytest

from guidelines import Conv, Stack, Sweep, Variant
from guidelines.spec.channels import ratio_widths


def variant(c1, c2):
    return Variant(f"1to{c2 // c1}", f"1:{c2 // c1}", (c1, c2), Stack((Conv(c1, c2),)), list)


def sweeps(condition):
    second = (3, 6)
    if condition.channel_rule == "exact":
        second = ratio_widths(32, RATIO, "exact").widths
    yield Sweep("G9", "claim", "both", (variant(32, 32), variant(*second)))
    yield Sweep("G9", "claim", "same", (variant(8, 8), variant(8, 16)))


@pytest.mark.guideline(sweeps=sweeps)
def test_g9(measure):
    measure()
"""
NOTE = (
    "bfloat16: published and aligned widths share the time, because matrix units want multiples of 8 "
    "channels; --channels paper or exact measures one of the two"
)


def configured(pytester, *arguments):
    return pytester.parseconfigure("-p", "guidelines.plugin", "--device=cpu", *arguments)


def ids(pytester, *arguments):
    return [each.id for each in conditions.conditions(configured(pytester, *arguments), Setup())]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), ["cpu"]),
        (("--dtype=bfloat16",), ["cpu-bfloat16", "cpu-bfloat16-exact"]),
        (("--dtype=float32,bfloat16",), ["cpu", "cpu-bfloat16", "cpu-bfloat16-exact"]),
        (("--dtype=bfloat16", "--channels=paper"), ["cpu-bfloat16"]),
        (("--dtype=bfloat16", "--channels=exact"), ["cpu-bfloat16-exact"]),
        (("--channels=all",), ["cpu", "cpu-exact"]),
    ],
)
def test_half_precision_is_measured_at_both_kinds_of_widths_unless_others_are_asked_for(
    pytester, monkeypatch, arguments, expected
):
    monkeypatch.setattr(conditions, "runs_dtype", lambda device, dtype: True)
    assert ids(pytester, *arguments) == expected


def test_both_kinds_of_widths_share_the_time_unless_they_are_asked_for(pytester, monkeypatch):
    monkeypatch.setattr(conditions, "runs_dtype", lambda device, dtype: True)

    def share(rules, *arguments):
        config = configured(pytester, "--dtype=bfloat16", *arguments)
        return {conditions.time_share(config, each, rules) for each in conditions.conditions(config, Setup())}

    assert share(1) == {1.0}
    assert share(2) == {0.5}
    assert share(2, "--channels=all") == {1.0}


@pytest.fixture
def collected(pytester, monkeypatch):
    """The tests that an experiment has, and all that is printed, with options."""
    monkeypatch.setattr(conditions, "runs_dtype", lambda device, dtype: True)
    pytester.makeconftest('pytest_plugins = ["guidelines.plugin"]')

    def collected(ratio, *arguments):
        pytester.makepyfile(test_g9=EXPERIMENT.replace("RATIO", str(ratio)))
        run = pytester.runpytest("--device=cpu", "--dtype=bfloat16", "--collect-only", *arguments)
        names = [line.strip() for line in run.outlines if "<Function" in line]
        return [name.partition("[cpu-")[2].rstrip("]>") for name in names], run.stdout.str()

    return collected


def test_a_sweep_that_is_the_same_at_both_widths_comes_once(collected):
    names, printed = collected(4)
    assert names == [
        "bfloat16-both-1to1",
        "bfloat16-both-1to2",
        "bfloat16-same-1to1",
        "bfloat16-same-1to2",
        "bfloat16-exact-both-1to1",
        "bfloat16-exact-both-1to4",
    ]
    assert NOTE in printed


def test_an_experiment_without_aligned_widths_is_measured_at_its_own_unless_they_are_asked_for(collected):
    names, _ = collected(3)
    assert [name for name in names if "exact" in name] == []
    assert len(names) == 4
    _, printed = collected(3, "--channels=all")
    assert "1:3 at base 32: no multiple of 8 has exactly equal multiply-adds" in printed


def test_nothing_is_said_of_widths_that_were_asked_for(collected):
    names, printed = collected(4, "--channels=paper")
    assert len(names) == 4
    assert "share the time" not in printed
