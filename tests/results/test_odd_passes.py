from dataclasses import replace

import pytest

from guidelines.results.disturbance import State
from guidelines.results.joining import disturbed_passes
from guidelines.results.model import Circumstances
from guidelines.results.odd_passes import odd_passes, odd_states

USUAL = State(cpus=2, watched_s=1.0, governor="performance")


@pytest.mark.parametrize(
    ("baselines_s", "odd"),
    [
        ({}, []),
        ({1: 1.0, 2: 9.0}, []),  # of two, neither is the usual one
        ({1: 1.0, 2: 1.0, 3: 1.25}, []),
        ({1: 1.0, 2: 1.0, 3: 1.26}, [3]),
        ({1: 1.0, 2: 0.8, 4: 1.0}, []),
        ({1: 1.0, 2: 0.79, 4: 1.0}, [2]),
        ({1: 1.0, 2: 0.5, 3: 1.0, 4: 2.0, 5: 1.0}, [2, 4]),
    ],
)
def test_a_pass_is_odd_if_its_baseline_took_another_time_than_usual(baselines_s, odd):
    assert list(odd_passes(baselines_s)) == odd


def test_a_pass_is_odd_if_it_might_use_fewer_processors_or_had_another_governor():
    states = dict.fromkeys(range(1, 6), USUAL)
    assert odd_states(states) == {}
    states |= {2: replace(USUAL, cpus=1), 5: replace(USUAL, governor="powersave", load=3.0)}
    usual = "usable processors: 2, clock governor: performance"
    assert odd_states(states) == {
        2: "the machine was set up otherwise (usable processors: 1, clock governor: performance) "
        f"than in most passes ({usual})",
        5: "the machine was set up otherwise (usable processors: 2, clock governor: powersave) "
        f"than in most passes ({usual})",
    }


def test_passes_without_a_state_are_not_odd():
    assert odd_states({}) == {}
    assert odd_states({1: State(cpus=2, watched_s=1.0), 2: State(cpus=2, watched_s=9.0, load=1.0)}) == {}


def test_a_pass_on_fewer_processors_is_disturbed(entry):
    passes = {}
    for number, cpus in enumerate((2, 2, 1), start=1):
        state = replace(USUAL, cpus=cpus, governor="")
        passes[number] = [entry("g=1", 1.0, circumstances=Circumstances(state=state))]
    reason = (
        "the machine was set up otherwise (usable processors: 1) than in most passes (usable processors: 2)"
    )
    assert disturbed_passes(passes) == {1: (), 2: (), 3: (reason,)}
