"""Prints the share of the floor in the time of every network of saved runs; asserts nothing.

A floor must be one: a share above 1.05 is a mistake in the ceilings.

python tests/harness/floors.py SAVED.json ...
"""

import sys
from pathlib import Path

from tabulate import tabulate

from guidelines.analysis.explain import floors
from guidelines.analysis.measured import results_of
from guidelines.results.files import load

MOST_SHARE = 1.05
MOST_BYTES = 10**9


def main():
    rows = []
    for name in sys.argv[1:]:
        results = results_of(load(Path(name), MOST_BYTES))
        known = floors(results)
        for each in results.measured:
            floor_s = known.get(each.place.key)
            if floor_s is None:
                print(f"{name}: {each.place.name}: no ceilings or operators")
                continue
            taken_s = each.seconds_per_call(each.confidence).estimate
            rows.append([floor_s / taken_s, each.place.condition.id, each.place.name, 1e6 * taken_s])
    rows.sort(reverse=True)
    print(tabulate(rows, ["floor / time", "condition", "network", "us"], floatfmt=".3g"))
    above = sum(row[0] > MOST_SHARE for row in rows)
    print(f"{above} of {len(rows)} above {MOST_SHARE}; highest {rows[0][0]:.2f}" if rows else "no networks")


if __name__ == "__main__":
    main()
