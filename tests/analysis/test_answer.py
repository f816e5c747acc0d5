from dataclasses import replace

import pytest

from guidelines.analysis.answer import conclusions
from guidelines.analysis.tables import tables
from guidelines.results.model import Circumstances

WAITING = Circumstances(launch_s=5e-3, device_s=2e-3)


@pytest.fixture
def sweeps_of(entry):
    """Entries of sweeps with slow-downs by the name of the sweep."""

    def sweeps_of(slowdowns, **changes):
        entries = []
        for sweep, slowdown in slowdowns.items():
            entries += [
                entry("g=1", 1.0, sweep=sweep, **changes),
                entry("g=8", slowdown, sweep=sweep, **changes),
            ]
        return entries

    return sweeps_of


@pytest.fixture
def concluded(sweeps_of, results):
    """The only conclusion of some sweeps."""

    def concluded(slowdowns, **changes):
        (conclusion,) = conclusions(tables(results(*sweeps_of(slowdowns, **changes))))
        return conclusion

    return concluded


@pytest.mark.parametrize(
    ("slowdowns", "expected"),
    [
        ((1.3, 2.0, 1.2), "holds"),
        ((1.3, 1.013, 1.013), "holds"),
        ((0.9, 0.8, 0.7), "does not hold"),
        ((0.9, 1.013, 1.013), "does not hold"),
        ((1.3, 2.0, 0.8), "holds in part"),
        ((1.013, 1.013, 1.013), "undecided"),
    ],
)
def test_a_guideline_holds_if_a_sweep_holds_and_none_denies(concluded, slowdowns, expected):
    named = dict(zip(("x1", "x2", "x4"), slowdowns, strict=True))
    conclusion = concluded(named, spread=0.02)
    assert conclusion.finding == expected
    assert conclusion.judged == 3
    assert (conclusion.held, len(conclusion.open)) == (
        sum(slowdown > 1.1 for slowdown in slowdowns),
        slowdowns.count(1.013),
    )
    assert bool(conclusion.needed) is (expected == "undecided")


def test_the_effects_are_those_of_all_sweeps_beside_the_papers(concluded):
    conclusion = concluded({"x1": 1.3, "x2": 2.0})
    assert [effect.estimate for effect in conclusion.effects] == pytest.approx([1.3, 2.0], rel=0.01)
    assert conclusion.published == pytest.approx((40.0 / 27.8, 10.2 / 7.5), rel=0.01)
    assert conclusion.rows == ("g=8", "g=1")


def test_a_promise_of_speed_is_turned_round(concluded):
    conclusion = concluded({"x1": 0.5}, expect="faster")
    assert [effect.estimate for effect in conclusion.effects] == pytest.approx([2.0], rel=0.01)
    assert conclusion.published == pytest.approx((27.8 / 40.0,))


def test_effects_are_per_multiply_add_where_verdicts_are(entry, results):
    run = results(entry("g=1", 1.0), entry("g=8", 2.0, work_ratio=1.25))
    (conclusion,) = conclusions(tables(run))
    assert conclusion.is_per_multiply_add
    assert conclusion.effects[0].estimate == pytest.approx(1.6, rel=0.01)
    work = 184**2 / 8 / 64**2
    assert conclusion.published == pytest.approx((40.0 / 27.8 / work,))


@pytest.mark.parametrize("device", ["cpu", "cuda:0"])
def test_of_both_modes_of_a_cuda_device_the_graph_tells_of_the_device(sweeps_of, results, device):
    eager = replace(sweeps_of({"x1": 1.0})[0].place.condition, device=device)
    graph = replace(eager, mode="cudagraph")
    run = results(*sweeps_of({"x1": 0.5}, condition=eager), *sweeps_of({"x1": 2.0}, condition=graph))
    found = [(each.condition.mode, each.finding) for each in conclusions(tables(run))]
    of_graph = ("cudagraph", "holds")
    assert found == ([of_graph] if device != "cpu" else [("eager", "does not hold"), of_graph])


def test_launches_are_not_judged_beside_the_device(sweeps_of, results):
    run = results(*sweeps_of({"x1": 3.0}, circumstances=WAITING), *sweeps_of({"x2": 0.8}))
    (conclusion,) = conclusions(tables(run))
    assert (conclusion.finding, conclusion.judged) == ("does not hold", 1)
    assert [effect.estimate for effect in conclusion.effects] == pytest.approx([0.8], rel=0.01)


@pytest.mark.parametrize(
    ("mode", "option"), [("eager", "--mode cudagraph --device cuda:0"), ("cudagraph", "--batch-size auto")]
)
def test_where_launches_decide_all_an_option_shows_the_device(sweeps_of, results, mode, option):
    condition = replace(sweeps_of({"x1": 1.0})[0].place.condition, device="cuda:0", mode=mode)
    run = results(*sweeps_of({"x1": 3.0}, condition=condition, circumstances=WAITING))
    (conclusion,) = conclusions(tables(run))
    assert (conclusion.finding, conclusion.needed) == ("undecided", f"launches decide; try {option}")


def test_what_would_decide_it_is_an_option_if_there_is_one(entry, results):
    noisy = {"sweep": "x1", "control": None}
    open_sweep = [entry("g=1", 1.0, sweep="x2"), entry("g=8", 1.015, spread=0.02, sweep="x2")]
    run = results(entry("g=1", 1.0, **noisy), entry("g=8", 2.0, **noisy), *open_sweep)
    (conclusion,) = conclusions(tables(run))
    assert conclusion.finding == "undecided"
    assert conclusion.needed.startswith("interval spans the margin of 1 %: try --benchmark-min-rounds ")


def test_a_guideline_whose_deciding_row_was_not_measured_is_undecided(entry, results):
    (conclusion,) = conclusions(tables(results(entry("g=1", 1.0), entry("g=2", 2.0))))
    assert (conclusion.finding, conclusion.needed) == ("undecided", "g=8 was not measured")
    assert conclusion.effects == ()
