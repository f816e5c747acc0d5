from dataclasses import replace

import pytest

from guidelines.measure import sweep_passes as module
from guidelines.measure.dropped import Dropped
from guidelines.measure.processes import DIED, Died
from guidelines.measure.recording import CONTROL
from guidelines.measure.sweep_passes import MOST_DEATHS
from guidelines.results.disturbance import State
from guidelines.results.model import Entry, Failure

BUSY = State(cpus=2, watched_s=4.0, other_cpus=1.4)
KILLED = f"{DIED} was ended by SIGKILL"


@pytest.fixture
def add(outcome_of):
    """Adds what is made up for the next task of a pass, and returns the task."""

    def add(passes, number, failures=None, **how):
        task = passes.task(number)
        passes.add(task, outcome_of(task, passes.case.sweep, failures, **how))
        return task

    return add


def test_a_task_says_all_that_a_pass_needs(sweep_passes):
    passes = sweep_passes("g2", "g8")
    task = passes.task(3)
    assert (task.sweep_id, task.sweep, task.number, task.seed) == ("G2 x1 cpu-2px", "x1", 3, 7)
    assert (task.variants, task.chosen) == (("g1", "g2", "g8"), ("g2", "g8"))
    assert task.condition == passes.case.condition
    assert (task.checked, task.retried) == (frozenset(), ())


@pytest.mark.parametrize(("planned", "is_held", "processes"), [(5, True, 2), (5, False, 1), (1, True, 1)])
def test_a_process_that_starts_others_counts_if_it_holds_the_device(
    sweep_passes, monkeypatch, planned, is_held, processes
):
    monkeypatch.setattr(module, "is_held", lambda device: is_held)
    assert sweep_passes(planned=planned).task(1).own_processes == processes


def test_each_pass_has_an_equal_share_of_the_limits(sweep_passes):
    passes = sweep_passes(max_time_s=1.0, warmup_s=0.5, min_rounds=12, min_sample_s=0.1, precision=0.02)
    limits = passes.task(1).limits
    assert (limits.max_time_s, limits.warmup_s, limits.min_rounds) == (0.2, 0.1, 3)
    assert (limits.min_sample_s, limits.precision) == (0.1, None)
    assert passes.pass_s == pytest.approx(3 * 0.2)


def test_a_single_pass_has_all_of_the_limits(sweep_passes):
    passes = sweep_passes("g8", planned=1, max_time_s=1.0, precision=0.02)
    assert passes.task(1).limits == passes.limits
    assert passes.pass_s == 2.0


def test_a_condition_may_have_a_share_of_the_time(sweep_passes):
    assert sweep_passes(time_share=0.25, max_time_s=1.0).task(1).limits.max_time_s == 0.05


def test_nothing_is_left_of_a_pass_that_was_measured(sweep_passes, add):
    passes = sweep_passes()
    add(passes, 1)
    assert passes.task(1) is None
    assert passes.task(2).chosen == ("g1", "g2", "g8")
    assert not passes.is_over


def test_what_was_timed_in_some_pass_is_not_checked_again(sweep_passes, add):
    passes = sweep_passes()
    add(passes, 1)
    assert passes.task(2).checked == {"g1", "g2", "g8"}
    without_baseline = sweep_passes("g8")
    add(without_baseline, 1)
    assert without_baseline.task(2).checked == {"g1", "g8"}


def test_what_failed_is_checked_again(sweep_passes, add):
    passes = sweep_passes()
    add(passes, 1)
    add(passes, 2, {"g2": "no memory"})
    assert passes.task(3).checked == {"g1", "g2", "g8"}
    passes = sweep_passes()
    passes.add(passes.task(1), Died(KILLED, "g2"))
    add(passes, 1)
    assert passes.task(2).checked == {"g1", "g8"}


