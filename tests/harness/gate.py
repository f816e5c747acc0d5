"""Prints how often --fail-on errs: fails for unchanged runs, passes for changed ones; asserts nothing.

Each simulated comparison is of two runs of the rows of a recorded one, whose passes have made-up noise: what
slows a whole pass, what slows a sweep in a pass, what differs between the rows of a sweep, and a sweep of ten
that something else slows by 30 % in one pass. In the changed ones, the four rows of G4 c64 on B have 0.62 to
0.78 times the speed of A.

python tests/harness/gate.py [COMPARISONS] takes about five minutes for the default of 1000.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from pathlib import Path
from random import Random
from typing import NamedTuple

from tabulate import tabulate

from guidelines.analysis.compare import Comparison, compare
from guidelines.analysis.gate import gate
from guidelines.analysis.measured import MachineResults, results_of
from guidelines.analysis.triggers import triggers
from guidelines.results.files import load
from guidelines.results.model import Entry, Pass, Run
from guidelines.stats.passes import OfPass

RECORDED = Path(__file__).parent.parent.parent / "experiments" / "recorded" / "cpu-epyc-2-cores.json"
MOST_BYTES = 10**9
HOG, HOG_RATE = 0.26, 0.1  # the logarithm of 1.3, in one sweep of ten
PLANTED = {"ReLU + shortcut": 0.62, "no shortcut": 0.68, "no ReLU": 0.73, "neither": 0.78}


@dataclass(frozen=True)
class Noise:
    """Standard deviations of logarithms: of a pass, of a sweep in a pass, of a row in a pass."""

    of_pass: float
    of_sweep: float
    of_row: float
    has_hogs: bool = False


NOISES: Mapping[str, Noise] = {
    "quiet: 1 %, 1 %, 0.5 %": Noise(0.01, 0.01, 0.005),
    "as recorded: 4 %, 4 %, 1.5 %, hogs": Noise(0.04, 0.04, 0.015, has_hogs=True),
    "rows alone: 0 %, 0 %, 5 %": Noise(0.0, 0.0, 0.05),
    "noisy: 5 %, 10 %, 3 %, hogs": Noise(0.05, 0.1, 0.03, has_hogs=True),
}


class Errors(NamedTuple):
    """Of unchanged comparisons, those with a wrong verdict; of changed ones, those that the gate fails."""

    slower: int
    any_speed: int
    any_effect: int
    caught: int
    rows_caught: int


def main(comparisons: int) -> None:
    run = load(RECORDED, MOST_BYTES)
    print(f"{comparisons} comparisons of two runs of {len(run.entries)} rows, unchanged and changed")
    rows = [[name, *shares(errors(run, noise, comparisons), comparisons)] for name, noise in NOISES.items()]
    heads = (
        *("noise of a pass, of a sweep, of a row", "unchanged: slower fails", "a speed is wrong"),
        *("a slow-down is wrong", "changed: slower fails", "of its four rows"),
    )
    print(tabulate(rows, heads))


def shares(counted: Errors, comparisons: int) -> Iterator[str]:
    *of_comparisons, rows_caught = counted
    yield from (f"{100 * count / comparisons:.1f} %" for count in of_comparisons)
    yield f"{100 * rows_caught / comparisons / len(PLANTED):.1f} %"


def errors(run: Run, noise: Noise, comparisons: int, seed: int = 0) -> Errors:
    """Counts over simulated comparisons; the same seed gives the same counts."""
    random = Random(seed)
    slower = speeds = effects = caught = rows = 0
    for _ in range(comparisons):
        a = simulated(run, noise, random)
        unchanged = compare(a, simulated(run, noise, random))
        slower += fails(unchanged) > 0
        speeds += any(row.pace in ("FASTER", "SLOWER") for row in unchanged.rows)
        effects += any(row.outcome in ("STRONGER", "WEAKER") for row in unchanged.rows)
        changed = fails(compare(a, simulated(run, noise, random, PLANTED)), "G4 c64")
        caught += changed > 0
        rows += changed
    return Errors(slower, speeds, effects, caught, rows)


def fails(comparison: Comparison, of: str = "") -> int:
    """The number of rows at which --fail-on slower fails, of those whose names begin so."""
    return sum(trip.name.startswith(of) for trip in gate(comparison, triggers("slower")).trips)


def simulated(
    run: Run, noise: Noise, random: Random, planted: Mapping[str, float] | None = None
) -> MachineResults:
    """The results of a run whose passes are made up, with the speeds of G4 c64 multiplied as planted."""
    passes = len(run.entries[0].passes)
    of_pass = drawn(random, noise.of_pass, passes)
    sweeps: dict[str, list[Entry]] = {}
    for entry in run.entries:
        sweeps.setdefault(f"{entry.place.guideline} {entry.place.sweep}", []).append(entry)
    entries: list[Entry] = []
    for name, of_sweep in sweeps.items():
        shared = [a + b for a, b in zip(of_pass, drawn(random, noise.of_sweep, passes), strict=True)]
        if noise.has_hogs and random.random() < HOG_RATE:
            shared[random.randrange(passes)] += HOG
        own = {entry.place.variant: drawn(random, noise.of_row, passes) for entry in of_sweep}
        controls = [OfPass(exp(each)) for each in drawn(random, noise.of_row * 2**0.5, passes)]
        speeds = planted if planted and name == "G4 c64" else {}
        for entry in of_sweep:
            made_up = _passes(entry, shared=shared, own=own, controls=controls, speeds=speeds)
            entries.append(replace(entry, passes=made_up, samples_s=(), baseline_samples_s=()))
    return results_of(replace(run, entries=tuple(entries)))


def drawn(random: Random, deviation: float, count: int) -> list[float]:
    return [random.gauss(0, deviation) for _ in range(count)]


def _passes(
    entry: Entry,
    *,
    shared: Sequence[float],
    own: Mapping[str, Sequence[float]],
    controls: Sequence[OfPass],
    speeds: Mapping[str, float],
) -> tuple[Pass, ...]:
    """The passes of a row from the noise that its sweep shares, and the noise of it and of its baseline."""
    variant, baseline = entry.place.variant, entry.place.baseline
    slower, ratio = 1 / speeds.get(variant, 1.0), speeds.get(baseline, 1.0) / speeds.get(variant, 1.0)
    passes: list[Pass] = []
    for k, each in enumerate(entry.passes):
        slowdown = OfPass(entry.slowdown.estimate * ratio * exp(own[variant][k] - own[baseline][k]))
        seconds = entry.median_s * slower * exp(shared[k] + own[variant][k])
        passes.append(replace(each, slowdown=slowdown, control=controls[k], seconds_per_call=seconds))
    return tuple(passes)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
