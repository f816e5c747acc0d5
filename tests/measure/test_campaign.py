from collections import deque
from dataclasses import replace

import pytest
from made_up_campaigns import CPU, campaign_of, noting, two_sweeps

from guidelines.measure import task as task_module
from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case
from guidelines.measure.dropped import explained
from guidelines.measure.here import measure_here
from guidelines.measure.outcome import outcome
from guidelines.measure.passes import SweepEnds
from guidelines.measure.recording import CONTROL, Limits
from guidelines.plugin.progress import known_so_far
from guidelines.results.disturbance import State
from guidelines.results.model import CONTROL_NAME, Failure

QUIET = State(cpus=2, watched_s=4.0, other_cpus=0.01)
BUSY = State(cpus=2, watched_s=4.0, other_cpus=1.4)

pytestmark = pytest.mark.usefixtures("ceilings")


def test_two_sources_of_one_sweep_are_refused(sweep):
    chosen = [Case(CPU, sweep, sweep.variants[0], source) for source in ("a.py::test_a", "b.py::test_b")]
    with pytest.raises(ValueError, match=r"G2 x1 cpu-2px is defined by both a.py::test_a and b.py::test_b"):
        Campaign((CPU,), Limits(), seed=0).choose(chosen)


def measured_here(campaign, case):
    """The steps of measuring the sweep of a case in this process."""
    return list(campaign.measure_one(case, measure_here(explained)))


def line_of(steps):
    """The line that tells of the sweep that ended last."""
    end = steps[-1]
    return known_so_far(end.outcome, end.number)


def test_a_sweep_is_measured_once_for_all_its_chosen_variants(sweep, monkeypatch, recording):
    measured = []

    def measure(sweep, chosen, *arguments, **named):
        measured.append(chosen)
        return recording({CONTROL: "no memory"}, g1=1.0, g2=1.0, g8=2.0)

    monkeypatch.setattr(task_module, "measure_sweep", measure)
    campaign = Campaign((CPU,), Limits(max_time_s=3.0), seed=0)
    chosen = [Case(CPU, sweep, sweep.variants[k]) for k in (1, 2)]
    campaign.choose(chosen)
    assert not campaign.is_measured(chosen[0])
    steps = measured_here(campaign, chosen[0])
    assert steps[-1].sweep.pass_s == 9.0
    for case in chosen:
        assert campaign.is_measured(case)
        campaign.keep(campaign.result(case))
    assert measured == [("g2", "g8")]
    assert [entry.place.variant for entry in campaign.entries] == ["g=2", "g=8"]
    assert [type(failure) for failure in campaign.failures] == [Failure]
    assert line_of(steps) == "20 rounds: g=2 1.00x, g=8 2.00x"


@pytest.mark.parametrize(
    ("retries", "states", "retried", "disturbed"),
    [
        (0, [BUSY], 0, True),
        (2, [QUIET], 0, False),
        (2, [BUSY, QUIET], 1, False),
        (2, [BUSY, BUSY, BUSY], 2, True),
    ],
)
def test_a_disturbed_sweep_is_measured_again_as_often_as_asked(
    sweep, monkeypatch, retries, states, retried, disturbed, recording
):
    recordings = [recording(state=state, g1=1.0, g8=k + 2.0) for k, state in enumerate(states)]
    campaign = campaign_of(monkeypatch, recordings, retries)
    case = Case(CPU, sweep, sweep.extreme)
    campaign.choose([case])
    line = line_of(measured_here(campaign, case))
    found = campaign.result(case)
    (only,) = found.passes
    assert found.slowdown.estimate == len(states) + 1
    assert only.circumstances.retried == ("other processes used 1.40 of 2 processors",) * retried
    assert bool(only.circumstances.disturbed) == disturbed
    assert ("measured" in line) == (retried > 0)
    assert ("disturbed" in line) == disturbed


def test_a_journal_gets_every_measurement_of_a_sweep(sweep, monkeypatch, recording):
    kept = []
    recordings = [recording(state=state, g1=1.0, g8=2.0) for state in (BUSY, QUIET)]
    campaign = campaign_of(monkeypatch, recordings, 1, noting(kept))
    campaign.choose([Case(CPU, sweep, sweep.extreme)])
    measured_here(campaign, Case(CPU, sweep, sweep.extreme))
    assert kept == [("G2 x1 cpu-2px", 1, ["g=8"])] * 2


