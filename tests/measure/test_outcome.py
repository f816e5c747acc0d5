from dataclasses import replace

import pytest

from guidelines.measure.outcome import outcome
from guidelines.measure.recording import CONTROL, Recording
from guidelines.results.disturbance import State
from guidelines.results.model import CONTROL_NAME, Circumstances, Entry
from guidelines.spec.condition import Condition
from guidelines.stats.passes import OfPass

CPU = Condition("cpu", "a processor", image_size=2)
QUIET = State(cpus=2, watched_s=4.0, other_cpus=0.01)


def test_entries_hold_the_work_the_ratio_and_the_control(sweep, recording):
    found = outcome(
        sweep, ["g1", "g8"], CPU, recording(g1=0.01, g8=0.02, control=0.011), confidence=0.9, seed=9
    )
    extreme = found["g8"]
    assert list(found) == ["g1", "g8"]
    assert (extreme.slowdown.estimate, extreme.control.estimate) == (2.0, pytest.approx(1.1))
    assert extreme.identity.work_ratio == (64 * 64 / 8) / 64
    assert extreme.paper.slowdown == pytest.approx(40.0 / 27.8)
    assert (extreme.passes[0].calls_per_sample, extreme.seed, extreme.stopped) == (3, 9, "time")
    assert found["g1"].slowdown.half_width == 0


def test_the_controls_samples_are_saved_once_with_the_baseline(sweep, recording):
    found = outcome(sweep, ["g1", "g8"], CPU, recording(g1=0.01, g8=0.02, control=0.01), confidence=0.9)
    assert found["g1"].control_samples_s == (0.01,) * 20
    assert found["g8"].control_samples_s == found["g8"].baseline_samples_s == ()


def test_without_an_entry_of_the_baseline_its_samples_go_with_the_variant(sweep, recording):
    found = outcome(sweep, ["g8"], CPU, recording(g1=0.01, g8=0.02, control=0.03), confidence=0.9)
    assert found["g8"].baseline_samples_s == (0.01,) * 20
    assert found["g8"].control_samples_s == (0.03,) * 20


def test_a_failed_variant_leaves_the_others_measured(sweep, recording):
    found = outcome(
        sweep,
        ["g1", "g2", "g8"],
        CPU,
        recording({"g2": "no memory"}, g1=1.0, g8=2.0, control=1.0),
        confidence=0.9,
    )
    assert found["g2"].reason == "no memory"
    assert isinstance(found["g8"], Entry)


def test_a_failed_baseline_fails_the_sweep_with_its_reason(sweep, recording):
    found = outcome(sweep, ["g8"], CPU, recording({"g1": "no memory"}, g8=2.0), confidence=0.9)
    assert found["g8"].reason == "its baseline g=1 failed: no memory"
    found = outcome(sweep, ["g1", "g8"], CPU, recording({"g1": "no memory"}, g8=2.0), confidence=0.9)
    assert found["g1"].reason == "no memory"


def test_a_failed_control_is_recorded_and_leaves_no_noise_floor(sweep, recording):
    found = outcome(sweep, ["g1"], CPU, recording({CONTROL: "no memory"}, g1=1.0), confidence=0.9)
    assert found["g1"].control is None
    assert (found[CONTROL].place.variant, found[CONTROL].reason) == (CONTROL_NAME, "no memory")


def test_an_entry_says_how_it_was_measured(sweep, recording):
    found = outcome(
        sweep,
        ["g1", "g8"],
        CPU,
        recording(g1=0.01, g8=0.02, control=0.01),
        confidence=0.9,
        retried=("a hog",),
    )
    how = found["g8"].passes[0].circumstances
    assert (how.state, how.placed_at, how.peak_memory_bytes) == (QUIET, (0, 3), 64)
    assert (how.disturbed, how.retried) == ((), ("a hog",))
    assert how.drift.estimate == 1


def test_what_was_noticed_stands_with_its_network_in_every_entry_of_the_sweep(sweep, recording):
    taken = recording({"g2": "no memory"}, g1=0.01, g8=0.02, control=0.01)
    checked = {**taken.checked, "g1": Circumstances(noted=("a note",)), "g2": Circumstances(noted=("none",))}
    taken = replace(taken, checked=checked, noted={"g8": ("one", "two"), CONTROL: ("a note",)})
    found = outcome(sweep, ["g2", "g8"], CPU, taken, confidence=0.9)
    assert found["g8"].passes[0].circumstances.noted == ("g=1: a note", "g=8: one", "g=8: two")


def test_shares_of_the_time_of_a_network_stand_with_it_alone(sweep, recording):
    taken = replace(recording(g1=0.01, g8=0.02, control=0.01), shares={"g8": {"part-1": 0.5}})
    found = outcome(sweep, ["g1", "g8"], CPU, taken, confidence=0.9)
    assert found["g8"].passes[0].circumstances.shares == {"part-1": 0.5}
    assert found["g1"].passes[0].circumstances.shares == {}


def test_the_entry_of_a_pass_holds_what_the_pass_knows_by_itself(sweep, recording):
    results = outcome(
        sweep,
        ["g1", "g8"],
        CPU,
        recording(g1=0.01, g8=0.02, control=0.011),
        confidence=0.9,
        number=3,
    )
    (only,) = results["g8"].passes
    assert (only.number, only.rounds, only.seconds_per_call) == (3, 20, 0.02)
    assert only.slowdown == OfPass(2.0, log_deviation=0.0)
    assert only.control.estimate == pytest.approx(1.1)
    (of_baseline,) = results["g1"].passes
    assert of_baseline.slowdown == OfPass(1.0, log_deviation=0.0)


def drifting(sweep, **factors):
    """A sweep whose last third of rounds differs from its first by a factor for each variant."""
    series = {id: (1.0,) * 200 + (factor,) * 100 for id, factor in factors.items()}
    measured = Recording(series, dict.fromkeys(series, 1), {}, "time")
    return outcome(sweep, ["g1", "g8"], CPU, measured, confidence=0.9)["g8"].passes[0].circumstances


def test_a_slowdown_that_drifts_disturbs_a_sweep(sweep):
    assert drifting(sweep, g1=1.0, g8=1.2).disturbed == ("the slow-down of g=8 drifted by a factor of 1.20",)
    assert drifting(sweep, g1=1.0, g8=1.2).drift.estimate == pytest.approx(1.2)


def test_what_slows_all_networks_alike_disturbs_only_beyond_half_as_much_again(sweep):
    assert drifting(sweep, g1=1.4, g8=1.4).disturbed == ()
    assert drifting(sweep, g1=2.0, g8=2.0).disturbed == ("the baseline's time drifted by a factor of 2.00",)
