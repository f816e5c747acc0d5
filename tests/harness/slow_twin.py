"""Plant a slow node among twins, and count how often it is named, and how often one is among equals.

    python tests/harness/slow_twin.py [PLANTED [EQUAL]]

Measures fleets of NODES nodes on this machine: PLANTED (10) in which busy processes hold back one node, at
random, and EQUAL (20) without. The nodes take turns, so that they do not share processors, each pass as a
fleet's own. Prints the machines that `compare` names; nothing is asserted. A fleet takes three minutes.
"""

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guidelines.analysis.machines.twins import Twin, all_twins
from guidelines.analysis.merge import by_machine
from guidelines.analysis.reading import read
from guidelines.fleet.node_pass import PassTask, measure

NODES = ("node1", "node2", "node3")
PASSES = 5
# As long as by default: in half a second and more, a pass tells whether other processes used the processors.
SELECTION = ("G1", "-k", "g1 and x1", "--device=cpu")
TIMEOUT_S, MOST_BYTES = 120, 2**30
SPIN = "while True: pass"


def main() -> None:
    given = [int(each) for each in sys.argv[1:3]]
    planted, equal = (*given, *(10, 20)[len(given) :])
    found = 0
    for number in range(planted):
        slow = random.Random(number).choice(NODES)
        twins = fleet(slow)
        named = [name_of(twin) for twin in twins if twin.is_named]
        found += named == [slow]
        print(f"planted {slow}: named {', '.join(named) or 'none'}; {figures(twins)}", flush=True)
    quiet = 0
    for _ in range(equal):
        twins = fleet("")
        named = [name_of(twin) for twin in twins if twin.is_named]
        quiet += not named
        print(f"equals: named {', '.join(named) or 'none'}; {figures(twins)}", flush=True)
    print(f"the slow node alone is named in {found} of {planted}, none among equals in {quiet} of {equal}")


def fleet(slow: str) -> list[Twin]:
    """The twins of a fleet of which one node is held back, or none."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        journals = dict.fromkeys(NODES, b"")
        for number in range(1, PASSES + 1):
            for name in NODES:
                task = PassTask(
                    arguments=SELECTION,
                    number=number,
                    passes=PASSES,
                    machine=name,
                    journal=journals[name],
                    timeout_s=TIMEOUT_S,
                )
                with busy((os.cpu_count() or 1) if name == slow else 0):
                    result = measure(task)
                if result.reason:
                    sys.exit(f"{name}: {result.reason}\n{result.printed}")
                journals[name] = result.journal
                Path(folder, f"{name}.json").write_bytes(result.saved)
        reading = read(sorted(folder.glob("*.json")), MOST_BYTES)
        runs = [run for of_path in reading.runs_by_path for run in of_path]
        (twins,) = all_twins(by_machine(runs)).several
        return list(twins.machines)


@contextmanager
def busy(count: int) -> Iterator[None]:
    """Processes that do nothing but use a processor each."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def name_of(twin: Twin) -> str:
    return twin.results.machine.name


def figures(twins: list[Twin]) -> str:
    """The time of each node over that of its twins, and its passes that are disturbed in one way."""
    texts = []
    for twin in twins:
        ratio, passes = twin.time.ratio, twin.disturbed.own
        time = f"{ratio.estimate:.3f} [{ratio.low:.3f}, {ratio.high:.3f}]"
        texts.append(f"{name_of(twin)} {time} with {passes.times} of {passes.of} disturbed")
    return ", ".join(texts)


if __name__ == "__main__":
    main()
