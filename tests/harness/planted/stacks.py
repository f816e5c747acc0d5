"""The networks at both ends of the guidelines' own sweeps, by name."""

import sys
from pathlib import Path

from guidelines.spec.condition import Condition, Device

EXPERIMENTS = Path(__file__).parents[3] / "experiments"
MODULES = {
    "G1": "test_g1_channel_ratio",
    "G2": "test_g2_group_count",
    "G3": "test_g3_fragmentation",
    "G4": "test_g4_elementwise",
}
MULTIPLIERS = 3


def sweep(guideline, number):
    """The sweep of a guideline with the number-th multiplier of its widths."""
    if str(EXPERIMENTS) not in sys.path:
        sys.path.insert(0, str(EXPERIMENTS))
    module = __import__(MODULES[guideline])
    return list(module.sweeps(Condition(Device("cpu"), "", channel_rule="paper")))[number]


def breaking_and_keeping(guideline, number):
    """The extreme networks of a sweep: the one that breaks its guideline, then the one that keeps it."""
    found = sweep(guideline, number)
    is_faster = found.expect == "faster"
    return (found.baseline, found.extreme) if is_faster else (found.extreme, found.baseline)


def breaking(guideline, number):
    return breaking_and_keeping(guideline, number)[0].build()


def keeping(guideline, number):
    return breaking_and_keeping(guideline, number)[1].build()