def test_the_outcome_is_over_all_passes(sweep_passes, add):
    passes = sweep_passes()
    for number, seconds in enumerate((1.9, 2.0, 2.1), 1):
        add(passes, number, g8=seconds)
    extreme = passes.outcome()["g8"]
    assert extreme.slowdown.estimate == pytest.approx(2.0, rel=1e-3)
    assert extreme.slowdown.low < 1.9 < 2.1 < extreme.slowdown.high
    assert [each.number for each in extreme.passes] == [1, 2, 3]
    assert (extreme.slowdown.rounds, extreme.stopped, extreme.lost) == (60, "time", ())


def test_a_name_that_cannot_be_printed_is_no_obstacle(sweep_passes, add):
    passes = sweep_passes()
    odd = tuple(replace(variant, name=f"{variant.name}\x1b") for variant in passes.case.sweep.variants)
    passes.case = replace(passes.case, sweep=replace(passes.case.sweep, variants=odd))
    add(passes, 1)
    assert passes.outcome().keys() == {"g1", "g2", "g8"}


def test_a_sweep_is_precise_if_every_slowdown_is(sweep_passes, add):
    passes = sweep_passes()
    for number, seconds in enumerate((1.95, 2.0, 2.05), 1):
        add(passes, number, g8=seconds)
    half_width = passes.outcome()["g8"].slowdown.half_width / 2
    assert passes.is_precise(half_width * 1.01)
    assert not passes.is_precise(half_width * 0.99)
    add(passes, 4, control=2.0)
    assert not passes.is_precise(half_width * 1.01)


def test_a_variant_whose_first_measurement_fails_is_given_up(sweep_passes, add):
    passes = sweep_passes()
    add(passes, 1, {"g2": "no memory"})
    assert passes.task(1) is None
    assert passes.task(2).chosen == ("g1", "g8")
    add(passes, 2)
    assert passes.outcome()["g2"].reason == "no memory"
    assert len(passes.outcome()["g8"].passes) == 2


def test_a_variant_that_was_timed_before_is_tried_again(sweep_passes, add):
    passes = sweep_passes()
    add(passes, 1)
    add(passes, 2, {"g2": "no memory"})
    add(passes, 3)
    assert passes.outcome()["g2"].lost == ("pass 2: no memory",)
    assert [each.number for each in passes.outcome()["g2"].passes] == [1, 3]


def test_without_its_baseline_a_sweep_is_over(sweep_passes, add):
    passes = sweep_passes()
    add(passes, 1, {"g1": "no memory"})
    assert passes.is_over
    assert passes.task(2) is None
    without_baseline = sweep_passes("g8")
    add(without_baseline, 1, {"g1": "no memory"})
    assert without_baseline.is_over


def test_a_failed_control_ends_nothing(sweep_passes, add):
    passes = sweep_passes()
    add(passes, 1, {CONTROL: "no memory"})
    assert passes.task(2).chosen == ("g1", "g2", "g8")
    assert isinstance(passes.outcome()[CONTROL], Failure)


def test_a_sweep_that_a_process_does_not_find_is_over(sweep_passes):
    passes = sweep_passes("g2", "g8")
    passes.add(passes.task(1), Dropped("it is not defined there"))
    assert passes.is_over
    assert {id: failure.reason for id, failure in passes.outcome().items()} == dict.fromkeys(
        ("g2", "g8"), "it is not defined there"
    )


def test_a_variant_whose_process_died_fails_alone(sweep_passes, add):
    passes = sweep_passes()
    passes.add(passes.task(1), Died(KILLED, "g2"))
    rest = add(passes, 1)
    assert (rest.number, rest.chosen) == (1, ("g1", "g8"))
    assert passes.task(1) is None
    assert passes.outcome()["g2"].reason == KILLED
    assert isinstance(passes.outcome()["g8"], Entry)


def test_a_variant_whose_process_died_is_tried_again_but_not_for_ever(sweep_passes, add):
    passes = sweep_passes()
    for number in range(1, MOST_DEATHS + 1):
        assert passes.task(number).chosen == ("g1", "g2", "g8")
        passes.add(passes.task(number), Died(KILLED, "g2"))
        add(passes, number)
    assert passes.task(MOST_DEATHS + 1).chosen == ("g1", "g8")
    add(passes, MOST_DEATHS + 1)
    assert passes.outcome()["g2"].reason == KILLED


