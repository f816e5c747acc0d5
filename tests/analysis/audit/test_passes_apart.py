"""Audits whose variants were not all timed in the same passes."""

from dataclasses import replace

import pytest
from made_up_audits import audit_run, operator

from guidelines.analysis.audit.modes import APART
from guidelines.analysis.audit.of_run import audit_result
from guidelines.results.audit import REPLAYED, WITHOUT_G4, Timed


def without(run, **lost):
    """A run whose variants, such as part_1, lack the times of some passes."""
    entries = []
    for entry in run.entries:
        numbers = lost.get(entry.place.variant.replace("-", "_"), ())
        left = tuple(each for each in entry.passes if each.number not in numbers)
        entries.append(replace(entry, passes=left))
    return replace(run, entries=tuple(entries))


def renamed(run, **names):
    """A run whose variants, such as part_1, time something else."""
    entries = []
    for entry in run.entries:
        name = names.get(entry.place.variant.replace("-", "_"), entry.place.variant)
        place = replace(entry.place, variant=name)
        entries.append(replace(entry, identity=replace(entry.identity, place=place)))
    return replace(run, entries=tuple(entries))


def test_of_parts_that_no_pass_has_together_those_count_that_take_most_of_the_time():
    run = audit_run(1000, operator("a", 500), operator("b", 300), operator("c", 100))
    result = audit_result(without(run, part_1={1, 2, 3}, part_2={4, 5}))
    assert {each.part.variant for each in result.parts} == {"part-1", "part-3"}
    assert [(part.variant, reason) for part, reason in result.failed] == [("part-2", APART)]
    assert result.sum.estimate == pytest.approx(0.6, rel=0.01)
    assert sum(each.share.estimate for each in result.guidelines) == pytest.approx(0.6, rel=0.01)


def test_parts_with_one_pass_in_common_are_all_measured():
    run = audit_run(1000, operator("a", 500), operator("b", 400))
    result = audit_result(without(run, part_1={1, 2, 3, 4}))
    assert not result.failed
    assert result.sum.estimate == pytest.approx(0.9, rel=0.01)


def test_a_part_that_has_no_pass_with_the_network_is_not_measured():
    run = audit_run(1000, operator("a", 500), operator("b", 400))
    result = audit_result(without(run, network={4, 5}, part_1={1, 2, 3}))
    assert [(part.variant, reason) for part, reason in result.failed] == [("part-1", APART)]
    assert result.sum.estimate == pytest.approx(0.4, rel=0.01)


def test_no_part_with_the_network_is_an_audit_without_a_sum():
    run = audit_run(1000, operator("a", 500))
    result = audit_result(without(run, network={4, 5}, part_1={1, 2, 3}))
    assert result.sum is None
    assert not result.parts


def test_a_price_counts_alternatives_that_some_pass_has_together():
    run = audit_run(
        1000, operator("a", 400, "G1"), operator("b", 300, "G1"), operator("x", 200), operator("y", 200)
    )
    a, b, *_ = run.audit.parts
    parts = (
        replace(a, alternative=Timed("part-3", "balanced")),
        replace(b, alternative=Timed("part-4", "balanced")),
    )
    run = replace(run, audit=replace(run.audit, parts=parts))
    (together,) = audit_result(run).guidelines
    assert together.price.estimate == pytest.approx(0.3, rel=0.01)
    (apart,) = audit_result(without(run, part_3={1, 2, 3}, part_4={4, 5})).guidelines
    assert apart.price.estimate == pytest.approx(0.2, rel=0.02)


def test_replays_that_no_pass_has_together_tell_nothing_of_g4():
    run = audit_run(1000, operator("a", 500), operator("b", 900), operator("c", 800))
    run = renamed(run, part_2=REPLAYED, part_3=WITHOUT_G4)
    run = replace(run, audit=replace(run.audit, parts=run.audit.parts[:1]))
    assert audit_result(run).without_g4.estimate == pytest.approx(0.1, rel=0.1)
    lost = {WITHOUT_G4.replace("-", "_"): {1, 2, 3}, REPLAYED: {4, 5}}
    result = audit_result(without(run, **lost))
    assert result.without_g4 is None
    assert result.replayed.estimate == pytest.approx(0.9, rel=0.02)
