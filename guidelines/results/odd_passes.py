"""Passes of a sweep in which the machine was in another state than in most of them."""

from collections.abc import Mapping
from statistics import median, mode

from guidelines.results.disturbance import State

# In a pass whose baseline takes this many times its usual time, the machine is in another state.
MOST_PASS_SHIFT = 1.25


def odd_passes(baselines_s: Mapping[int, float]) -> dict[int, str]:
    """Reasons to distrust passes whose baseline took another time than in most, by their numbers."""
    if len(baselines_s) < 3:
        return {}
    usual_s = median(baselines_s.values())
    reasons = {}
    for number, time_s in baselines_s.items():
        times = time_s / usual_s
        if not 1 / MOST_PASS_SHIFT <= times <= MOST_PASS_SHIFT:
            reasons[number] = f"the baseline took {times:.2f} times its usual time"
    return reasons


def odd_states(states: Mapping[int, State]) -> dict[int, str]:
    """Reasons to distrust passes on a machine that was set up otherwise than in most, by their numbers."""
    setups = {number: _setup(state) for number, state in states.items()}
    usual = mode(setups.values()) if setups else ""
    reasons = {}
    for number, setup in setups.items():
        if setup != usual:
            reasons[number] = f"the machine was set up otherwise ({setup}) than in most passes ({usual})"
    return reasons


def _setup(state: State) -> str:
    governed = f", clock governor: {state.governor}" if state.governor else ""
    return f"usable processors: {state.cpus}{governed}"
