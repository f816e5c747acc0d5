"""Kills runs at random moments, resumes them, and prints what was lost; asserts nothing.

Run it by hand, about half an hour on two cores: python tests/harness/interruptions.py [KILLS]

Half of the runs are killed a second time, after --resume.
"""

import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from killed_run import PASSES, ROOT, Measurements, command, is_finished, kill, measurements, resume

from guidelines.measure.device.devices import cpu_model
from guidelines.results import journal
from guidelines.results.files import load
from guidelines.results.journal_contents import Header
from guidelines.results.model import Entry, Failure

KILLS = 40
SEED = 1
SWEEPS, VARIANTS = 2, 8
# Samples of each pass by sweep and variant.
Samples = dict[str, dict[str, list[tuple[float, ...]]]]


def main() -> None:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else KILLS
    print(
        f"{cpu_model()}: {SWEEPS} sweeps of {VARIANTS} variants in {PASSES} passes, killed (SIGKILL) at "
        f"{kills} random moments, every other run a second time after --resume"
    )
    print_costs()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command(Path(folder) / "whole").wait()
        whole_s = time.perf_counter() - start
    print(f"an uninterrupted run: {whole_s:.1f} s")
    moments = random.Random(SEED)
    runs = []
    for number in range(kills):
        after_s = [moments.uniform(0, whole_s)]
        if number % 2:  # what is left takes no longer than this
            after_s.append(moments.uniform(0, whole_s - after_s[0]))
        run = kill_and_resume(after_s, number)
        whole_s = min(whole_s, run.whole_s or whole_s)  # later moments would find no run alive
        runs.append(run)
    print_counts(runs)


@dataclass(frozen=True)
class Interruption:
    """Passes of the sweeps of one killed and resumed run.

    `reported` as ended before a kill, `kept` in the journal after the last one, `lost` of those reported or
    of those in the journal after an earlier kill, `changed` in the resumed run's file. `kills` are those that
    found the run alive; `whole_s` is the time of a run that none of them did, 0 otherwise.
    """

    kills: int
    whole_s: float
    reported: int
    kept: int
    lost: int
    changed: int
    is_complete: bool


def print_counts(runs: Sequence[Interruption]) -> None:
    twice = sum(run.kills == 2 for run in runs)
    print(f"runs that were killed: {sum(run.kills > 0 for run in runs)}, of these twice: {twice}")
    reported, lost = sum(run.reported for run in runs), sum(run.lost for run in runs)
    print(f"passes of sweeps that had been reported as ended: {reported}, of these lost: {lost}")
    kept, changed = sum(run.kept for run in runs), sum(run.changed for run in runs)
    print(f"passes of sweeps in the journals: {kept}, of these changed in the resumed run's file: {changed}")
    complete = sum(run.is_complete for run in runs)
    print(f"resumed runs whose file is complete: {complete} of {len(runs)}")


def kill_and_resume(after_s: Sequence[float], number: int) -> Interruption:
    """Kill a run once or twice and let it end."""
    kills = lost = 0
    whole_s = 0.0
    reported = 0
    kept: Measurements = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for moment_s in after_s:
            before = kept
            ended_after_s, ended = kill(folder, moment_s)
            kills += ended_after_s is None
            whole_s = ended_after_s or whole_s if not kills else 0.0
            reported += ended
            kept = measurements(folder)
            lost += lacking(before, kept)
        status = 0 if is_finished(folder) else resume(folder).wait()
        samples = saved_samples(folder / "run.json") if status == 0 else {}
    complete = sum(is_complete(of_sweep) for of_sweep in samples.values())
    passes = sum(len(of_sweep) for of_sweep in kept.values())
    lost += max(0, reported - passes)
    print(
        f"{number + 1:2}: killed after {', '.join(f'{each:.1f}' for each in after_s)} s, {passes} passes of "
        f"sweeps kept, then {complete} of {SWEEPS} sweeps complete",
        file=sys.stderr,
    )
    return Interruption(
        kills=kills,
        whole_s=whole_s,
        reported=reported,
        kept=passes,
        lost=lost,
        changed=sum(changed(of_sweep, samples.get(sweep_id, {})) for sweep_id, of_sweep in kept.items()),
        is_complete=complete == SWEEPS,
    )


def lacking(before: Measurements, after: Measurements) -> int:
    """Number of passes that are not in a journal as they were before."""
    lost = 0
    for sweep_id, passes in before.items():
        for number, results in passes.items():
            lost += after.get(sweep_id, {}).get(number) != results
    return lost


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
