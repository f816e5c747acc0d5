from dataclasses import replace

import pytest

from guidelines.analysis.compare import CompareError, compare
from guidelines.report.subjects.comparison import document
from guidelines.results.model import Circumstances, Failure
from guidelines.spec.work import Cost


def by_name(comparison):
    return {row.name: row for row in comparison.rows}


@pytest.fixture
def sweep_of(entry, results):
    """A whole sweep of G2 as the results of one machine."""

    def sweep_of(g2, g8, **changes):
        return results(*(entry(name, s, **changes) for name, s in (("g=1", 1.0), ("g=2", g2), ("g=8", g8))))

    return sweep_of


def test_slowdowns_are_compared_each_against_its_own_baseline(sweep_of):
    rows = by_name(compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.4)))
    assert [row.outcome for row in rows.values()] == ["", "SAME", "STRONGER"]
    assert rows["G2 x1 g=8"].ratio(0.95).estimate == pytest.approx(1.2, rel=0.01)
    assert by_name(compare(sweep_of(1.2, 2.4), sweep_of(1.2, 2.0)))["G2 x1 g=8"].outcome == "WEAKER"


def test_a_guideline_that_promises_speed_is_stronger_where_the_ratio_falls(sweep_of):
    rows = by_name(compare(sweep_of(0.9, 0.8, expect="faster"), sweep_of(0.9, 0.6, expect="faster")))
    assert rows["G2 x1 g=8"].outcome == "STRONGER"


def test_noise_floors_of_either_side_widen_the_margin(entry, sweep_of):
    noisy = replace(entry("g=1", 1.0).control, low=0.8, high=1.2)
    rows = by_name(compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.2, control=noisy)))
    assert rows["G2 x1 g=8"].effect.margin == pytest.approx(0.2)
    assert rows["G2 x1 g=8"].outcome == "UNCLEAR"
    assert rows["G2 x1 g=8"].effect.reason == "below the noise floor of 20 %"
    noisier = replace(noisy, low=0.7, high=1.3)
    unclear = by_name(compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.2, control=noisier)))
    assert unclear["G2 x1 g=8"].outcome == "UNCLEAR"
    unknown = by_name(compare(sweep_of(1.2, 2.0, control=None), sweep_of(1.2, 2.4)))
    assert unknown["G2 x1 g=8"].effect.reason == "no noise floor is known"


def test_speed_is_compared_by_the_image(entry, sweep_of):
    one = entry("g=1", 1.0).place.condition
    rows = compare(
        sweep_of(1.2, 2.0, condition=one),
        sweep_of(1.2, 2.0, condition=replace(one, batch_size=4), multiply_adds=4 * 128_450_560),
    ).rows
    assert [row.pace for row in rows] == ["FASTER"] * 3
    assert rows[0].speedup(0.95).estimate == pytest.approx(4.0)


def test_different_networks_have_no_speedup_but_their_effects_are_compared(sweep_of):
    comparison = compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.0, widths=(128,)))
    assert {row.pace for row in comparison.rows} == {""}
    assert comparison.speedup is None
    assert by_name(comparison)["G2 x1 g=8"].outcome == "SAME"


def test_conditions_are_paired_by_likeness_whatever_the_device_is_called(entry, results):
    one = entry("g=1", 1.0).place.condition
    two = replace(one, threads=2)
    a = results(*(entry(v, s, condition=c) for c in (one, two) for v, s in (("g=1", 1.0), ("g=8", 2.0))))
    named = [replace(c, device_name="another processor") for c in (two, one)]
    b = results(*(entry(v, s, condition=c) for c in named for v, s in (("g=1", 1.0), ("g=8", 2.0))))
    guidelines = compare(a, b).guidelines
    assert [(g.a.threads, g.b.threads, g.differences) for g in guidelines] == [(1, 1, ()), (2, 2, ())]


def test_the_one_condition_left_on_each_side_is_paired_and_the_difference_named(entry, sweep_of):
    one = entry("g=1", 1.0).place.condition
    other = replace(one, threads=2, dtype="bfloat16")
    (guideline,) = compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.0, condition=other)).guidelines
    assert guideline.differences == ("dtype float32 | bfloat16", "threads 1 | 2")


