from dataclasses import replace

from guidelines.results.joining import linked


def test_entries_know_their_baselines_samples(entry):
    baseline = entry("g=1", 1.0)
    run = linked([baseline, entry("g=8", 2.0)], [])
    assert run.entries[1].baseline_samples_s == baseline.samples_s


def test_a_baseline_that_is_carried_along_is_kept(entry):
    alone = entry("g=8", 2.0, baseline_samples_s=(0.02,) * 40)
    assert linked([alone], []).entries[0].baseline_samples_s == (0.02,) * 40


def test_baselines_are_not_taken_from_another_condition(entry):
    other = replace(entry("g=1", 1.0).place.condition, threads=2)
    run = linked([entry("g=1", 1.0), entry("g=8", 2.0, condition=other)], [])
    assert run.entries[1].baseline_samples_s == ()
