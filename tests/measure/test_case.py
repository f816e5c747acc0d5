from dataclasses import replace

import pytest

from guidelines.measure import case as module
from guidelines.measure.case import Case, cases, check_countable, settled
from guidelines.spec.condition import AUTO_BATCH, Condition
from guidelines.spec.work import Traced

CPU = Condition("cpu", "a processor", image_size=2)
AUTO = replace(CPU, batch_size=AUTO_BATCH)


def test_ids_are_readable_and_name_the_condition(sweep):
    found = list(cases(lambda condition: [sweep], [Condition("cuda:0", "", batch_size=8)]))
    assert [case.id for case in found] == ["cuda:0-b8-x1-g1", "cuda:0-b8-x1-g2", "cuda:0-b8-x1-g8"]
    assert {case.sweep_id for case in found} == {"G2 x1 cuda:0-b8"}


def test_a_sweep_that_both_channel_rules_share_is_measured_once(sweep):
    rules = [replace(CPU, channel_rule=rule) for rule in ("paper", "exact")]
    assert {case.condition.channel_rule for case in cases(lambda condition: [sweep], rules)} == {"paper"}
    both = cases(lambda c: [replace(sweep, name=c.channel_rule)], rules)
    assert {case.condition.channel_rule for case in both} == {"paper", "exact"}


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
    """The baselines for which a batch was looked for; 16 is found."""
    log = []

    def device_bound(condition, baselines):
        log.append([variant.id for variant in baselines])
        return replace(condition, batch_size=16)

    monkeypatch.setattr(module, "device_bound", device_bound)
    return log


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
