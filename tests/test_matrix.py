from dataclasses import replace

import pytest

from guidelines.matrix import matrix
from guidelines.results import Machine


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
    assert (standing.held, standing.judged) == (2, 3)


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
