from dataclasses import replace
from types import SimpleNamespace

import pytest

from guidelines.measure import campaign as module
from guidelines.measure import case as case_module
from guidelines.measure.campaign import Campaign
from guidelines.measure.case import Case, cases, check_countable, settled
from guidelines.measure.outcome import outcome
from guidelines.measure.recording import CONTROL, Dropped, Limits, Recording
from guidelines.results.disturbance import State
from guidelines.results.model import CONTROL_NAME, Circumstances, Entry, Failure
from guidelines.spec.condition import AUTO_BATCH, Condition
from guidelines.spec.work import Traced

CPU = Condition("cpu", "a processor", image_size=2)


QUIET = State(cpus=2, watched_s=4.0, other_cpus=0.01)
BUSY = State(cpus=2, watched_s=4.0, other_cpus=1.4)


def recording(failures=None, state=QUIET, **seconds):
    series = {CONTROL if id == "control" else id: (s,) * 20 for id, s in seconds.items()}
    checked = {id: Circumstances(peak_memory_bytes=64) for id in series}
    return Recording(
        seconds_per_call=series,
        calls_per_sample=dict.fromkeys(series, 3),
        dropped={id: Dropped(reason) for id, reason in (failures or {}).items()},
        stopped="time",
        seed=9,
        placed_at=(0, 3),
        checked=checked,
        state=state,
    )


def test_ids_are_readable_and_name_the_condition(sweep):
    found = list(cases(lambda condition: [sweep], [Condition("cuda:0", "", batch_size=8)]))
    assert [case.id for case in found] == ["cuda:0-b8-x1-g1", "cuda:0-b8-x1-g2", "cuda:0-b8-x1-g8"]
    assert {case.sweep_id for case in found} == {"G2 x1 cuda:0-b8"}


def test_a_sweep_that_both_channel_rules_share_is_measured_once(sweep):
    rules = [replace(CPU, channel_rule=rule) for rule in ("paper", "exact")]
    assert {case.condition.channel_rule for case in cases(lambda condition: [sweep], rules)} == {"paper"}
    both = cases(lambda c: [replace(sweep, name=c.channel_rule)], rules)
    assert {case.condition.channel_rule for case in both} == {"paper", "exact"}


def test_two_sources_of_one_sweep_are_refused(sweep):
    chosen = [Case(CPU, sweep, sweep.variants[0], source) for source in ("a.py::test_a", "b.py::test_b")]
    with pytest.raises(ValueError, match=r"G2 x1 cpu-2px is defined by both a.py::test_a and b.py::test_b"):
        Campaign((CPU,), Limits(), seed=0).choose(chosen)


def test_a_network_that_cannot_be_counted_is_named(sweep):
    def refuse(shape):
        raise ValueError(f"no image of {shape[2]}x{shape[3]}")

    uncountable = replace(sweep.variants[1], work=Traced(3, refuse, refuse))
    odd = replace(sweep, variants=(sweep.variants[0], uncountable))
    check_countable([Case(CPU, sweep, variant) for variant in sweep.variants])
    with pytest.raises(ValueError, match="G2 x1 cpu-2px g=2: no image of 2x2"):
        check_countable([Case(CPU, odd, variant) for variant in odd.variants])


def test_two_sweeps_of_one_name_are_refused(sweep):
    with pytest.raises(ValueError, match="test_a: two sweeps are called x1"):
        list(cases(lambda condition: [sweep, sweep], [CPU], "test_a"))


def test_entries_hold_the_work_the_ratio_and_the_control(sweep):
    found = outcome(sweep, ["g1", "g8"], CPU, recording(g1=0.01, g8=0.02, control=0.011), 0.9)
    extreme = found["g8"]
    assert list(found) == ["g1", "g8"]
    assert (extreme.slowdown.estimate, extreme.control.estimate) == (2.0, pytest.approx(1.1))
    assert extreme.identity.work_ratio == (64 * 64 / 8) / 64
    assert extreme.paper.slowdown == pytest.approx(40.0 / 27.8)
    assert (extreme.calls_per_sample, extreme.seed, extreme.stopped) == (3, 9, "time")
    assert found["g1"].slowdown.half_width == 0


def test_the_controls_samples_are_saved_once_with_the_baseline(sweep):
    found = outcome(sweep, ["g1", "g8"], CPU, recording(g1=0.01, g8=0.02, control=0.01), 0.9)
    assert found["g1"].control_samples_s == (0.01,) * 20
    assert found["g8"].control_samples_s == found["g8"].baseline_samples_s == ()


def test_without_an_entry_of_the_baseline_its_samples_go_with_the_variant(sweep):
    found = outcome(sweep, ["g8"], CPU, recording(g1=0.01, g8=0.02, control=0.03), 0.9)
    assert found["g8"].baseline_samples_s == (0.01,) * 20
    assert found["g8"].control_samples_s == (0.03,) * 20


def test_a_failed_variant_leaves_the_others_measured(sweep):
    found = outcome(
        sweep, ["g1", "g2", "g8"], CPU, recording({"g2": "no memory"}, g1=1.0, g8=2.0, control=1.0), 0.9
    )
    assert found["g2"].reason == "no memory"
    assert isinstance(found["g8"], Entry)


def test_a_failed_baseline_fails_the_sweep_with_its_reason(sweep):
    found = outcome(sweep, ["g8"], CPU, recording({"g1": "no memory"}, g8=2.0), 0.9)
    assert found["g8"].reason == "its baseline g=1 failed: no memory"
    found = outcome(sweep, ["g1", "g8"], CPU, recording({"g1": "no memory"}, g8=2.0), 0.9)
    assert found["g1"].reason == "no memory"


