from dataclasses import replace

import pytest

from guidelines import campaign as module
from guidelines.campaign import Campaign, Case, cases, results
from guidelines.results import Entry, Failure
from guidelines.spec import Condition
from guidelines.sweep import CONTROL, Limits, Recording

CPU = Condition("cpu", "a processor", image_size=2)


def recording(failures=None, **seconds):
    series = {CONTROL if id == "control" else id: (s,) * 20 for id, s in seconds.items()}
    return Recording(series, dict.fromkeys(series, 3), failures or {}, "time", seed=9)


def test_ids_are_readable_and_name_the_condition(sweep):
    found = list(cases(lambda condition: [sweep], [Condition("cuda:0", "", batch_size=8)]))
    assert [case.id for case in found] == ["cuda:0-b8-x1-g1", "cuda:0-b8-x1-g2", "cuda:0-b8-x1-g8"]
    assert {case.sweep_id for case in found} == {"G2 x1 cuda:0-b8"}


def test_a_sweep_that_both_channel_rules_share_is_measured_once(sweep):
    rules = [replace(CPU, channels=rule) for rule in ("paper", "exact")]
    assert {case.condition.channels for case in cases(lambda condition: [sweep], rules)} == {"paper"}
    both = cases(lambda c: [replace(sweep, name=c.channels)], rules)
    assert {case.condition.channels for case in both} == {"paper", "exact"}


def test_two_sources_of_one_sweep_are_refused(sweep):
    chosen = [Case(CPU, sweep, sweep.variants[0], source) for source in ("a.py::test_a", "b.py::test_b")]
    with pytest.raises(ValueError, match=r"G2 x1 cpu-2px is defined by both a.py::test_a and b.py::test_b"):
        Campaign((CPU,), Limits(), seed=0).choose(chosen)


def test_two_sweeps_of_one_name_are_refused(sweep):
    with pytest.raises(ValueError, match="test_a: two sweeps are called x1"):
        list(cases(lambda condition: [sweep, sweep], [CPU], "test_a"))


def test_entries_hold_the_work_the_ratio_and_the_control(sweep):
    found = results(sweep, ["g1", "g8"], CPU, recording(g1=0.01, g8=0.02, control=0.011), 0.9)
    extreme = found["g8"]
    assert list(found) == ["g1", "g8"]
    assert (extreme.slowdown.estimate, extreme.control.estimate) == (2.0, pytest.approx(1.1))
    assert extreme.work_ratio == (64 * 64 / 8) / 64
    assert extreme.paper.slowdown == pytest.approx(40.0 / 27.8)
    assert (extreme.calls_per_sample, extreme.seed, extreme.stopped) == (3, 9, "time")
    assert found["g1"].slowdown.half_width == 0


def test_the_controls_samples_are_saved_once_with_the_baseline(sweep):
    found = results(sweep, ["g1", "g8"], CPU, recording(g1=0.01, g8=0.02, control=0.01), 0.9)
    assert found["g1"].control_samples_s == (0.01,) * 20
    assert found["g8"].control_samples_s == found["g8"].baseline_samples_s == ()


def test_without_an_entry_of_the_baseline_its_samples_go_with_the_variant(sweep):
    found = results(sweep, ["g8"], CPU, recording(g1=0.01, g8=0.02, control=0.03), 0.9)
    assert found["g8"].baseline_samples_s == (0.01,) * 20
    assert found["g8"].control_samples_s == (0.03,) * 20


def test_a_failed_variant_leaves_the_others_measured(sweep):
    found = results(
        sweep, ["g1", "g2", "g8"], CPU, recording({"g2": "no memory"}, g1=1.0, g8=2.0, control=1.0), 0.9
    )
    assert found["g2"].reason == "no memory"
    assert isinstance(found["g8"], Entry)


def test_a_failed_baseline_fails_the_sweep_with_its_reason(sweep):
    found = results(sweep, ["g8"], CPU, recording({"g1": "no memory"}, g8=2.0), 0.9)
    assert found["g8"].reason == "its baseline g=1 failed: no memory"
    found = results(sweep, ["g1", "g8"], CPU, recording({"g1": "no memory"}, g8=2.0), 0.9)
    assert found["g1"].reason == "no memory"


def test_a_failed_control_is_recorded_and_leaves_no_noise_floor(sweep):
    found = results(sweep, ["g1"], CPU, recording({CONTROL: "no memory"}, g1=1.0), 0.9)
    assert found["g1"].control is None
    assert (found[CONTROL].place.variant, found[CONTROL].reason) == (CONTROL, "no memory")


def test_a_sweep_is_measured_once_for_all_its_chosen_variants(sweep, monkeypatch):
    measured = []

    def measure(sweep, chosen, condition, limits, seed):
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
