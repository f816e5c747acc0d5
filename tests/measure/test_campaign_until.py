"""A campaign that is measured a pass at a time gives what it gives at once."""

from types import SimpleNamespace

import pytest
from made_up_campaigns import campaign_of, two_sweeps

from guidelines.measure.dropped import explained
from guidelines.measure.here import measure_here

SLOWDOWNS = (1.9, 2.3, 1.8, 2.2, 2.1, 1.7)


@pytest.fixture
def measured(ceilings, sweep, monkeypatch, recording):
    """The results of a campaign of three passes, and the order in which its sweeps were measured."""

    def measured(untils):
        recordings = [recording(g1=1.0, g8=slowdown, control=1.01) for slowdown in SLOWDOWNS]
        kept, order = {}, []

        def add(sweep_id, number, results):
            kept.setdefault(sweep_id, {})[number] = results
            order.append((number, sweep_id))

        journal = SimpleNamespace(add=add, note_ceilings=lambda ceilings: None)
        for until in untils:
            left = recordings[len(order) :]
            campaign = campaign_of(monkeypatch, left, passes=3, journal=journal)
            campaign.until = until
            campaign.choose(two_sweeps(sweep))
            campaign.restore(kept)
            list(campaign.measure_all(measure_here(explained), lambda outcome: True))
        return [campaign.result(case) for case in two_sweeps(sweep)], order

    return measured


def test_passes_one_by_one_give_the_results_of_a_run_at_once(measured):
    at_once, order = measured([None])
    assert measured([1, 2, 3]) == (at_once, order)
    assert [number for number, _ in order] == [1, 1, 2, 2, 3, 3]
    assert [len(entry.passes) for entry in at_once] == [3] * 4
    assert len({entry.slowdown for entry in at_once}) == 3