def test_a_failed_control_is_recorded_and_leaves_no_noise_floor(sweep):
    found = outcome(sweep, ["g1"], CPU, recording({CONTROL: "no memory"}, g1=1.0), 0.9)
    assert found["g1"].control is None
    assert (found[CONTROL].place.variant, found[CONTROL].reason) == (CONTROL_NAME, "no memory")


def test_a_sweep_is_measured_once_for_all_its_chosen_variants(sweep, monkeypatch):
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


def test_an_entry_says_how_it_was_measured(sweep):
    found = outcome(
        sweep, ["g1", "g8"], CPU, recording(g1=0.01, g8=0.02, control=0.01), 0.9, retried=("a hog",)
    )
    how = found["g8"].circumstances
    assert (how.state, how.placed_at, how.peak_memory_bytes) == (QUIET, (0, 3), 64)
    assert (how.disturbed, how.retried) == ((), ("a hog",))
    assert how.drift.estimate == 1


def drifting(sweep, **factors):
    """A sweep whose last third of rounds differs from its first by a factor for each variant."""
    series = {id: (1.0,) * 200 + (factor,) * 100 for id, factor in factors.items()}
    measured = Recording(series, dict.fromkeys(series, 1), {}, "time", 0)
    return outcome(sweep, ["g1", "g8"], CPU, measured, 0.9)["g8"].circumstances


def test_a_slowdown_that_drifts_disturbs_a_sweep(sweep):
    assert drifting(sweep, g1=1.0, g8=1.2).disturbed == ("the slow-down of g=8 drifted by a factor of 1.20",)
    assert drifting(sweep, g1=1.0, g8=1.2).drift.estimate == pytest.approx(1.2)


def test_what_slows_all_networks_alike_disturbs_only_beyond_half_as_much_again(sweep):
    assert drifting(sweep, g1=1.4, g8=1.4).disturbed == ()
    assert drifting(sweep, g1=2.0, g8=2.0).disturbed == ("the baseline's time drifted by a factor of 2.00",)


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
    sweep, monkeypatch, retries, states, retried, disturbed
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


def test_a_journal_gets_every_measurement_of_a_sweep(sweep, monkeypatch):
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


def test_what_a_journal_holds_of_a_sweep_is_taken_over(sweep):
    known = outcome(sweep, ["g1", "g8"], CPU, recording({CONTROL: "no memory"}, g1=1.0, g8=2.0), 0.9)
    campaign = restored(sweep, ["g1", "g8"], list(known.values()))
    assert campaign.measured_sweeps == 1
    assert campaign.result(Case(CPU, sweep, sweep.extreme)) is known["g8"]
    assert [failure.place.variant for failure in campaign.failures] == [CONTROL_NAME]


@pytest.mark.parametrize("chosen", [["g1", "g2", "g8"], ["g8"]])
def test_a_sweep_of_which_other_variants_are_wanted_is_measured_anew(sweep, chosen):
    known = outcome(sweep, ["g1", "g8"], CPU, recording(g1=1.0, g8=2.0), 0.9)
    assert restored(sweep, chosen, list(known.values())).measured_sweeps == 0


def test_another_network_than_the_journals_is_refused(sweep):
    known = outcome(sweep, ["g8"], CPU, recording(g1=1.0, g8=2.0), 0.9)
    other = replace(known["g8"], identity=replace(known["g8"].identity, widths=(72,)))
    with pytest.raises(ValueError, match=r"^G2 x1 cpu-2px g=8 is another network now than in the journal$"):
        restored(sweep, ["g8"], [other])


def test_an_entry_whose_test_fails_is_withdrawn_once(sweep, monkeypatch):
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


@pytest.fixture
def asked(monkeypatch):
    """The baselines for which a batch was looked for; 16 is found."""
    log = []

    def device_bound(condition, baselines):
        log.append([variant.id for variant in baselines])
        return replace(condition, batch_size=16)

    monkeypatch.setattr(case_module, "device_bound", device_bound)
    return log


AUTO = replace(CPU, batch_size=AUTO_BATCH)


def test_one_batch_is_found_for_all_sweeps_of_a_condition(sweep, asked):
    other = replace(sweep, guideline="G9", variants=sweep.variants[1:])
    chosen = [Case(c, s, v) for c in (AUTO, CPU) for s in (sweep, other) for v in s.variants]
    found, batches = settled(chosen, {})
    assert asked == [["g1", "g2"]]
    assert [case.condition.batch_size for case in found] == [16] * 5 + [1] * 5
    assert batches == {"cpu-bauto-2px": 16}
    assert {case.id for case in chosen[:1]} == {"cpu-bauto-2px-x1-g1"}


def test_a_batch_that_is_known_is_not_looked_for(sweep, asked):
    (case,), _ = settled([Case(AUTO, sweep, sweep.baseline)], {"cpu-bauto-2px": 4})
    assert (case.condition.batch_size, asked) == (4, [])


def test_a_batch_that_is_asked_for_as_well_is_refused(sweep, asked):
    chosen = [Case(c, sweep, sweep.baseline) for c in (AUTO, replace(CPU, batch_size=16))]
    with pytest.raises(ValueError, match=r"^--batch-size auto: the batch for cpu is 16, which is in"):
        settled(chosen, {})


def test_a_disturbed_sweep_of_a_journal_is_measured_again_while_retries_are_left(sweep):
    known = outcome(sweep, ["g1", "g8"], CPU, recording(state=BUSY, g1=1.0, g8=2.0), 0.9)
    for retries, taken_over in ((0, 1), (1, 0)):
        campaign = Campaign((CPU,), Limits(), seed=0, retries=retries)
        campaign.choose([Case(CPU, sweep, variant) for variant in (sweep.baseline, sweep.extreme)])
        campaign.restore({"G2 x1 cpu-2px": list(known.values())})
        assert campaign.measured_sweeps == taken_over
