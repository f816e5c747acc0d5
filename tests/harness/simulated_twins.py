"""Prints how often a node that is 6 % slower is named in made-up fleets, and how often one of equals is.

All nodes of a fleet drift alike. Each pass of a node is a process of its own, which lies apart from others by
1 %, as each of its variants does. Asserts nothing. Takes a second: python tests/harness/simulated_twins.py
"""

import sys
from math import log
from pathlib import Path

from tabulate import tabulate

from guidelines.analysis.machines.twins import LEAST_OF_TIME, confidence_of_each
from guidelines.stats.outlying import outlying

sys.path.insert(0, str(Path(__file__).parents[1]))

from made_up_fleets import fleet

SIZES = (3, 12, 84)
FLEETS = 200
SLOWER = 1.06


def main():
    rows = []
    for nodes in SIZES:
        found = wrong = 0
        for seed in range(FLEETS):
            logs = fleet(seed, nodes)
            wrong += bool(named(logs))
            logs[1] += log(SLOWER)
            found += named(logs) == [1]
        rows.append([nodes, f"{found / FLEETS:.1%}", f"{wrong} of {FLEETS}"])
    print(tabulate(rows, ["nodes", "the slow one alone is named", "one of equals is named"]))


def named(logs):
    deviations = outlying(logs, confidence_of_each(len(logs)), LEAST_OF_TIME)
    return [number for number, each in enumerate(deviations) if each and each.is_named]


if __name__ == "__main__":
    main()
