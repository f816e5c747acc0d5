"""Kills runs at random moments, goes on with them, and prints what was lost; asserts nothing.

Run by hand, about eight minutes on two cores: python tests/harness/interruptions.py
"""

import json
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from guidelines.measure.device.devices import cpu_model
from guidelines.results import journal
from guidelines.results.files import load, load_journal
from guidelines.results.journal_contents import Header
from guidelines.results.model import Entry

ROOT = Path(__file__).parent.parent.parent
KILLS = 20
SEED = 1
# G2 and G4: six sweeps of four variants.
RUN = ("experiments/test_g2_group_count.py", "experiments/test_g4_elementwise.py", "--device=cpu")
QUICK = ("--benchmark-only", "--benchmark-max-time=0.2", "-p", "no:cacheprovider", "--benchmark-quiet")
SWEEPS, VARIANTS = 6, 24


def main() -> None:
    print(
        f"{cpu_model()}: {SWEEPS} sweeps of {VARIANTS} variants, killed (SIGKILL) at {KILLS} random moments"
    )
    print_costs()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command(Path(folder) / "whole").wait()
        whole_s = time.perf_counter() - start
    print(f"an uninterrupted run: {whole_s:.1f} s")
    moments = random.Random(SEED)
    found = [kill_and_resume(moments.uniform(0, whole_s), k) for k in range(KILLS)]
    seen, kept, lost, whole, changed = map(sum, zip(*found, strict=True))
    print(f"sweeps that had said they were finished: {seen}, of these in the journal: {seen - lost}")
    print(f"sweeps in the journals: {kept}, of these other in the resumed run's file: {changed}")
    print(f"resumed runs whose file is complete: {whole} of {KILLS}")


def kill_and_resume(after_s: float, number: int) -> tuple[int, int, int, int, int]:
    """Sweeps seen to finish, kept in the journal, lost; whether the file is whole; sweeps changed in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        process = command(folder)
        time.sleep(after_s)
        process.send_signal(signal.SIGKILL)
        process.wait()
        seen = re.findall(r"^  (G\d \S+ cpu): .* rounds: ", (folder / "out.txt").read_text(), re.MULTILINE)
        path = folder / "run.jsonl"
        has_begun = path.exists() and b"\n" in path.read_bytes()
        before = load_journal(path).measurements if has_begun else {}
        status = command(folder, *(["--resume"] if has_begun else [])).wait()
        saved = json.loads((folder / "run.json").read_text())["benchmarks"] if status == 0 else []
        samples = {b["group"]: {} for b in saved}
        for b in saved:
            samples[b["group"]][b["extra_info"]["guidelines"]["variant"]] = tuple(b["stats"]["data"])
        changed = sum(
            any(
                samples.get(sweep, {}).get(entry.place.variant) != entry.samples_s
                for entry in of_sweep
                if isinstance(entry, Entry)
            )
            for sweep, of_sweep in before.items()
        )
    lost = len(set(seen) - before.keys())
    print(
        f"{number + 1:2}: killed after {after_s:4.1f} s, {len(before)} sweeps kept, "
        f"then {len(saved)} of {VARIANTS} variants",
        file=sys.stderr,
    )
    return len(set(seen)), len(before), lost, len(saved) == VARIANTS, changed


def command(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    outputs = (f"--journal={folder / 'run.jsonl'}", f"--benchmark-json={folder / 'run.json'}")
    with (folder / "out.txt").open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-u", "-m", "pytest", *RUN, *QUICK, *outputs, *options],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
        )


def print_costs() -> None:
    """What writing a variant costs, its samples and those of its control among it."""
    recorded = ROOT / "experiments" / "recorded" / "cpu-epyc-2-cores.json"
    run = load(recorded, 10**9)
    header = Header(run.machine, {}, {})
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        written = journal.create(Path(folder) / "cost.jsonl", header)
        times_s = []
        for sweep in dict.fromkeys(entry.place.sweep_key for entry in run.entries):
            entries = [own(entry) for entry in run.entries if entry.place.sweep_key == sweep]
            start = time.perf_counter()
            written.add(" ".join(sweep[::2]), entries)
            times_s.append((time.perf_counter() - start) / len(entries))
        written.close()
    print(
        f"journalling a variant: {1e3 * median(times_s):.2f} ms (median of {len(times_s)} sweeps), at most "
        f"{1e3 * max(times_s):.2f} ms; {sum(len(e.samples_s) for e in run.entries)} samples in all"
    )


def own(entry: Entry) -> Entry:
    """An entry as it is measured, without the baseline's samples that reading links to it."""
    return replace(entry, baseline_samples_s=())


if __name__ == "__main__":
    main()
