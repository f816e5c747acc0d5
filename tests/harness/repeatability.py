"""Prints how repeatable, how accurate and how cheap measuring is on this machine; asserts nothing.

Run it by hand, about six minutes on two cores: python tests/harness/repeatability.py
"""

import json
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from statistics import mean, median, stdev

import torch
from tabulate import tabulate
from torch import nn

from guidelines.measure.device.devices import cpu_model
from guidelines.measure.device.timing import Sample, pinned, timed
from guidelines.measure.recording import Limits
from guidelines.measure.rounds import Rounds
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate, paired_ratio

ROOT = Path(__file__).parent.parent.parent
REPEATS = 8
SWEEP_S = 5.0
TRUTH_REPEATS = 20
TRUTH_S = 2.0
CONDITION = Condition("cpu", cpu_model())
GROUPS = ("1group", "2groups", "4groups", "8groups")

# G2 x1 as a user of pytest-benchmark would time it: each network on its own, one after the other.
SEQUENTIAL = """
import pytest, torch
from guidelines.spec.channels import group_widths
from guidelines.networks import blocks

@pytest.mark.parametrize("g", [1, 2, 4, 8])
def test_sequential(benchmark, g):
    torch.set_num_threads(1)
    variant = blocks.group_convolution(*group_widths(64, g, "paper").widths, groups=g)
    network, x = variant.build().eval(), torch.randn(1, variant.work.in_channels, 56, 56)
    with torch.inference_mode():
        benchmark(network, x)
"""


def main() -> None:
    print(f"{cpu_model()}, {torch.get_num_threads()} threads by default, torch {torch.__version__}\n")
    print_repeatability()
    print_truth()
    print_overhead()


def print_repeatability() -> None:
    """Print the spread of each slow-down over repeats; the two ways of timing alternate."""
    sequential, rounds = [], []
    for repeat in range(REPEATS):
        sequential.append(sequential_slowdowns())
        rounds.append(our_slowdowns(repeat))
        progress("repeatability", repeat + 1, REPEATS)
    spread_ratios = [a / b for a, b in zip(spreads(sequential), spreads(rounds), strict=True)]
    rows = [
        ["sequential", *means_and_spreads(sequential)],
        ["rounds", *means_and_spreads(rounds)],
        ["ratio of spreads", *(f"{ratio:.1f}" for ratio in spread_ratios)],
    ]
    print(f"G2 x1, {REPEATS} repeats of {SWEEP_S:g} s: mean slow-down and its spread (sd / mean)")
    print(tabulate(rows, ["", *GROUPS[1:]], colalign=("left", "right", "right", "right")), "\n")


def spreads(repeats: list[list[float]]) -> list[float]:
    """Standard deviation over mean of each variant's slow-downs; a row of `repeats` is one run."""
    return [stdev(slowdowns) / mean(slowdowns) for slowdowns in zip(*repeats, strict=True)]


def means_and_spreads(repeats: list[list[float]]) -> list[str]:
    means = [mean(slowdowns) for slowdowns in zip(*repeats, strict=True)]
    return [
        f"{average:.2f}x {100 * spread:.1f} %"
        for average, spread in zip(means, spreads(repeats), strict=True)
    ]


def sequential_slowdowns() -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "test_sequential.py"
        path.write_text(SEQUENTIAL)
        return slowdowns(path, folder)


def our_slowdowns(seed: int) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        path = ROOT / "experiments" / "test_g2_group_count.py"
        return slowdowns(path, folder, "--device=cpu", "-k", "x1", f"--seed={seed}")


def slowdowns(path: Path, folder: str, *options: str) -> list[float]:
    """Slow-downs of one run: the saved ones if the suite made them, else ratios of medians."""
    saved = Path(folder) / "run.json"
    limits = (f"--benchmark-max-time={SWEEP_S / len(GROUPS)}", f"--benchmark-json={saved}")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path), *limits, *options]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    benchmarks = json.loads(saved.read_text())["benchmarks"]
    if "guidelines" in benchmarks[0]["extra_info"]:
        return [b["extra_info"]["guidelines"]["slowdown"]["estimate"] for b in benchmarks[1:]]
    medians_s = [b["stats"]["median"] for b in benchmarks]
    return [median_s / medians_s[0] for median_s in medians_s[1:]]


