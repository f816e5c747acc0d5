"""Which widths an answer rests on."""

from dataclasses import replace

import pytest

from guidelines.analysis.answer import conclusions
from guidelines.analysis.machines.matrix import matrix
from guidelines.analysis.tables import tables
from guidelines.results.model import Failure
from guidelines.spec.work import Cost


@pytest.fixture
def condition(entry):
    return replace(entry("g=1", 1.0).place.condition, dtype="float16")


@pytest.fixture
def aligned(condition):
    return replace(condition, channel_rule="exact")


@pytest.fixture
def sweep_of(entry):
    """Entries of one sweep with a slow-down."""

    def sweep_of(slowdown, **changes):
        return [entry("g=1", 1.0, **changes), entry("g=8", slowdown, **changes)]

    return sweep_of


def found(run):
    return [
        (
            each.guideline,
            each.condition.channel_rule,
            each.finding,
            each.at_published_widths.finding if each.at_published_widths else "",
        )
        for each in conclusions(tables(run))
    ]


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_conclusion_rests_on_aligned_widths_beside_published_ones(
    sweep_of, results, condition, aligned, dtype
):
    published, exact = (replace(each, dtype=dtype) for each in (condition, aligned))
    run = results(*sweep_of(2.0, condition=published), *sweep_of(0.8, condition=exact))
    assert found(run) == [("G2", "exact", "does not hold", "holds")]


@pytest.mark.parametrize("rule", ["paper", "exact"])
def test_widths_of_one_kind_stand_for_themselves(sweep_of, results, condition, rule):
    run = results(*sweep_of(2.0, condition=replace(condition, channel_rule=rule)))
    assert found(run) == [("G2", rule, "holds", "")]


def test_a_guideline_whose_widths_are_the_same_by_both_rules_stands_beside_the_others(
    sweep_of, results, condition, aligned
):
    others = sweep_of(1.2, guideline="G4", condition=condition)
    run = results(*sweep_of(2.0, condition=condition), *sweep_of(1.5, condition=aligned), *others)
    assert found(run) == [("G2", "exact", "holds", "holds"), ("G4", "paper", "holds", "")]


def test_published_widths_stand_for_the_guideline_if_aligned_ones_have_no_verdict(
    entry, sweep_of, results, condition, aligned
):
    run = results(*sweep_of(2.0, condition=condition), entry("g=1", 1.0, condition=aligned))
    assert found(run)[0] == ("G2", "paper", "holds", "")
    place = entry("g=8", 1.0, condition=aligned).place
    failure = Failure(place, (64,), Cost(), "RuntimeError: no memory")
    run = results(*sweep_of(2.0, condition=condition), failures=[failure])
    assert found(run)[0] == ("G2", "paper", "holds", "")


def test_of_modes_and_widths_one_table_tells_of_device_and_guideline(sweep_of, results, condition, aligned):
    entries = []
    for mode, slowdown in (("eager", 1.1), ("cudagraph", 3.0)):
        for under in (condition, aligned):
            here = replace(under, device="cuda:0", mode=mode)
            entries += sweep_of(slowdown, condition=here)
    (conclusion,) = conclusions(tables(results(*entries)))
    assert (conclusion.condition.mode, conclusion.condition.channel_rule) == ("cudagraph", "exact")
    assert conclusion.at_published_widths.condition.mode == "cudagraph"
    assert conclusion.at_published_widths.effects[0].estimate == pytest.approx(3.0, rel=0.01)


def test_a_matrix_counts_one_cell_of_a_guideline_at_both_widths(sweep_of, results, condition, aligned):
    others = sweep_of(1.2, guideline="G4", condition=condition)
    run = results(*sweep_of(2.0, condition=condition), *sweep_of(1.5, condition=aligned), *others)
    counted = {}
    for line in matrix([run]).lines:
        for guideline, standing in line.standings.items():
            counted[guideline, line.condition.channel_rule] = standing.is_counted
    assert counted == {("G2", "paper"): False, ("G2", "exact"): True, ("G4", "paper"): True}