@pytest.mark.parametrize("variant", ["", "g1"])
def test_a_process_that_dies_in_a_round_or_with_the_baseline_fails_the_pass(sweep_passes, add, variant):
    passes = sweep_passes()
    passes.add(passes.task(1), Died(KILLED, variant))
    assert passes.task(1) is None
    add(passes, 2)
    outcome = passes.outcome()
    assert all(outcome[id].lost == (f"pass 1: {KILLED}",) for id in ("g1", "g2", "g8"))


def test_a_baseline_whose_process_dies_often_ends_the_sweep(sweep_passes):
    passes = sweep_passes("g2", "g8")
    for number in range(1, MOST_DEATHS + 1):
        assert not passes.is_over
        passes.add(passes.task(number), Died(KILLED, "g1"))
    assert passes.is_over


def test_a_disturbed_pass_is_measured_again_as_often_as_asked(sweep_passes, add):
    passes = sweep_passes()
    reason = "other processes used 1.40 of 2 processors"
    add(passes, 1, state=BUSY)
    add(passes, 2)
    assert passes.to_retry(0) == {}
    assert passes.to_retry(1) == {1: (reason,)}
    passes.measure_again(1, (reason,))
    assert add(passes, 1, state=BUSY, g8=3.0).retried == (reason,)
    assert passes.outcome()["g8"].passes[0].slowdown.estimate == 3.0
    assert passes.outcome()["g8"].passes[0].circumstances.retried == (reason,)
    assert passes.to_retry(1) == {}
    assert passes.to_retry(2) == {1: (reason,)}


def test_a_disturbed_pass_counts_until_it_was_measured_again(sweep_passes, add):
    passes = sweep_passes()
    add(passes, 1, state=BUSY)
    passes.measure_again(1, ("a hog",))
    assert passes.task(1).chosen == ("g1", "g2", "g8")
    assert isinstance(passes.outcome()["g8"], Entry)


def test_the_failures_of_a_pass_that_is_measured_again_stay(sweep_passes, add):
    passes = sweep_passes()
    add(passes, 1, {"g2": "no memory"}, state=BUSY)
    passes.measure_again(1, ("a hog",))
    assert add(passes, 1).chosen == ("g1", "g8")
    assert passes.outcome()["g2"].reason == "no memory"


def test_a_sweep_that_is_over_is_not_measured_again(sweep_passes, add):
    passes = sweep_passes("g8")
    add(passes, 1, state=BUSY)
    for number in range(2, MOST_DEATHS + 2):
        passes.add(passes.task(number), Died(KILLED, "g1"))
    assert passes.is_over
    assert passes.to_retry(1) == {}


def test_what_an_earlier_run_gave_up_stays_given_up(sweep_passes, add):
    earlier, passes = sweep_passes(), sweep_passes()
    add(earlier, 1, {"g2": "no memory"})
    add(earlier, 2)
    for number, outcome in earlier.outcomes.items():
        passes.restore(number, outcome)
    assert passes.task(2) is None
    assert passes.task(3).chosen == ("g1", "g8")
    assert passes.failed == {"g2"}


def test_what_died_in_an_earlier_run_is_tried_again(sweep_passes):
    earlier, passes = sweep_passes(), sweep_passes()
    earlier.add(earlier.task(1), Died(KILLED, ""))
    passes.restore(1, earlier.outcomes[1])
    assert passes.task(1) is None
    assert passes.task(2).chosen == ("g1", "g2", "g8")


def test_the_retries_of_an_earlier_run_count(sweep_passes, add):
    earlier, passes = sweep_passes(), sweep_passes()
    add(earlier, 1, state=BUSY)
    earlier.measure_again(1, ("a hog",))
    add(earlier, 1, state=BUSY)
    passes.restore(1, earlier.outcomes[1])
    assert passes.to_retry(1) == {}
    assert list(passes.to_retry(2)) == [1]
