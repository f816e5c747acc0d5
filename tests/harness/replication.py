"""Prints how well another run confirms a run's slow-downs and intervals; asserts nothing.

Repeats the default way of measuring as many times as asked, each time as a command of its own. The median
of the other runs is the best guess of the truth: an interval holds it or does not. Every pair of runs of this
one machine is compared as A and B: no cell should come out as a difference.

Run it by hand on an otherwise idle machine: python tests/harness/replication.py RUNS [PYTEST ARGUMENT ...],
such as 12 -k "g2 and x1". Twelve whole runs take about half an hour.
"""

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import exp, log
from pathlib import Path
from statistics import median, stdev
from typing import NamedTuple

from tabulate import tabulate

from guidelines.analysis.compare import Comparison, compare
from guidelines.analysis.measured import MachineResults, Measured, results_of
from guidelines.measure.device.devices import cpu_model
from guidelines.results.files import load
from guidelines.results.model import VariantKey
from guidelines.stats.intervals import Estimate

ROOT = Path(__file__).parent.parent.parent
CONFIDENCE = 0.95
MOST_BYTES = 10**9
DIFFERENCES = ("STRONGER", "WEAKER", "FASTER", "SLOWER")
HEADS = ("slow-down", "median", "spread between runs (sd)", "median half-width", "intervals that hold it")


class Replication(NamedTuple):
    """The estimates of one slow-down in all runs, and how many of their intervals hold the others' median."""

    estimates: list[Estimate]
    held: int

    @property
    def spread(self) -> float:
        """Standard deviation between runs, relative."""
        return exp(stdev(log(each.estimate) for each in self.estimates)) - 1

    @property
    def half_width(self) -> float:
        """Median half-width of the intervals, relative."""
        return median((each.half_width or 0.0) / each.estimate for each in self.estimates)


def main(runs: int, arguments: Sequence[str]) -> None:
    print(f"{cpu_model()}: {runs} runs of pytest {' '.join(arguments)}")
    with tempfile.TemporaryDirectory() as folder:
        results = [measured(Path(folder) / f"{k}.json", arguments) for k in range(runs)]
    replications = {name: replicated(each) for name, each in by_variant(results).items()}
    print(tabulate([row(name, each) for name, each in replications.items()], HEADS))
    held = sum(each.held for each in replications.values())
    total = sum(len(each.estimates) for each in replications.values())
    print(f"\nintervals that hold the median of the other runs: {held} of {total} ({held / total:.0%})")
    print_pairs([compare(a, b) for a, b in combinations(results, 2)])


def measured(path: Path, arguments: Sequence[str]) -> MachineResults:
    """One run of the default command, in a process of its own."""
    command = [sys.executable, "-m", "pytest", "experiments/", "--benchmark-only", "-q", *arguments]
    done = subprocess.run([*command, f"--benchmark-json={path}"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stdout[-2000:])
    print(f"  {path.stem} measured", file=sys.stderr, flush=True)
    return results_of(load(path, MOST_BYTES))


def by_variant(results: Sequence[MachineResults]) -> dict[str, list[Measured]]:
    """Every variant but the baselines, in all runs."""
    names: dict[VariantKey, list[Measured]] = {}
    for run in results:
        for each in run.measured:
            if not each.is_baseline:
                names.setdefault(each.place.key, []).append(each)
    return {f"{key.sweep.condition.id} {runs[0].place.name}": runs for key, runs in names.items()}


def replicated(runs: Sequence[Measured]) -> Replication:
    estimates = [each.slowdown(CONFIDENCE) for each in runs]
    return Replication(estimates, held=sum(holds_the_others(estimates)))


def holds_the_others(estimates: Sequence[Estimate]) -> Iterator[bool]:
    """For each run, True if its interval holds the median of the other runs."""
    for own in range(len(estimates)):
        others = median(each.estimate for k, each in enumerate(estimates) if k != own)
        low, high = estimates[own].low, estimates[own].high
        yield low is not None and high is not None and low <= others <= high


def row(name: str, replication: Replication) -> tuple[str, ...]:
    middle = median(each.estimate for each in replication.estimates)
    held = f"{replication.held} of {len(replication.estimates)}"
    return name, f"{middle:.3f}", f"{replication.spread:.1%}", f"{replication.half_width:.1%}", held


def print_pairs(comparisons: Sequence[Comparison]) -> None:
    """How many pairs of runs of this machine, and how many of their cells, come out as different."""
    verdicts: Counter[str] = Counter()
    effects = cells = 0
    for comparison in comparisons:
        words = [row.outcome for row in comparison.rows if row.effect]
        cells += len(words)
        effects += any(word in DIFFERENCES for word in words)
        verdicts.update(words)
        verdicts.update(row.pace for row in comparison.rows if row.speed)
    print(f"pairs of runs with a cell called STRONGER or WEAKER: {effects} of {len(comparisons)}")
    print(f"of {cells} slow-downs and as many times: {', '.join(f'{verdicts[w]} {w}' for w in DIFFERENCES)}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
