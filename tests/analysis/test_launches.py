"""Verdicts of sweeps whose times are those of launching."""

from dataclasses import replace

import pytest

from guidelines.analysis.launches import launch_bound_slowdowns, waits_for_launches
from guidelines.analysis.tables import tables
from guidelines.analysis.verdict import Evidence, evidence_by_sweep, verdicts
from guidelines.results.model import Circumstances
from guidelines.stats.intervals import Estimate

QUIET = Estimate(1.0, 0.998, 1.003, 0.99, 100)
WAITING = Circumstances(launch_s=5e-3, device_s=2e-3)
COMPUTING = Circumstances(launch_s=2e-3, device_s=5e-3)


@pytest.fixture
def sweep_of(entry, results):
    """What was measured of G2 x1, of which the variants that are named wait for their launches."""

    def sweep_of(*waiting, slowdowns=(1.2, 2.0), **how):
        named = zip(("g=1", "g=2", "g=8"), (1.0, *slowdowns), strict=True)
        entries = []
        for row, (variant, slowdown) in enumerate(named):
            circumstances = WAITING if variant in waiting else COMPUTING
            entries.append(entry(variant, slowdown, row=row, circumstances=circumstances, **how))
        return results(*entries)

    return sweep_of


def evidence(estimate, is_launch_bound=False, control=QUIET):
    def slowdown(confidence):
        return Estimate(estimate, estimate - 0.02, estimate + 0.02, confidence, 100)

    return Evidence("g=8", "slower", slowdown, (), control, is_launch_bound=is_launch_bound)


def only_verdict(found):
    ((sweep,),) = (table.sweeps for table in tables(found))
    return sweep.verdict


@pytest.mark.parametrize("estimate", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("control", [QUIET, None])
def test_launches_decide_whatever_the_slowdown_and_the_control(estimate, control):
    (found,) = verdicts([evidence(estimate, is_launch_bound=True, control=control)], 0.95)
    assert (found.outcome, found.margin, found.remedy) == ("launches decide", None, None)
    assert found.is_about_launches
    assert (found.slowdown.estimate, found.slowdown.confidence) == (estimate, 0.95)


def test_launch_bound_sweeps_take_no_part_in_the_correction_of_others():
    bound = evidence(3.0, is_launch_bound=True)
    found = verdicts([bound, evidence(1.1), bound, evidence(2.0)], 0.98)
    assert [verdict.outcome for verdict in found] == ["launches decide", "holds"] * 2
    assert [round(verdict.slowdown.confidence, 4) for verdict in found] == [0.98, 0.98, 0.98, 0.99]


@pytest.mark.parametrize(
    ("waiting", "outcome"),
    [(["g=8"], "launches decide"), (["g=1"], "launches decide"), (["g=2"], "holds"), ([], "holds")],
)
def test_the_variant_that_decides_and_the_baseline_make_it_a_verdict_about_launches(
    sweep_of, waiting, outcome
):
    assert only_verdict(sweep_of(*waiting)).outcome == outcome


@pytest.mark.parametrize(
    ("waiting", "outcome"),
    [
        (["g=2"], "launches decide"),  # the one farthest from the claim
        (["g=1"], "launches decide"),
        (["g=8"], "holds"),
    ],
)
def test_of_a_claim_about_every_row_the_one_that_decides_counts(sweep_of, waiting, outcome):
    assert only_verdict(sweep_of(*waiting, claims_every_row=True)).outcome == outcome


def test_one_launch_bound_run_of_several_is_enough(sweep_of):
    found = sweep_of()
    deciding = found.measured[2]
    both = replace(deciding, circumstances=(COMPUTING, WAITING))
    (one,) = evidence_by_sweep((*found.measured[:2], both)).values()
    assert one.is_launch_bound
    assert waits_for_launches(both)
    assert not waits_for_launches(deciding)


def test_a_slowdown_is_about_launches_if_the_variant_or_its_baseline_waits(sweep_of):
    def bound(*waiting):
        return {key.variant for key in launch_bound_slowdowns(sweep_of(*waiting).measured)}

    assert bound("g=2") == {"g=2"}
    assert bound("g=1") == {"g=1", "g=2", "g=8"}
    assert bound() == set()


def test_a_sweep_without_its_baseline_is_judged_by_its_own_launches(entry, results):
    found = results(entry("g=8", 2.0, circumstances=WAITING))
    assert {key.variant for key in launch_bound_slowdowns(found.measured)} == {"g=8"}


def test_what_launches_decide_keeps_its_slowdown_in_the_table(sweep_of):
    found = only_verdict(sweep_of("g=1"))
    assert found.slowdown.estimate == pytest.approx(2.0, rel=0.01)
    assert found.slowdown.half_width
