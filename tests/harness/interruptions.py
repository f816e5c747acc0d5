"""Kills runs at random moments, resumes them, and prints what was lost; asserts nothing.

Run it by hand, about ten minutes on two cores: python tests/harness/interruptions.py
"""

import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from guidelines.measure.device.devices import cpu_model
from guidelines.results import journal
from guidelines.results.files import load, load_journal
from guidelines.results.journal_contents import Header
from guidelines.results.model import Entry, Failure

ROOT = Path(__file__).parent.parent.parent
KILLS = 8
SEED = 1
# G2 and G4: six sweeps of four variants.
RUN = ("experiments/test_g2_group_count.py", "experiments/test_g4_elementwise.py", "--device=cpu")
QUICK = ("--benchmark-only", "--benchmark-max-time=0.2", "-p", "no:cacheprovider", "--benchmark-quiet")
SWEEPS, VARIANTS, PASSES = 6, 24, 5
# Samples of each pass by sweep and variant.
Samples = dict[str, dict[str, list[tuple[float, ...]]]]


def main() -> None:
    print(
        f"{cpu_model()}: {SWEEPS} sweeps of {VARIANTS} variants in {PASSES} passes, "
        f"killed (SIGKILL) at {KILLS} random moments"
    )
    print_costs()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command(Path(folder) / "whole").wait()
        whole_s = time.perf_counter() - start
    print(f"an uninterrupted run: {whole_s:.1f} s")
    moments = random.Random(SEED)
    runs = [kill_and_resume(moments.uniform(0, whole_s), number) for number in range(KILLS)]
    reported, lost = sum(run.reported for run in runs), sum(run.lost for run in runs)
    kept, changed = sum(run.kept for run in runs), sum(run.changed for run in runs)
    complete = sum(run.is_complete for run in runs)
    print(
        f"passes of sweeps that had been reported as ended: {reported}, of these in the journal: "
        f"{reported - lost}"
    )
    print(f"passes of sweeps in the journals: {kept}, of these changed in the resumed run's file: {changed}")
    print(f"resumed runs whose file is complete: {complete} of {KILLS}")


@dataclass(frozen=True)
class Interruption:
    """Passes of the sweeps of one killed and resumed run.

    `reported` as ended before the kill, `kept` in the journal, `lost` of those reported, `changed` in
    the resumed run's file.
    """

    reported: int
    kept: int
    lost: int
    changed: int
    is_complete: bool


def kill_and_resume(after_s: float, number: int) -> Interruption:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reported = kill(folder, after_s)
        path = folder / "run.jsonl"
        has_begun = path.exists() and b"\n" in path.read_bytes()
        kept = load_journal(path).measurements if has_begun else {}
        status = command(folder, *(["--resume"] if has_begun else [])).wait()
        samples = saved_samples(folder / "run.json") if status == 0 else {}
    complete = sum(is_complete(of_sweep) for of_sweep in samples.values())
    passes = sum(len(of_sweep) for of_sweep in kept.values())
    print(
        f"{number + 1:2}: killed after {after_s:4.1f} s, {passes} passes of sweeps kept, "
        f"then {complete} of {SWEEPS} sweeps complete",
        file=sys.stderr,
    )
    return Interruption(
        reported=sum(reported.values()),
        kept=passes,
        lost=sum(max(0, count - len(kept.get(sweep_id, {}))) for sweep_id, count in reported.items()),
        changed=sum(changed(of_sweep, samples.get(sweep_id, {})) for sweep_id, of_sweep in kept.items()),
        is_complete=complete == SWEEPS,
    )


def kill(folder: Path, after_s: float) -> Counter[str]:
    """Start a run, kill it, and count the passes of each sweep that it had reported as ended."""
    process = command(folder)
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    process.wait()
    output = (folder / "out.txt").read_text()
    return Counter(re.findall(r"^ +(G\d \S+ cpu): .* rounds: ", output, re.MULTILINE))


def saved_samples(path: Path) -> Samples:
    samples: Samples = {}
    for entry in load(path, 10**9).entries:
        sweep_id = f"{entry.place.guideline} {entry.place.sweep} {entry.place.condition.id}"
        samples.setdefault(sweep_id, {})[entry.place.variant] = entry.by_pass(entry.samples_s)
    return samples


def is_complete(of_sweep: dict[str, list[tuple[float, ...]]]) -> bool:
    return len(of_sweep) == VARIANTS // SWEEPS and all(len(each) == PASSES for each in of_sweep.values())


def changed(
    passes: Mapping[int, Sequence[Entry | Failure]], samples: dict[str, list[tuple[float, ...]]]
) -> int:
    """Number of passes of a sweep whose samples are not in the file as they are in the journal."""
    differing = set()
    for number, results in passes.items():
        for entry in results:
            if isinstance(entry, Entry) and entry.samples_s not in samples.get(entry.place.variant, []):
                differing.add(number)
    return len(differing)


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
    """Print the time to write a variant, with its samples and those of its control."""
    run = load(ROOT / "experiments" / "recorded" / "cpu-epyc-2-cores.json", 10**9)
    sweeps = dict.fromkeys(entry.place.sweep_key for entry in run.entries)
    header = Header(run.machine, {}, {})
    with tempfile.TemporaryDirectory(dir=ROOT) as folder:
        written = journal.create(Path(folder) / "cost.jsonl", header)
        times_s = []
        for sweep in sweeps:
            entries = [own(entry) for entry in run.entries if entry.place.sweep_key == sweep]
            start = time.perf_counter()
            written.add(f"{sweep.guideline} {sweep.sweep}", 1, entries)
            times_s.append((time.perf_counter() - start) / len(entries))
        written.close()
    samples = sum(len(entry.samples_s) for entry in run.entries)
    print(
        f"journalling a variant: {1e3 * median(times_s):.2f} ms (median of {len(times_s)} sweeps), "
        f"at most {1e3 * max(times_s):.2f} ms; {samples} samples in all"
    )


def own(entry: Entry) -> Entry:
    """An entry as it is measured, without the baseline's samples, which reading a file adds."""
    return replace(entry, baseline_samples_s=())


if __name__ == "__main__":
    main()
