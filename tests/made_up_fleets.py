"""Fleets of equal machines, made up for tests and for the script that simulates twins."""

import numpy as np


def fleet(seed, members=12, passes=5, variables=13, *, of_pass=0.01, of_variable=0.01, drift=0.05):
    """Logarithms of the times of equal members: all share a drift, each pass is a process of its own."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, drift, (1, passes, 1)) + rng.normal(0, 1, (1, 1, variables))
    own = rng.normal(0, of_pass, (members, passes, 1))
    return common + own + rng.normal(0, of_variable, (members, passes, variables))
