"""Prints the time and the memory that `guidelines compare FOLDER -o page.html` takes for 1,000 nodes.

The nodes are made up from a saved default run: 12 kinds of machines, each node with times of its own in each
pass, and a few sick ones, whose names are printed beside those that the page names. Asserts nothing.
Run it by hand: python tests/harness/thousand_nodes.py [--nodes N] [--keep FOLDER] [SAVED.json]
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from html import unescape
from math import exp, log
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from many_runs import RECORDED, resident_bytes

from guidelines.stats.pooling import hodges_lehmann

KINDS = 12
# Standard deviations of the logarithm of a time: between nodes, between passes, and of a variant in a pass.
OF_NODE, OF_PASS, OF_VARIANT = 0.003, 0.01, 0.01
# A node in so many is slower by so much; another one's G2 costs so much more.
SICK_EVERY, SLOWER, COSTLIER = 200, 1.06, 1.12


def main():
    options = _options()
    with TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary, "nodes")
        folder.mkdir(exist_ok=True, parents=True)
        make = partial(write_node, folder, options.saved.read_text("utf-8"))
        with ProcessPoolExecutor() as pool:
            list(pool.map(make, range(options.nodes), chunksize=10))
        size = sum(path.stat().st_size for path in folder.iterdir())
        sick = [f"{name_of(k)} ({fault_of(k)})" for k in range(options.nodes) if fault_of(k)]
        print(f"{options.nodes} nodes of {KINDS} kinds, {size / 1e6:.0f} MB; sick: {', '.join(sick)}")
        page = Path(temporary, "page.html")
        print(measured(folder, page))
        for line in twins_of(page):
            print(line)


def _options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("saved", nargs="?", type=Path, default=RECORDED)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--keep", type=Path, help="make the files in this folder, and leave them there")
    return parser.parse_args()


def name_of(number):
    return f"node{number:04}"


def fault_of(number):
    """What is wrong with a node; "" for nearly all."""
    return {50: "slower", 150: "G2 costlier"}.get(number % SICK_EVERY, "")


def write_node(folder, saved, number):
    run = json.loads(saved)
    _describe(run, number)
    times_of(run, number)
    Path(folder, f"{name_of(number)}.json").write_text(json.dumps(run), "utf-8")


def _describe(run, number):
    """Give a run the machine of a node: its kind is its number modulo KINDS."""
    kind = number % KINDS
    model, cpus = f"Processor {'ABCDEF'[kind % 6]}", (16, 64)[kind // 6]
    info = run["machine_info"]
    info["node"] = name_of(number)
    info["guidelines"] |= {"cpu_model": model, "cpu_count": cpus, "devices": {"cpu": model}}
    for benchmark in run["benchmarks"]:
        benchmark["extra_info"]["guidelines"]["condition"]["device_name"] = model


def times_of(run, number):
    """Change the times of a run to those of a node."""
    of_kind, of_node = np.random.default_rng(number % KINDS), np.random.default_rng([1, number])
    power, scale = of_kind.uniform(0.5, 1.2), of_kind.uniform(0.4, 2.0)
    scale *= exp(OF_NODE * of_node.standard_normal())
    scale *= SLOWER if fault_of(number) == "slower" else 1
    hours = np.random.default_rng(2).normal(0, 0.02, size=100)  # drift that all nodes share
    baselines = {}
    entries = [benchmark["extra_info"]["guidelines"] for benchmark in run["benchmarks"]]
    for entry in sorted(entries, key=lambda each: each["row"]):
        passes = len(entry["passes"])
        factors = hours[:passes] + of_node.normal(0, OF_VARIANT, passes)
        sweep = (entry["guideline"], entry["sweep"])
        if entry["variant"] == entry["baseline"]:
            of_passes = of_node.normal(0, OF_PASS, passes)
            baselines[sweep] = scale * np.exp(factors + of_passes)
            entry["factors"] = baselines[sweep]
        else:
            costlier = COSTLIER if fault_of(number) == "G2 costlier" and entry["guideline"] == "G2" else 1
            kind = entry["slowdown"]["estimate"] ** (power - 1) * costlier
            entry["factors"] = scale * kind * np.exp(factors)
    for benchmark in run["benchmarks"]:
        entry = benchmark["extra_info"]["guidelines"]
        scaled(benchmark, entry.pop("factors"), baselines[entry["guideline"], entry["sweep"]])


def scaled(benchmark, factors, of_baseline):
    """Multiply the times of each pass by a factor, and all figures that follow from them."""
    entry, stats = benchmark["extra_info"]["guidelines"], benchmark["stats"]
    passes, slowdown = entry["passes"], entry["slowdown"]
    data = np.repeat(factors, [each["rounds"] for each in passes]) * stats["data"]
    benchmark["stats"] = {"median": float(np.median(data)), "data": data.tolist()}
    for of_pass, factor, base in zip(passes, factors.tolist(), of_baseline.tolist(), strict=True):
        of_pass["seconds_per_call"] *= factor
        of_pass["slowdown"]["estimate"] *= factor / base
    centre = exp(hodges_lehmann([log(each["slowdown"]["estimate"]) for each in passes]))
    ends = {end: slowdown[end] * centre / slowdown["estimate"] for end in ("low", "high")}
    entry["slowdown"] = slowdown | {"estimate": centre} | ends
    if "control_samples_s" in entry:
        rounds = [each["rounds"] if each["control"] else 0 for each in passes]
        entry["control_samples_s"] = (np.repeat(of_baseline, rounds) * entry["control_samples_s"]).tolist()


def measured(folder, page):
    """One line of figures; memory is that of the command, and of it with the processes that it starts."""
    start_s, peak = time.perf_counter(), 0
    command = [sys.executable, "-m", "guidelines", "compare", str(folder), "-o", str(page)]
    child = subprocess.Popen(command, start_new_session=True)
    while True:
        pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid:
            break
        peak = max(peak, resident_bytes(child.pid))
        time.sleep(0.05)
    seconds = time.perf_counter() - start_s
    return (
        f"status {os.waitstatus_to_exitcode(status)}; {seconds:.1f} s (user {usage.ru_utime:.1f} s); "
        f"peak {usage.ru_maxrss / 1e6:.2f} GB in one process, {peak / 1e9:.2f} GB in all together; "
        f"page {page.stat().st_size / 1e6:.2f} MB"
    )


def twins_of(page):
    """The lines of a page that name nodes that differ from their twins."""
    text = page.read_text("utf-8")
    return [unescape(line) for line in re.findall(r"<li>(node\d+: [^<]*twins[^<]*)", text)]


if __name__ == "__main__":
    main()
