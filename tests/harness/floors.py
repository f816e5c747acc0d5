"""Prints the share of the floor in the time of every network of saved runs; asserts nothing.

A floor must be one: a share above 1.05 is a mistake in the ceilings. A file that cannot be read ends it with
one line and status 2.

python tests/harness/floors.py SAVED.json ...
"""

import sys
from pathlib import Path
from typing import NamedTuple

from tabulate import tabulate

from guidelines.analysis.account.possible import floors
from guidelines.analysis.measured import results_of
from guidelines.results.files import load
from guidelines.results.schema import ResultsError

MOST_SHARE = 1.05
MOST_BYTES = 10**9


class Timed(NamedTuple):
    """A network or an operator, its time and its floor."""

    name: str
    condition: str
    taken_s: float
    floor_s: float

    @property
    def share(self):
        return self.floor_s / self.taken_s


def main():
    timed = []
    for name, results in [(name, loaded(Path(name))) for name in sys.argv[1:]]:
        known = floors(results)
        for each in results.measured:
            floor_s = known.get(each.place.key)
            if floor_s is None:
                print(f"{name}: {each.place.name}: no ceilings or operators")
                continue
            taken_s = each.seconds_per_call(each.confidence).estimate
            timed.append(Timed(each.place.name, each.place.condition.id, taken_s, floor_s))
    show(timed)


def loaded(path):
    """The results of a saved run."""
    try:
        return results_of(load(path, MOST_BYTES))
    except ResultsError as error:
        refuse(error)


def refuse(error):
    """End the script with one line on what was given, and the status of a mistake in it."""
    print(error, file=sys.stderr)
    sys.exit(2)


def show(timed, of="network"):
    """Print the shares, the highest first, and the names of those that are too high."""
    timed = sorted(timed, key=lambda each: each.share, reverse=True)
    rows = [[each.share, each.condition, each.name, 1e6 * each.taken_s] for each in timed]
    print(tabulate(rows, ["floor / time", "condition", of, "us"], floatfmt=".3g"))
    above = [each.name for each in timed if each.share > MOST_SHARE]
    highest = f"; highest {timed[0].share:.2f}" if timed else ""
    print(f"{len(above)} of {len(timed)} above {MOST_SHARE}{highest}")
    if above:
        print(f"above {MOST_SHARE}: {', '.join(above)}")


if __name__ == "__main__":
    main()
