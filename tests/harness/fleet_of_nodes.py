"""Measure a fleet of three nodes on this machine: with nodes that are killed, or against the clock.

`fleet_of_nodes.py kill [TIMES]` kills, at a random moment of a pass, a node and a process of another one;
it prints if a finished pass was lost, and if --resume completes the fleet. `fleet_of_nodes.py wall` prints
the fleet's wall time over that of the longest run of a single node. Nothing is asserted. The nodes share
this machine: its processors, its memory and its disk.
"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ray
from ray.cluster_utils import Cluster

ROOT = Path(__file__).parents[2]
NAMES = ("node1", "node2", "node3")
PASSES = 3
SELECTION = ("G1", "-k", "g1 and x1", "--device=cpu", "--benchmark-max-time=0.3")
LONGEST_S = 300.0


def cluster_of(names: tuple[str, ...]) -> tuple[Cluster, dict[str, object]]:
    """A head without processors, and nodes of one processor each, by their names."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "node_name": "head"})
    return cluster, {name: cluster.add_node(num_cpus=1, node_name=name) for name in names}


def fleet(address: str, folder: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "guidelines", "fleet", "--address", address, "-o", str(folder)]
    return subprocess.Popen(
        [*command, *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def new(address: str, folder: Path) -> subprocess.Popen[str]:
    return fleet(address, folder, f"--passes={PASSES}", "--", *SELECTION)


def passes_in(folder: Path) -> dict[str, int]:
    """The number of passes in the saved file of each device, as its entries hold them."""
    passes = {}
    for path in sorted(folder.glob("*.json")):
        benchmarks = json.loads(path.read_bytes())["benchmarks"]
        of_variants = [each["extra_info"]["guidelines"]["passes"] for each in benchmarks]
        passes[path.stem] = min(map(len, of_variants))
    return passes


def wait_for(is_there: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end_s = time.monotonic() + LONGEST_S
    while not is_there() and process.poll() is None and time.monotonic() < end_s:
        time.sleep(0.1)


def holder_of(name: str) -> int:
    """The process that holds a node: the parent of the one that measures under its name; 0 if none does."""
    listed = subprocess.run(["ps", "-e", "-o", "ppid=,args="], capture_output=True, text=True, check=True)
    for line in listed.stdout.splitlines():
        parent, arguments = line.split(maxsplit=1)
        if "guidelines.fleet.with_parent" in arguments and f"--machine={name}" in arguments:
            return int(parent)
    return 0


def killed(number: int) -> None:
    """One fleet of which a node and a process are killed, and which is then resumed."""
    chance = random.Random(number)
    cluster, nodes = cluster_of(NAMES)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made, "fleet")
        process = new(cluster.address, folder)
        after = chance.randrange(PASSES)
        wait_for(lambda: sum(passes_in(folder).values()) >= after * len(NAMES), process)
        wait_for(lambda: bool(holder_of(NAMES[1])), process)
        delay_s = chance.uniform(0, 8)
        time.sleep(delay_s)
        there = passes_in(folder)
        pid = holder_of(NAMES[1])
        if pid:
            os.kill(pid, signal.SIGKILL)
        cluster.remove_node(nodes[NAMES[2]], allow_graceful=False)
        _, told = process.communicate(timeout=LONGEST_S)
        kept = passes_in(folder)
        lost = [name for name, passes in there.items() if kept.get(name, 0) < passes]
        reasons = re.findall(r"^(node\d: (?!waits|measures|done).+)", told, re.MULTILINE)
        print(
            f"{number}: {delay_s:.1f} s after pass {after} killed {NAMES[2]}, and process {pid} of {NAMES[1]}"
        )
        print(f"   before {there}, after {kept}, lost {lost or 'none'}, exit status {process.returncode}")
        print(f"   {'; '.join(dict.fromkeys(reasons))}")
        cluster.add_node(num_cpus=1, node_name=NAMES[2])
        again = fleet(cluster.address, folder, "--resume")
        again.communicate(timeout=LONGEST_S)
        print(f"   resumed: {passes_in(folder)}, exit status {again.returncode}", flush=True)
    cluster.shutdown()


def wall() -> None:
    """The wall time of three nodes over that of the longest of them alone."""
    cluster, _ = cluster_of(NAMES)
    with tempfile.TemporaryDirectory() as made:
        alone_s = [
            timed(
                fleet(
                    cluster.address, Path(made, name), "--nodes", name, f"--passes={PASSES}", "--", *SELECTION
                )
            )
            for name in NAMES
        ]
        together_s = timed(new(cluster.address, Path(made, "fleet")))
    cluster.shutdown()
    shared = f"{len(NAMES)} nodes share {os.cpu_count()} processors of one machine"
    print(f"alone {', '.join(f'{each:.1f} s' for each in alone_s)}; together {together_s:.1f} s")
    print(f"{together_s / max(alone_s):.2f} times the longest; {shared}")


def timed(process: subprocess.Popen[str]) -> float:
    begun_s = time.monotonic()
    process.communicate(timeout=LONGEST_S)
    return time.monotonic() - begun_s


if __name__ == "__main__":
    try:
        if sys.argv[1:2] == ["kill"]:
            for time_ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 1):
                killed(time_)
        elif sys.argv[1:] == ["wall"]:
            wall()
        else:
            sys.exit(__doc__)
    finally:
        ray.shutdown()