def test_what_stands_on_one_side_only_is_listed(entry, results):
    failure = Failure(entry("g=2", 1.0).place, (90,), Cost(multiply_adds=7, memory_access=8), "no memory")
    a = results(entry("g=1", 1.0), entry("g=8", 2.0), entry("g=1", 1.0, sweep="x2"), failures=[failure])
    b = results(entry("g=1", 1.0), entry("g=2", 1.2), entry("g=8", 2.0))
    comparison = compare(a, b)
    assert comparison.only_a == ("G2 x2 (cpu, against g=1)",)
    assert comparison.only_b == ("G2 x1 g=2 (cpu, against g=1)",)


def test_nothing_in_common_is_refused_with_what_each_holds(entry, results, sweep_of):
    with pytest.raises(CompareError, match="no sweep in common: A holds G2 x1; B holds G2 x4"):
        compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.0, sweep="x4"))
    with pytest.raises(CompareError, match="A holds G2 x1; B holds failures only"):
        compare(
            sweep_of(1.2, 2.0),
            results(
                failures=[Failure(entry("g=2", 1.0).place, (), Cost(multiply_adds=7, memory_access=8), "")]
            ),
        )


def test_two_devices_under_one_condition_are_paired_by_their_names(entry, results):
    one = entry("g=1", 1.0).place.condition
    conditions = [replace(one, device="cuda:0", device_name=name) for name in ("old", "new")]
    a, b = (
        results(*(entry(v, s, condition=c) for c in found for v, s in (("g=1", 1.0), ("g=8", 2.0))))
        for found in (conditions, conditions[::-1])
    )
    assert [(g.a.device_name, g.b.device_name) for g in compare(a, b).guidelines] == [
        ("old", "old"),
        ("new", "new"),
    ]


def test_slowdowns_against_different_baselines_are_not_compared(entry, results, sweep_of):
    b = results(*(entry(v, s, sweep="x1", baseline="g=2") for v, s in (("g=2", 1.0), ("g=8", 1.7))))
    with pytest.raises(CompareError, match="no sweep in common"):
        compare(sweep_of(1.2, 2.0), b)


def test_what_is_judged_per_multiply_add_is_compared_so(sweep_of):
    how = {"per_multiply_add": True, "spread": 0}
    a, b = sweep_of(1.2, 2.0, work_ratio=1.0, **how), sweep_of(1.2, 2.0, work_ratio=2.5, **how)
    comparison = compare(a, b)
    row = by_name(comparison)["G2 x1 g=8"]
    assert row.ratio(0.95).estimate == pytest.approx(1 / 2.5, rel=0.01)
    assert row.outcome == "WEAKER"
    (section, *_) = document(comparison).sections
    assert {row.group for row in section.grid.rows} == {"x1, per mult-add"}
    assert "G2 x1 g=8 WEAKER: 2x the time per mult-add of g=1 on A, 0.8x on B" in section.verdicts[-1]
    assert "opposite" not in section.verdicts[-1]


def test_slowdowns_that_are_judged_differently_are_not_compared(sweep_of):
    with pytest.raises(CompareError, match="A holds G2 x1; B holds G2 x1 per mult-add"):
        compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.0, per_multiply_add=True))


def test_a_sweep_that_is_judged_differently_stands_alone_on_either_side(entry, results):
    a, b = (
        results(
            *(entry(v, s) for v, s in (("g=1", 1.0), ("g=8", 2.0))),
            entry("g=1", 1.0, sweep="x2", per_multiply_add=per_multiply_add),
            entry("g=8", 2.0, sweep="x2", per_multiply_add=per_multiply_add),
        )
        for per_multiply_add in (False, True)
    )
    comparison = compare(a, b)
    assert comparison.only_a == ("G2 x2 (cpu, against g=1)",)
    assert comparison.only_b == ("G2 x2 (cpu, against g=1 per mult-add)",)


def test_a_change_knows_which_side_is_about_launches(sweep_of):
    waiting = {"circumstances": Circumstances(launch_s=5e-3, device_s=2e-3)}
    rows = by_name(compare(sweep_of(1.2, 2.0, **waiting), sweep_of(1.2, 2.4)))
    changed = rows["G2 x1 g=8"]
    assert changed.outcome == "STRONGER"
    assert (changed.is_a_launch_bound, changed.is_b_launch_bound) == (True, False)
    assert {row.is_about_launches for row in rows.values()} == {True}
    other = compare(sweep_of(1.2, 2.0), sweep_of(1.2, 2.4)).rows
    assert {row.is_about_launches for row in other} == {False}
