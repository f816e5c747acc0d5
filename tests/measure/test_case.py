from dataclasses import replace

import pytest

from guidelines.measure import case as module
from guidelines.measure.case import Case, cases, check_countable, settled
from guidelines.spec.condition import AUTO_BATCH, Condition
from guidelines.spec.work import Traced

CPU = Condition("cpu", "a processor", image_size=2)
AUTO = replace(CPU, batch_size=AUTO_BATCH, is_auto_batch=True)
CUDA_AUTO = replace(AUTO, device="cuda:0")


def test_ids_are_readable_and_name_the_condition(sweep):
    found = list(cases(lambda condition: [sweep], [Condition("cuda:0", "", batch_size=8)]))
    assert [case.id for case in found] == ["cuda:0-b8-x1-g1", "cuda:0-b8-x1-g2", "cuda:0-b8-x1-g8"]
    assert {case.sweep_id for case in found} == {"G2 x1 cuda:0-b8"}


def test_a_sweep_that_both_channel_rules_share_is_measured_once(sweep):
    rules = [replace(CPU, channel_rule=rule) for rule in ("paper", "exact")]
    assert {case.condition.channel_rule for case in cases(lambda condition: [sweep], rules)} == {"paper"}
    both = cases(lambda c: [replace(sweep, name=c.channel_rule)], rules)
    assert {case.condition.channel_rule for case in both} == {"paper", "exact"}


def test_a_sweep_is_told_under_how_many_channel_rules_it_is_measured(sweep):
    def sweeps(condition):
        variants = sweep.variants if condition.channel_rule == "paper" else sweep.variants[:2]
        return [replace(sweep, name="same"), replace(sweep, name="other", variants=variants)]

    rules = [replace(CPU, channel_rule=rule) for rule in ("paper", "exact")]
    found = cases(sweeps, rules, time_share=lambda condition, rules: 1 / rules)
    assert {case.sweep_id: case.time_share for case in found} == {
        "G2 same cpu-2px": 1.0,
        "G2 other cpu-2px": 0.5,
        "G2 other cpu-2px-exact": 0.5,
    }


def test_only_a_condition_that_may_lack_sweeps_goes_without_widths(sweep):
    def sweeps(condition):
        if condition.channel_rule == "exact":
            raise ValueError("no multiple of 8")
        return [sweep]

    rules = [replace(CPU, channel_rule=rule) for rule in ("paper", "exact")]
    found = cases(sweeps, rules, may_lack=lambda condition: condition.channel_rule == "exact")
    assert {case.condition.channel_rule for case in found} == {"paper"}
    with pytest.raises(ValueError, match="no multiple of 8"):
        list(cases(sweeps, rules))


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


@pytest.fixture
def asked(monkeypatch):
    """The baselines for which a batch was looked for; 16 is found for g1, 32 for g2."""
    log = []

    def device_bound(condition, baseline, explain):
        log.append((condition.device, baseline.id))
        return {"g1": 16, "g2": 32}[baseline.id]

    monkeypatch.setattr(module, "device_bound", device_bound)
    return log


def both(sweep):
    """A sweep with the baseline g1, and one with g2."""
    return sweep, replace(sweep, guideline="G9", variants=sweep.variants[1:])


def test_each_sweep_has_a_batch_of_its_own_which_its_id_does_not_name(sweep, asked):
    chosen = [Case(CUDA_AUTO, s, v) for s in both(sweep) for v in s.variants]
    settled_cases, batches = settled(chosen, {})
    assert asked == [("cuda:0", "g1"), ("cuda:0", "g2")]
    assert [case.condition.batch_size for case in settled_cases] == [16] * 3 + [32] * 2
    assert batches == {"G2 x1 cuda:0-bauto-2px": 16, "G9 x1 cuda:0-bauto-2px": 32}
    assert [case.id for case in settled_cases] == [case.id for case in chosen]
    assert {case.sweep_id for case in settled_cases} == batches.keys()
    assert len({case.condition.shared for case in settled_cases}) == 1


def test_sweeps_with_one_baseline_share_the_search_for_their_batch(sweep, asked):
    chosen = [Case(CUDA_AUTO, replace(sweep, name=name), sweep.baseline) for name in ("x1", "x2")]
    _, batches = settled(chosen, {})
    assert asked == [("cuda:0", "g1")]
    assert list(batches.values()) == [16, 16]


def test_a_batch_that_was_given_stays(sweep, asked):
    (case,), batches = settled([Case(replace(CPU, batch_size=3), sweep, sweep.baseline)], {})
    assert (case.condition.batch_size, case.condition.is_auto_batch, batches, asked) == (3, False, {}, [])


def test_a_batch_that_is_known_is_not_looked_for(sweep, asked):
    known, told = {"G2 x1 cuda:0-bauto-2px": 4}, []
    (case,), _ = settled([Case(CUDA_AUTO, sweep, sweep.baseline)], known, tell=told.append)
    assert (case.condition.batch_size, asked, told) == (4, [], [])


def test_every_batch_is_told_once_it_is_known(sweep, asked):
    told = []
    chosen = [Case(CUDA_AUTO, s, v) for s in both(sweep) for v in s.variants]
    settled(chosen, {}, tell=lambda case: told.append((len(asked), case.sweep_id, case.condition.batch_size)))
    assert told == [(1, "G2 x1 cuda:0-bauto-2px", 16), (2, "G9 x1 cuda:0-bauto-2px", 32)]


def test_the_batch_of_a_cpu_is_not_told(sweep, asked):
    told = []
    settled([Case(AUTO, sweep, sweep.baseline)], {}, tell=told.append)
    assert told == []


def test_a_cpus_batch_that_is_asked_for_as_well_is_refused(sweep, asked):
    chosen = [Case(c, sweep, sweep.baseline) for c in (AUTO, replace(CPU, batch_size=1))]
    with pytest.raises(ValueError, match=r"^--batch-size auto: the batch for cpu is 1, which is in"):
        settled(chosen, {})
    assert asked == []


def test_a_batch_that_a_cuda_device_chose_may_have_been_asked_for_as_well(sweep, asked):
    chosen = [
        Case(c, sweep, sweep.baseline) for c in (CUDA_AUTO, replace(CPU, device="cuda:0", batch_size=16))
    ]
    settled_cases, _ = settled(chosen, {})
    assert [case.condition.batch_size for case in settled_cases] == [16, 16]
    assert len({case.id for case in settled_cases}) == 2


def test_conditions_can_share_the_time_of_a_variant(sweep):
    def share(condition, rules):
        return 0.5 if condition.mode == "cudagraph" else 1.0

    under = [CPU, replace(CPU, device="cuda:0", mode="cudagraph")]
    shares = {
        case.condition.mode: case.time_share for case in cases(lambda c: [sweep], under, time_share=share)
    }
    assert shares == {"eager": 1.0, "cudagraph": 0.5}
    assert Case(CPU, sweep, sweep.baseline).time_share == 1.0
