from dataclasses import replace

import pytest

from guidelines.analysis.matrix import matrix, varied
from guidelines.results.model import Machine


def test_each_cell_is_the_sweep_with_the_largest_effect(entry, results):
    found = matrix(
        [
            results(
                *(
                    entry(variant, slowdown, sweep=sweep)
                    for sweep, extreme in (("x1", 1.3), ("x2", 2.0), ("x4", 1.0))
                    for variant, slowdown in (("g=1", 1.0), ("g=8", extreme))
                )
            )
        ]
    )
    (line,) = found.lines
    standing = line.standings["G2"]
    assert (standing.sweep, standing.extreme, standing.verdict.outcome) == ("x2", "g=8", "holds")
    assert standing.effect.estimate == pytest.approx(2.0, rel=0.01)
    assert (standing.sweeps_held, standing.sweeps_judged) == (2, 3)


def test_the_largest_effect_of_a_guideline_that_promises_speed_is_the_fastest(entry, results):
    sweeps = (("c32", 0.8), ("c64", 0.95))
    found = matrix(
        [
            results(
                *(
                    entry(variant, s, sweep=sweep, guideline="G4", expect="faster")
                    for sweep, extreme in sweeps
                    for variant, s in (("g=1", 1.0), ("g=8", extreme))
                )
            )
        ]
    )
    standing = found.lines[0].standings["G4"]
    assert standing.sweep == "c32"
    assert standing.effect.estimate == pytest.approx(1 / 0.8, rel=0.01)


def test_a_line_is_a_machine_under_a_condition(entry, results):
    one = entry("g=1", 1.0).place.condition
    conditions = (one, replace(one, threads=2))
    both = results(*(entry(v, s, condition=c) for c in conditions for v, s in (("g=1", 1.0), ("g=8", 2.0))))
    other = results(entry("g=1", 1.0), entry("g=8", 2.0), machine=Machine(node="elsewhere"))
    found = matrix([both, other])
    assert [(line.machine.node, line.condition.threads) for line in found.lines] == [
        ("here", 1),
        ("here", 2),
        ("elsewhere", 1),
    ]
    assert found.verdicts == 3


def test_what_was_not_measured_has_no_standing(entry, results):
    found = matrix(
        [results(entry("g=1", 1.0), entry("g=2", 1.2)), results(entry("g=1", 1.0), entry("g=8", 2.0))]
    )
    assert [line.standings.keys() for line in found.lines] == [set(), {"G2"}]


def test_all_verdicts_are_judged_as_one_family(entry, results):
    alone = results(entry("g=1", 1.0), entry("g=8", 1.05, spread=0.06))
    outcome = {n: matrix([alone] * n).lines[0].standings["G2"].verdict.outcome for n in (1, 1000)}
    assert outcome == {1: "holds", 1000: "undecided"}


def test_a_standing_knows_whether_it_is_per_multiply_add(entry, results):
    sweep = [
        entry(v, s, work_ratio=1.25, guideline=g, per_multiply_add=g == "T8")
        for g in ("G2", "T8")
        for v, s in (("g=1", 1.0), ("g=8", 2.0))
    ]
    standings = matrix([results(*sweep)]).lines[0].standings
    assert {g: (s.is_per_multiply_add, round(s.effect.estimate, 2)) for g, s in standings.items()} == {
        "G2": (False, 2.0),
        "T8": (True, 1.6),
    }


def test_what_varies_is_what_was_judged_under_two_conditions(entry, results):
    one = entry("g=1", 1.0).place.condition
    two = replace(one, threads=2)
    places = (("G2", one), ("G2", two), ("G3", one))
    judged = [
        entry(v, s, guideline=g, condition=c) for g, c in places for v, s in (("g=1", 1.0), ("g=8", 2.0))
    ]
    baseline = entry("g=1", 1.0, guideline="G3", condition=two)
    found = varied(results(*judged, baseline))
    assert {(m.place.guideline, m.place.condition.threads) for m in found.measured} == {("G2", 1), ("G2", 2)}
