"""Prints how repeatable, how true and how cheap the measuring is on this machine; asserts nothing.

Run by hand, about six minutes on two cores: python tests/harness/repeatability.py
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
GROUPS = ("g1", "g2", "g4", "g8")

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
    """Spread of each slow-down over repeats, both ways alternating."""
    found: dict[str, list[list[float]]] = {"sequential": [], "rounds": []}
    for repeat in range(REPEATS):
        found["sequential"].append(sequential_slowdowns())
        found["rounds"].append(our_slowdowns(repeat))
        progress(f"repeatability {repeat + 1}/{REPEATS}")
    rows = [
        [way, *(f"{mean(s):.2f}x {100 * stdev(s) / mean(s):.1f} %" for s in zip(*repeats, strict=True))]
        for way, repeats in found.items()
    ]
    sequential, rounds = ([stdev(s) / mean(s) for s in zip(*r, strict=True)] for r in found.values())
    rows.append(["ratio of spreads", *(f"{a / b:.1f}" for a, b in zip(sequential, rounds, strict=True))])
    print(f"G2 x1, {REPEATS} repeats of {SWEEP_S:g} s: mean slow-down and its spread (sd / mean)")
    print(tabulate(rows, ["", *GROUPS[1:]], colalign=("left", "right", "right", "right")), "\n")


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
    """Slow-downs of one run: the saved ones where the suite gives them, else ratios of medians."""
    saved = Path(folder) / "run.json"
    limits = (f"--benchmark-max-time={SWEEP_S / len(GROUPS)}", f"--benchmark-json={saved}")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path), *limits, *options]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    benchmarks = json.loads(saved.read_text())["benchmarks"]
    if "guidelines" in benchmarks[0]["extra_info"]:
        return [b["extra_info"]["guidelines"]["slowdown"]["estimate"] for b in benchmarks[1:]]
    medians = [b["stats"]["median"] for b in benchmarks]
    return [m / medians[0] for m in medians[1:]]


def print_truth() -> None:
    """How often the interval holds the known ratio of 11 or 10 calls of a layer to 10 calls."""
    known = {"11 calls / 10 calls": 1.1, "10 calls / 10 calls": 1.0}
    found: dict[str, dict[float, list[Estimate]]] = {name: {0.99: [], 0.95: []} for name in known}
    for repeat in range(TRUTH_REPEATS):
        recording = record_layers(repeat)
        ten, control, eleven = (recording[id] for id in ("ten", "control", "eleven"))
        for name, series in zip(known, (eleven, control), strict=True):
            for confidence, estimates in found[name].items():
                estimates.append(paired_ratio(series, ten, confidence))
        progress(f"truth {repeat + 1}/{TRUTH_REPEATS}")
    rows = [
        [
            name,
            f"{confidence:.0%}",
            f"{sum(e.low <= truth <= e.high for e in estimates)}/{len(estimates)}",
            f"{median(e.half_width / e.estimate for e in estimates):.2%}",
            f"{max(e.half_width / e.estimate for e in estimates):.2%}",
            f"{mean(e.estimate for e in estimates):.4f}",
        ]
        for name, truth in known.items()
        for confidence, estimates in found[name].items()
    ]
    headers = ["known ratio", "confidence", "held", "half-width", "largest", "mean estimate"]
    print(f"One 64-channel 1x1 layer at 56x56, {TRUTH_REPEATS} repeats of {TRUTH_S:g} s")
    print(tabulate(rows, headers, colalign=("left", *["right"] * 5)), "\n")


def record_layers(seed: int) -> dict[str, tuple[float, ...]]:
    limits = Limits(max_time_s=TRUTH_S / 2, min_rounds=12, warmup_s=0.05)
    with pinned(CONDITION):
        builders = {id: partial(layer, n) for id, n in {"ten": 10, "control": 10, "eleven": 11}.items()}
        return Rounds(builders, "ten", limits, budget_s=TRUTH_S, seed=seed).run().seconds_per_call


def layer(calls: int) -> Sample:
    conv, x = nn.Conv2d(64, 64, 1, bias=False), torch.randn(1, 64, 56, 56)

    def repeated() -> None:
        for _ in range(calls):
            conv(x)

    return timed(repeated, lambda: None)


def print_overhead() -> None:
    """What measuring adds inside a sample, and what it takes between samples."""
    empty, x = nn.Identity(), torch.zeros(1)
    calls = 100_000
    with pinned(CONDITION):
        sample = timed(partial(empty, x), lambda: None)
        own_s = median(sample(calls) / calls for _ in range(9))
        single_s = median(sample(1) for _ in range(10_000))
        start = time.perf_counter()
        samplers = {"empty": lambda: sample, "control": lambda: sample}
        recording = Rounds(samplers, "empty", Limits(min_rounds=5_000), budget_s=0.0, seed=0).run()
        wall_s = time.perf_counter() - start
    per_sample_s = sum(
        sum(series) * recording.calls_per_sample[id] for id, series in recording.seconds_per_call.items()
    )
    between_s = (wall_s - per_sample_s) / (2 * recording.rounds)
    rows = [
        ["an empty module's own call", f"{1e6 * own_s:.2f} us"],
        ["added to a sample by measuring it", f"{1e6 * (single_s - own_s):.2f} us"],
        ["between two samples", f"{1e6 * between_s:.2f} us"],
    ]
    print("Harness overhead")
    print(tabulate(rows, tablefmt="plain", colalign=("left", "right")))


def progress(text: str) -> None:
    print(
        f"\r{text} ",
        end="\n" if text.split("/")[0].split()[-1] == text.split("/")[1] else "",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
