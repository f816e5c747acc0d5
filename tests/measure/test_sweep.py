import pytest
import torch

from guidelines.measure.dropped import Dropped, SkippedNetworkError, skipped
from guidelines.measure.recording import CONTROL, Limits
from guidelines.measure.sweep import measure_sweep
from guidelines.results.model import Circumstances
from guidelines.spec.condition import Condition


def measured(sweep, chosen, clock, check=lambda variant, *rest: Circumstances(), **how):
    def prepare(variant, condition, seed, bind):
        assert torch.is_inference_mode_enabled()
        return clock.sample(float(variant.groups))

    limits = Limits(max_time_s=0.0, min_rounds=5)
    return measure_sweep(sweep, chosen, Condition("cpu", ""), limits, 4, check=check, prepare=prepare, **how)


def test_chosen_variants_are_measured_with_baseline_and_control_and_nothing_else(sweep, clock):
    recording = measured(sweep, ["g8"], clock)
    assert set(recording.seconds_per_call) == {"g1", "g8", CONTROL}
    assert recording.seconds_per_call[CONTROL] == (1.0,) * 5


def test_the_seed_and_the_number_of_the_pass_give_the_orders(sweep, clock):
    def built(number):
        order = []
        how = {"building": order.append, "number": number}
        measured(sweep, ["g1", "g2", "g8"], clock, **how)
        return [id for id in order if id]

    assert built(1) == built(1)
    assert built(1) != built(2)


def test_a_variant_that_an_earlier_pass_checked_is_not_checked_again(sweep, clock):
    checked = []

    def check(variant, *rest):
        checked.append(variant.id)
        return Circumstances(setup_s=3.0)

    recording = measured(sweep, ["g1", "g2", "g8"], clock, check, already_checked=["g1", "g8"])
    assert checked == ["g2"]
    assert recording.checked == {"g2": Circumstances(setup_s=3.0)}


def test_the_variant_that_is_built_is_named_and_then_none(sweep, clock):
    told = []
    measured(sweep, ["g8"], clock, building=told.append)
    assert set(told[::2]) == {"g1", "g8"}
    assert set(told[1::2]) == {""}


def test_every_variant_is_checked_once_before_it_is_timed(sweep, clock):
    checked = []

    def check(variant, *rest):
        checked.append(variant.id)
        return Circumstances(setup_s=3.0)

    recording = measured(sweep, ["g1", "g2", "g8"], clock, check)
    assert sorted(checked) == ["g1", "g2", "g8"]
    assert recording.checked == dict.fromkeys(["g1", "g2", "g8"], Circumstances(setup_s=3.0))


def test_a_variant_that_does_not_pass_its_check_is_a_failure(sweep, clock):
    def check(variant, *rest):
        if variant.groups == 2:
            raise MemoryError
        return Circumstances()

    recording = measured(sweep, ["g2", "g8"], clock, check)
    assert recording.dropped == {"g2": Dropped("MemoryError")}
    assert set(recording.seconds_per_call) == {"g1", "g8", CONTROL}


def test_a_skip_inside_a_network_is_a_reason_and_no_end(sweep, clock):
    def check(variant, *rest):
        if variant.groups == 2:
            raise SkippedNetworkError("not on this device\nbut elsewhere")
        return Circumstances()

    recording = measured(sweep, ["g2", "g8"], clock, check)
    assert recording.dropped == {"g2": Dropped("skipped: not on this device", is_skip=True)}


def test_a_skip_without_a_reason_says_so():
    assert skipped(SkippedNetworkError()) == Dropped("skipped: no reason given", is_skip=True)


def test_an_error_of_another_kind_can_be_explained_from_outside(sweep, clock):
    class Foreign(BaseException):
        pass

    def check(variant, *rest):
        if variant.groups == 2:
            raise Foreign
        return Circumstances()

    def explain(error):
        return Dropped("foreign") if isinstance(error, Foreign) else None

    recording = measured(sweep, ["g2", "g8"], clock, check, explain=explain)
    assert recording.dropped == {"g2": Dropped("foreign")}
    with pytest.raises(Foreign):
        measured(sweep, ["g2", "g8"], clock, check)
