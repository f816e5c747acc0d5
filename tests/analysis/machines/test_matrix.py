from dataclasses import replace

import pytest

from guidelines.analysis.machines.matrix import matrix, varied
from guidelines.analysis.tables import tables
from guidelines.results.model import Circumstances, Machine


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


def test_a_machines_verdicts_are_those_of_its_own_report_whatever_stands_beside_it(entry, results):
    sweeps = [
        entry(v, s, spread=0.06, sweep=w) for w in ("x1", "x2") for v, s in (("g=1", 1.0), ("g=8", 1.05))
    ]
    alone = results(*sweeps)
    own = {sweep.name: sweep.verdict for sweep in tables(alone)[0].sweeps}
    for machines in (1, 1000):
        standing = matrix([alone] * machines).lines[0].standings["G2"]
        assert (standing.verdict, standing.sweeps_held) == (own[standing.sweep], 2)


def test_a_standing_knows_whether_it_is_per_multiply_add(entry, results):
    sweep = []
    for guideline, work_ratio in (("G2", 1.25), ("G3", 1.0), ("T8", 1.25)):
        how = {"guideline": guideline, "per_multiply_add": guideline == "T8"}
        sweep += [entry("g=1", 1.0, **how), entry("g=8", 2.0, work_ratio=work_ratio, **how)]
    standings = matrix([results(*sweep)]).lines[0].standings
    assert {g: (s.is_per_multiply_add, round(s.effect.estimate, 2)) for g, s in standings.items()} == {
        "G2": (True, 1.6),
        "G3": (False, 2.0),
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


@pytest.fixture
def sweeps_of(entry, results):
    """Sweeps of G2 with slow-downs; those that are named are launch-bound."""
    waiting = Circumstances(launch_s=5e-3, device_s=2e-3)

    def sweeps_of(slowdowns, *bound):
        entries = []
        for sweep, slowdown in slowdowns.items():
            how = {"circumstances": waiting} if sweep in bound else {}
            entries += [entry("g=1", 1.0, sweep=sweep, **how), entry("g=8", slowdown, sweep=sweep, **how)]
        return results(*entries)

    return sweeps_of


def counts(standing):
    return standing.sweeps_held, standing.sweeps_judged, standing.sweeps_launch_bound


def test_launch_bound_sweeps_are_neither_shown_nor_judged_beside_others(sweeps_of):
    found = matrix([sweeps_of({"x1": 3.0, "x2": 1.5, "x4": 1.0}, "x1")])
    standing = found.lines[0].standings["G2"]
    assert (standing.sweep, standing.verdict.outcome) == ("x2", "holds")
    assert counts(standing) == (1, 2, 1)
    assert found.verdicts == 2
    assert found.lines[0].sweeps == ("G2 x1", "G2 x2", "G2 x4")


def test_a_guideline_of_launch_bound_sweeps_only_stands_for_launches(sweeps_of):
    found = matrix([sweeps_of({"x1": 1.2, "x2": 1.5}, "x1", "x2")])
    standing = found.lines[0].standings["G2"]
    assert (standing.sweep, standing.verdict.outcome) == ("x2", "launches decide")
    assert standing.effect.estimate == pytest.approx(1.5, rel=0.01)
    assert counts(standing) == (0, 0, 2)
    assert found.verdicts == 0


@pytest.fixture
def standing_of(entry, results):
    """The standing of G2 from sweeps by their names, each with its slow-down and its rounds."""

    def standing_of(**sweeps):
        entries = []
        for sweep, (slowdown, rounds) in sweeps.items():
            entries += [entry(v, s, sweep=sweep, rounds=rounds) for v, s in (("g=1", 1.0), ("g=8", slowdown))]
        return matrix([results(*entries)]).lines[0].standings["G2"]

    return standing_of


@pytest.mark.parametrize(
    ("sweeps", "finding", "shown", "outcome"),
    [
        ({"x1": (3.0, 4), "x2": (1.3, 40), "x4": (1.5, 40)}, "holds", "x4", "holds"),
        ({"x1": (3.0, 4), "x2": (1.3, 40), "x4": (1.0, 40)}, "holds in part", "x2", "holds"),
        ({"x1": (3.0, 4), "x2": (1.0, 40)}, "does not hold", "x2", "does not hold"),
        ({"x1": (3.0, 4), "x2": (4.0, 4)}, "undecided", "x2", "undecided"),
    ],
)
def test_the_sweep_that_is_shown_carries_the_finding(standing_of, sweeps, finding, shown, outcome):
    standing = standing_of(**sweeps)
    assert (standing.finding, standing.sweep, standing.verdict.outcome) == (finding, shown, outcome)