def test_all_sweeps_are_measured_in_passes(sweep, monkeypatch, recording):
    kept = []
    recordings = [recording(g1=1.0, g8=slowdown) for slowdown in (1.9, 1.9, 2.0, 2.0, 2.1, 2.1)]
    campaign = campaign_of(monkeypatch, recordings, journal=noting(kept), passes=3)
    cases = two_sweeps(sweep)
    campaign.choose(cases)
    list(campaign.measure_all(measure_here(explained), lambda outcome: True))
    assert sorted((sweep_id, number) for sweep_id, number, _ in kept) == [
        (sweep_id, number) for sweep_id in ("G2 x1 cpu-2px", "G2 x2 cpu-2px") for number in (1, 2, 3)
    ]
    for case in cases[1::2]:
        assert campaign.result(case).slowdown.estimate == pytest.approx(2.0, rel=1e-3)
        assert len(campaign.result(case).passes) == 3
    assert campaign.finished_sweeps == 2


def test_a_run_that_is_cut_short_keeps_what_its_passes_know(sweep, monkeypatch, recording):
    recordings = [recording({CONTROL: "no memory"}, g1=1.0, g8=2.0) for _ in range(3)]
    campaign = campaign_of(monkeypatch, recordings, passes=2)
    cases = two_sweeps(sweep)
    campaign.choose(cases)
    steps = campaign.measure_all(measure_here(explained), lambda outcome: True)
    ends = 0
    while ends < 3:
        ends += isinstance(next(steps), SweepEnds)
    steps.close()
    assert not campaign.is_measured(cases[0])
    campaign.keep_everything()
    assert [entry.place.name for entry in campaign.entries] == [
        "G2 x1 g=1",
        "G2 x1 g=8",
        "G2 x2 g=1",
        "G2 x2 g=8",
    ]
    assert sorted(len(entry.passes) for entry in campaign.entries) == [1, 1, 2, 2]
    assert [failure.is_control for failure in campaign.failures] == [True, True]
    campaign.keep_everything()
    assert (len(campaign.entries), len(campaign.failures)) == (4, 2)


def test_measuring_here_takes_tasks_that_are_added_meanwhile(sweep, monkeypatch, recording):
    campaign = campaign_of(monkeypatch, [recording(g1=1.0, g8=2.0)] * 2, passes=2)
    case = Case(CPU, sweep, sweep.extreme)
    campaign.choose([case])
    task = campaign._passes_of([case]).task
    tasks = deque([(task(1), case)])
    measuring = measure_here(explained)(tasks)
    assert next(measuring) == (task(1), None)
    tasks.append((task(2), case))
    assert [each.number for each, _ in measuring] == [1, 2, 2]


def restored(sweep, chosen, *passes, **how):
    campaign = Campaign((CPU,), Limits(), seed=0, **how)
    campaign.choose([Case(CPU, sweep, variant) for variant in sweep.variants if variant.id in chosen])
    campaign.restore({"G2 x1 cpu-2px": dict(enumerate(passes, 1))})
    return campaign


def outcome_of(sweep, chosen, recording, **how):
    return outcome(sweep, chosen, CPU, recording, confidence=0.9, **how)


def test_what_a_journal_holds_of_a_sweep_is_taken_over(sweep, recording):
    known = outcome_of(sweep, ["g1", "g8"], recording({CONTROL: "no memory"}, g1=1.0, g8=2.0))
    campaign = restored(sweep, ["g1", "g8"], list(known.values()))
    assert campaign.finished_sweeps == 1
    case = Case(CPU, sweep, sweep.extreme)
    assert measured_here(campaign, case) == []
    assert campaign.result(case) == known["g8"]
    assert [failure.place.variant for failure in campaign.failures] == [CONTROL_NAME]


@pytest.mark.parametrize("chosen", [["g1", "g2", "g8"], ["g8"]])
def test_a_sweep_of_which_other_variants_are_wanted_is_measured_anew(sweep, chosen, recording):
    known = outcome_of(sweep, ["g1", "g8"], recording(g1=1.0, g8=2.0))
    assert restored(sweep, chosen, list(known.values())).finished_sweeps == 0


