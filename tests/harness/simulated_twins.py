"""Prints how often a node that is 6 % slower is named in made-up fleets, and how often one of equals is.

All nodes of a fleet drift alike. Each pass of a node is a process of its own, which lies apart from others by
1 %, as each of its variants does. Asserts nothing. Takes a second: python tests/harness/simulated_twins.py
"""

from math import log

import numpy as np
from tabulate import tabulate

from guidelines.analysis.machines.twins import LEAST_OF_TIME, confidence_of_each
from guidelines.stats.outlying import outlying

SIZES = (3, 12, 84)
FLEETS, PASSES, VARIANTS = 200, 5, 13
OF_DRIFT, OF_PASS, OF_VARIANT = 0.05, 0.01, 0.01
SLOWER = 1.06


def main():
    rows = []
    for nodes in SIZES:
        found = wrong = 0
        for seed in range(FLEETS):
            logs = fleet(np.random.default_rng(seed), nodes)
            wrong += bool(named(logs))
            logs[1] += log(SLOWER)
            found += named(logs) == [1]
        rows.append([nodes, f"{found / FLEETS:.1%}", f"{wrong} of {FLEETS}"])
    print(tabulate(rows, ["nodes", "the slow one alone is named", "one of equals is named"]))


def fleet(rng, nodes):
    """Logarithms of the times of equal nodes: [node, pass, variant]."""
    shared = rng.normal(0, OF_DRIFT, (1, PASSES, 1)) + rng.normal(0, 1, (1, 1, VARIANTS))
    own = rng.normal(0, OF_PASS, (nodes, PASSES, 1)) + rng.normal(0, OF_VARIANT, (nodes, PASSES, VARIANTS))
    return shared + own


def named(logs):
    deviations = outlying(logs, confidence_of_each(len(logs)), LEAST_OF_TIME)
    return [number for number, each in enumerate(deviations) if each and each.is_named]


if __name__ == "__main__":
    main()
