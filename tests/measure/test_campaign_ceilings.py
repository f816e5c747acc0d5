import pytest
from made_up_campaigns import CPU, campaign_of, noting, two_sweeps

from guidelines.measure.case import Case
from guidelines.measure.dropped import explained
from guidelines.measure.here import measure_here
from guidelines.results.ceilings import Ceilings, key_of


def test_the_ceilings_of_a_condition_are_measured_once_a_pass(sweep, monkeypatch, recording, ceilings):
    recordings = [recording(g1=1.0, g8=2.0) for _ in range(4)]
    noted = []
    journal = noting([])
    journal.note_ceilings = noted.append
    campaign = campaign_of(monkeypatch, recordings, journal=journal, passes=2)
    campaign.choose(two_sweeps(sweep))
    list(campaign.measure_all(measure_here(explained), lambda outcome: True))
    assert ceilings == [(CPU, 1, pytest.approx(0.4)), (CPU, 2, pytest.approx(0.4))]
    assert list(campaign.ceilings) == noted == [Ceilings(key_of(CPU), 1), Ceilings(key_of(CPU), 2)]


def test_ceilings_of_a_resumed_run_are_not_measured_again(sweep, monkeypatch, recording, ceilings):
    campaign = campaign_of(monkeypatch, [recording(g1=1.0, g8=2.0)] * 2, passes=2)
    campaign.choose([Case(CPU, sweep, sweep.extreme)])
    campaign.restore({}, [Ceilings(key_of(CPU), 1)])
    list(campaign.measure_all(measure_here(explained), lambda outcome: True))
    assert [number for _, number, _ in ceilings] == [2]


def test_a_run_that_is_too_short_measures_no_ceilings(sweep, monkeypatch, recording, ceilings):
    campaign = campaign_of(monkeypatch, [recording(g1=1.0, g8=2.0)], max_time_s=0.1)
    campaign.choose([Case(CPU, sweep, sweep.extreme)])
    assert not campaign.has_time_for_ceilings
    list(campaign.measure_all(measure_here(explained), lambda outcome: True))
    assert (ceilings, campaign.ceilings) == ([], ())
