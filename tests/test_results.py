from dataclasses import replace

import pytest

from guidelines.results import gather


def test_entries_know_their_baselines_samples(entry):
    baseline = entry("g=1", 1.0)
    run = gather([baseline, entry("g=8", 2.0)], [])
    assert run.entries[1].baseline_samples_s == baseline.samples_s
    assert run.entries[1].slowdown_at(0.9).estimate == pytest.approx(2.0, rel=0.01)


def test_a_baseline_that_is_carried_along_is_kept(entry):
    alone = entry("g=8", 2.0, baseline_samples_s=(0.02,) * 40)
    assert gather([alone], []).entries[0].slowdown_at(0.9).estimate == pytest.approx(1.0, rel=0.01)


def test_baselines_are_not_taken_from_another_condition(entry):
    other = replace(entry("g=1", 1.0).place.condition, threads=2)
    run = gather([entry("g=1", 1.0), entry("g=8", 2.0, condition=other)], [])
    assert run.entries[1].baseline_samples_s == ()
