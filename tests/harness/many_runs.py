"""Prints the time and the memory that `compare` takes for 10, 100 and 1,000 saved runs of the default suite.

The runs are copies of a real one, three for each made-up machine, each with noise of one percent added.
Run it by hand: python tests/harness/many_runs.py [SAVED.json]
"""

import contextlib
import copy
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

RECORDED = Path(__file__).parents[2] / "experiments" / "recorded" / "cpu-epyc-2-cores.json"
COUNTS = (10, 100, 1000)
RUNS_PER_MACHINE = 3
NOISE = 0.01


def main():
    source = json.loads(Path(sys.argv[1] if len(sys.argv) > 1 else RECORDED).read_text("utf-8"))
    samples = sum(len(benchmark["stats"]["data"]) for benchmark in source["benchmarks"])
    print(f"each run: {len(source['benchmarks'])} variants, {samples} samples")
    print(f"{'runs':>6} {'MB':>6} {'seconds':>8} {'ms a run':>9} {'peak MB':>8}")
    with TemporaryDirectory() as folder:
        for count in COUNTS:
            for k in range(count):
                path = Path(folder, f"{k:04}.json")
                if not path.exists():
                    path.write_text(json.dumps(another(source, k), indent=4), "utf-8")
            print(measured(Path(folder), count), flush=True)


def another(source, k):
    """The k-th run: the same times, all by one factor longer, on a machine of RUNS_PER_MACHINE runs."""
    run, rng = copy.deepcopy(source), np.random.default_rng(k)
    run["machine_info"]["node"] = f"host-{k // RUNS_PER_MACHINE}"
    factor = float(np.exp(NOISE * rng.standard_normal()))
    for benchmark in run["benchmarks"]:
        stats, entry = benchmark["stats"], benchmark["extra_info"]["guidelines"]
        stats["median"] *= factor
        for holder, name in ((stats, "data"), (entry, "control_samples_s"), (entry, "baseline_samples_s")):
            if name in holder:
                holder[name] = [factor * sample for sample in holder[name]]
        for of_pass in entry.get("passes", ()):
            of_pass["seconds_per_call"] *= factor
    return run


def measured(folder, count):
    """One line of the table; memory is that of the command together with the processes it starts."""
    size = sum(path.stat().st_size for path in folder.iterdir())
    start_s = time.perf_counter()
    command = [sys.executable, "-m", "guidelines", "compare", str(folder), "-o", os.devnull]
    done = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    peak = 0
    while done.poll() is None:
        peak = max(peak, resident_bytes(done.pid))
        time.sleep(0.02)
    seconds = time.perf_counter() - start_s
    assert done.returncode == 0
    return f"{count:>6} {size / 1e6:>6.0f} {seconds:>8.2f} {1000 * seconds / count:>9.1f} {peak / 1e6:>8.0f}"


def resident_bytes(group):
    """Resident memory of a process group; shared pages count once for each process (Linux)."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # the process has ended
            fields = path.read_text().rpartition(")")[2].split()
            process_group, resident_pages = int(fields[2]), int(fields[21])
            if process_group == group:
                total += resident_pages * resource.getpagesize()
    return total


if __name__ == "__main__":
    main()
