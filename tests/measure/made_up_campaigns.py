"""Campaigns whose sweeps give made-up recordings."""

from dataclasses import replace
from types import SimpleNamespace

from guidelines.measure import task
from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case
from guidelines.measure.recording import Limits
from guidelines.spec.condition import Condition

CPU = Condition("cpu", "a processor", image_size=2)


def campaign_of(monkeypatch, recordings, retries=0, journal=None, passes=1, max_time_s=1.0):
    """A campaign whose sweeps give one recording after the other."""
    left = iter(recordings)
    monkeypatch.setattr(task, "measure_sweep", lambda *arguments, **named: next(left))
    limits = Limits(max_time_s=max_time_s)
    return Campaign((CPU,), limits, seed=0, retries=retries, journal=journal, passes=passes)


def noting(kept):
    def add(sweep_id, number, results):
        kept.append((sweep_id, number, [result.place.variant for result in results]))

    return SimpleNamespace(add=add, note_ceilings=lambda ceilings: None)


def two_sweeps(sweep):
    sweeps = [sweep, replace(sweep, name="x2")]
    return [Case(CPU, each, variant) for each in sweeps for variant in (sweep.baseline, sweep.extreme)]