def test_passes_of_a_journal_without_what_failed_before_are_taken_over(sweep, recording):
    whole = recording({"g2": "no memory"}, g1=1.0, g8=2.0)
    first = outcome_of(sweep, ["g1", "g2", "g8"], whole)
    second = outcome_of(sweep, ["g1", "g8"], recording(g1=1.0, g8=2.0), number=2)
    passes = [list(known.values()) for known in (first, second)]
    assert restored(sweep, ["g1", "g2", "g8"], *passes, passes=2).finished_sweeps == 1
    assert restored(sweep, ["g1", "g2", "g8"], *passes, passes=3).finished_sweeps == 0
    assert restored(sweep, ["g1", "g2", "g8"], *passes[::-1], passes=2).finished_sweeps == 0


def test_another_network_than_the_journals_is_refused(sweep, recording):
    known = outcome_of(sweep, ["g8"], recording(g1=1.0, g8=2.0))
    other = replace(known["g8"], identity=replace(known["g8"].identity, widths=(72,)))
    with pytest.raises(ValueError, match=r"^G2 x1 cpu-2px g=8 is another network now than in the journal$"):
        restored(sweep, ["g8"], [other])


def test_an_entry_whose_test_fails_is_withdrawn_once(sweep, monkeypatch, recording):
    campaign = campaign_of(monkeypatch, [recording(g1=1.0, g8=2.0)])
    case = Case(CPU, sweep, sweep.extreme)
    campaign.choose([case])
    measured_here(campaign, case)
    campaign.keep(campaign.result(case))
    for _ in range(2):
        campaign.fail(case, "AssertionError")
    assert campaign.entries == []
    assert [failure.reason for failure in campaign.failures] == [
        "its test failed after it was timed: AssertionError"
    ]


def test_a_disturbed_sweep_of_a_journal_is_measured_again_while_retries_are_left(sweep, recording):
    known = outcome_of(sweep, ["g1", "g8"], recording(state=BUSY, g1=1.0, g8=2.0))
    for retries, taken_over in ((0, 1), (1, 0)):
        campaign = restored(sweep, ["g1", "g8"], list(known.values()), retries=retries)
        assert campaign.finished_sweeps == taken_over


def test_a_disturbed_sweep_of_a_journal_is_not_measured_more_often_than_asked(sweep, recording):
    busy = recording(state=BUSY, g1=1.0, g8=2.0)
    known = outcome_of(sweep, ["g1", "g8"], busy, retried=("a hog",))
    assert restored(sweep, ["g1", "g8"], list(known.values()), retries=1).finished_sweeps == 1
    assert restored(sweep, ["g1", "g8"], list(known.values()), retries=2).finished_sweeps == 0


def test_two_tests_of_one_variant_are_refused(sweep):
    twice = [Case(CPU, sweep, sweep.extreme, "a.py::test_a")] * 2
    with pytest.raises(
        ValueError, match=r"^G2 x1 cpu-2px: two tests of a.py::test_a ask for g=8, which a run"
    ):
        Campaign((CPU,), Limits(), seed=0).choose(twice)


def test_the_last_try_of_a_test_counts(sweep, monkeypatch, recording):
    told = []
    journal = noting([])
    journal.withdraw = lambda failure: told.append(("withdrawn", failure.reason))
    journal.take_back = lambda failure: told.append(("taken back", failure.reason))
    campaign = campaign_of(monkeypatch, [recording(g1=1.0, g8=2.0)], journal=journal)
    case = Case(CPU, sweep, sweep.extreme)
    campaign.choose([case])
    measured_here(campaign, case)
    for why in ("first", "second"):
        campaign.try_again(case)
        campaign.keep(campaign.result(case))
        campaign.fail(case, why)
    campaign.try_again(case)
    assert (campaign.entries, campaign.failures) == ([], [])
    campaign.fail(case, "a fixture")
    assert [failure.reason for failure in campaign.failures] == [
        "its test failed before it had a result: a fixture"
    ]
    campaign.keep(campaign.result(case))
    assert (campaign.entries, campaign.failures) == ([campaign.result(case)], [])
    after, before = "its test failed after it was timed", "its test failed before it had a result"
    reasons = [f"{after}: first", f"{after}: second", f"{before}: a fixture"]
    assert told == [(what, reason) for reason in reasons for what in ("withdrawn", "taken back")]
