from dataclasses import replace
from types import SimpleNamespace

import pytest

from guidelines.measure import campaign as module
from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case
from guidelines.measure.outcome import outcome
from guidelines.measure.recording import CONTROL, Limits
from guidelines.results.disturbance import State
from guidelines.results.model import CONTROL_NAME, Failure
from guidelines.spec.condition import Condition

CPU = Condition("cpu", "a processor", image_size=2)
QUIET = State(cpus=2, watched_s=4.0, other_cpus=0.01)
BUSY = State(cpus=2, watched_s=4.0, other_cpus=1.4)


def test_two_sources_of_one_sweep_are_refused(sweep):
    chosen = [Case(CPU, sweep, sweep.variants[0], source) for source in ("a.py::test_a", "b.py::test_b")]
    with pytest.raises(ValueError, match=r"G2 x1 cpu-2px is defined by both a.py::test_a and b.py::test_b"):
        Campaign((CPU,), Limits(), seed=0).choose(chosen)


def test_a_sweep_is_measured_once_for_all_its_chosen_variants(sweep, monkeypatch, recording):
    measured = []

    def measure(sweep, chosen, condition, limits, seed, explain):
        measured.append(chosen)
        return recording({CONTROL: "no memory"}, g1=1.0, g2=1.0, g8=2.0)

    monkeypatch.setattr(module, "measure_sweep", measure)
    campaign = Campaign((CPU,), Limits(max_time_s=3.0), seed=0)
    chosen = [Case(CPU, sweep, sweep.variants[k]) for k in (1, 2)]
    campaign.choose(chosen)
    assert campaign.budget_s(chosen[0]) == 9.0
    assert not campaign.is_measured(chosen[0])
    for case in chosen:
        campaign.keep(campaign.result(case))
    assert measured == [["g2", "g8"]]
    assert [entry.place.variant for entry in campaign.entries] == ["g=2", "g=8"]
    assert [type(failure) for failure in campaign.failures] == [Failure]
    assert campaign.progress(chosen[0]) == "20 rounds: g=2 1.00x, g=8 2.00x"


def campaign_of(monkeypatch, recordings, retries=0, journal=None):
    """A campaign whose sweeps give one recording after the other."""
    left = iter(recordings)
    monkeypatch.setattr(module, "measure_sweep", lambda *arguments, **named: next(left))
    return Campaign((CPU,), Limits(), seed=0, retries=retries, journal=journal)


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
    found = campaign.result(case)
    assert found.slowdown.estimate == len(states) + 1
    assert found.circumstances.retried == ("other processes used 1.40 of 2 processors",) * retried
    assert bool(found.circumstances.disturbed) == disturbed
    assert ("measured" in campaign.progress(case)) == (retried > 0)
    assert ("disturbed" in campaign.progress(case)) == disturbed


def test_a_journal_gets_every_measurement_of_a_sweep(sweep, monkeypatch, recording):
    kept = []
    journal = SimpleNamespace(
        add=lambda sweep_id, found: kept.append((sweep_id, [result.place.variant for result in found]))
    )
    recordings = [recording(state=state, g1=1.0, g8=2.0) for state in (BUSY, QUIET)]
    campaign = campaign_of(monkeypatch, recordings, 1, journal)
    campaign.choose([Case(CPU, sweep, sweep.extreme)])
    campaign.result(Case(CPU, sweep, sweep.extreme))
    assert kept == [("G2 x1 cpu-2px", ["g=8"])] * 2


def restored(sweep, chosen, known):
    campaign = Campaign((CPU,), Limits(), seed=0)
    campaign.choose([Case(CPU, sweep, variant) for variant in sweep.variants if variant.id in chosen])
    campaign.restore({"G2 x1 cpu-2px": known})
    return campaign


def test_what_a_journal_holds_of_a_sweep_is_taken_over(sweep, recording):
    known = outcome(sweep, ["g1", "g8"], CPU, recording({CONTROL: "no memory"}, g1=1.0, g8=2.0), 0.9)
    campaign = restored(sweep, ["g1", "g8"], list(known.values()))
    assert campaign.measured_sweeps == 1
    assert campaign.result(Case(CPU, sweep, sweep.extreme)) is known["g8"]
    assert [failure.place.variant for failure in campaign.failures] == [CONTROL_NAME]


@pytest.mark.parametrize("chosen", [["g1", "g2", "g8"], ["g8"]])
def test_a_sweep_of_which_other_variants_are_wanted_is_measured_anew(sweep, chosen, recording):
    known = outcome(sweep, ["g1", "g8"], CPU, recording(g1=1.0, g8=2.0), 0.9)
    assert restored(sweep, chosen, list(known.values())).measured_sweeps == 0


def test_another_network_than_the_journals_is_refused(sweep, recording):
    known = outcome(sweep, ["g8"], CPU, recording(g1=1.0, g8=2.0), 0.9)
    other = replace(known["g8"], identity=replace(known["g8"].identity, widths=(72,)))
    with pytest.raises(ValueError, match=r"^G2 x1 cpu-2px g=8 is another network now than in the journal$"):
        restored(sweep, ["g8"], [other])


def test_an_entry_whose_test_fails_is_withdrawn_once(sweep, monkeypatch, recording):
    campaign = campaign_of(monkeypatch, [recording(g1=1.0, g8=2.0)])
    case = Case(CPU, sweep, sweep.extreme)
    campaign.choose([case])
    campaign.keep(campaign.result(case))
    for _ in range(2):
        campaign.fail(case, "AssertionError")
    assert campaign.entries == []
    assert [failure.reason for failure in campaign.failures] == [
        "its test failed after it was timed: AssertionError"
    ]


def test_a_disturbed_sweep_of_a_journal_is_measured_again_while_retries_are_left(sweep, recording):
    known = outcome(sweep, ["g1", "g8"], CPU, recording(state=BUSY, g1=1.0, g8=2.0), 0.9)
    for retries, taken_over in ((0, 1), (1, 0)):
        campaign = Campaign((CPU,), Limits(), seed=0, retries=retries)
        campaign.choose([Case(CPU, sweep, variant) for variant in (sweep.baseline, sweep.extreme)])
        campaign.restore({"G2 x1 cpu-2px": list(known.values())})
        assert campaign.measured_sweeps == taken_over
