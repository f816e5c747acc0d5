import threading
import time

from inner_networks import sweeps_of, tasks_of

from guidelines.measure.dropped import explained
from guidelines.measure.processes import DIED, Died, measure_in_processes
from guidelines.measure.turn import Turn, new_turn
from guidelines.measure.turn_limit import TurnLimit

VARIANTS = ("a", "b")
SHORT_S, LONG_S, WAIT_S = 0.2, 8.0, 30.0


def over_after(seconds, act=lambda: None, first="a"):
    """True if a turn limit of 0.2 s ends what has had so many seconds, during which `act` is called."""
    ended = threading.Event()
    with new_turn() as turn, TurnLimit(turn, SHORT_S, ended.set) as limit:
        told = Turn(turn.path)
        told.set(first, VARIANTS)
        until_s = time.perf_counter() + seconds
        while time.perf_counter() < until_s and not ended.is_set():
            act(told)
            time.sleep(SHORT_S / 40)
        told.close()
        assert limit.is_over == ended.is_set()
        return limit.is_over


def test_a_turn_that_does_not_end_is_over():
    assert over_after(WAIT_S, lambda told: None)


def test_turns_that_follow_each_other_are_not_even_if_they_are_of_one_network():
    assert not over_after(5 * SHORT_S, lambda told: told.set("a", VARIANTS))


def test_no_ones_turn_has_no_end():
    assert not over_after(5 * SHORT_S, lambda told: None, first="")


def test_a_network_that_hangs_is_ended_and_named(tmp_path):
    tasks = tasks_of(sweeps_of(tmp_path, "hangs"))
    results = [result for _, result in measure_in_processes(tasks, explained, turn_limit_s=LONG_S)]
    assert results == [
        None,
        Died(f"{DIED} was ended, as it hung for {LONG_S:g} s (see --turn-limit)", "trap"),
    ]
    assert not tasks