def print_truth() -> None:
    """Print how often the interval contains a known ratio: 11 or 10 calls of a layer over 10 calls."""
    recordings = []
    for repeat in range(TRUTH_REPEATS):
        recordings.append(record_layers(repeat))
        progress("truth", repeat + 1, TRUTH_REPEATS)
    rows = []
    for id, name, truth in (("eleven", "11 calls / 10 calls", 1.1), ("control", "10 calls / 10 calls", 1.0)):
        for confidence in (0.99, 0.95):
            estimates = [paired_ratio(series[id], series["ten"], confidence) for series in recordings]
            rows.append([name, f"{confidence:.0%}", *truth_cells(estimates, truth)])
    headers = ["known ratio", "confidence", "held", "half-width", "largest", "mean estimate"]
    print(f"One 64-channel 1x1 layer at 56x56, {TRUTH_REPEATS} repeats of {TRUTH_S:g} s")
    print(tabulate(rows, headers, colalign=("left", *["right"] * 5)), "\n")


def truth_cells(estimates: list[Estimate], truth: float) -> list[str]:
    held = sum(estimate.low <= truth <= estimate.high for estimate in estimates)
    half_widths = [estimate.half_width / estimate.estimate for estimate in estimates]
    return [
        f"{held}/{len(estimates)}",
        f"{median(half_widths):.2%}",
        f"{max(half_widths):.2%}",
        f"{mean(estimate.estimate for estimate in estimates):.4f}",
    ]


def record_layers(seed: int) -> dict[str, tuple[float, ...]]:
    limits = Limits(max_time_s=TRUTH_S / 2, min_rounds=12, warmup_s=0.05)
    with pinned(CONDITION):
        builders = {"ten": partial(layer, 10), "control": partial(layer, 10), "eleven": partial(layer, 11)}
        return Rounds(builders, "ten", limits, budget_s=TRUTH_S, order=str(seed)).run().seconds_per_call


def layer(calls: int) -> Sample:
    conv, x = nn.Conv2d(64, 64, 1, bias=False), torch.randn(1, 64, 56, 56)

    def repeated() -> None:
        for _ in range(calls):
            conv(x)

    return timed(repeated, lambda: None)


def print_overhead() -> None:
    """Print the time that measuring adds to a sample, and the time between samples."""
    empty, x = nn.Identity(), torch.zeros(1)
    calls = 100_000
    with pinned(CONDITION):
        sample = timed(partial(empty, x), lambda: None)
        own_s = median(sample(calls) / calls for _ in range(9))
        single_s = median(sample(1) for _ in range(10_000))
        start = time.perf_counter()
        samplers = {"empty": lambda: sample, "control": lambda: sample}
        recording = Rounds(samplers, "empty", Limits(min_rounds=5_000), budget_s=0.0, order="0").run()
        wall_s = time.perf_counter() - start
    sampled_s = 0.0
    for id, series in recording.seconds_per_call.items():
        sampled_s += sum(series) * recording.calls_per_sample[id]
    between_s = (wall_s - sampled_s) / (2 * recording.rounds)
    rows = [
        ["an empty module's own call", f"{1e6 * own_s:.2f} us"],
        ["added to a sample by measuring it", f"{1e6 * (single_s - own_s):.2f} us"],
        ["between two samples", f"{1e6 * between_s:.2f} us"],
    ]
    print("Harness overhead")
    print(tabulate(rows, tablefmt="plain", colalign=("left", "right")))


def progress(name: str, done: int, of: int) -> None:
    print(f"\r{name} {done}/{of} ", end="\n" if done == of else "", file=sys.stderr)


if __name__ == "__main__":
    main()
