"""What would spoil a run, found before it: each check with its number and a remedy."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median

from torch import nn, zeros

from guidelines.measure.case import Case
from guidelines.measure.device.devices import gpu_reader
from guidelines.measure.device.memory import free_bytes, needed_bytes
from guidelines.measure.device.timing import pinned, timed
from guidelines.measure.monitor.watch import SYS, Watch, governor
from guidelines.measure.outcome import Outcome, outcome
from guidelines.measure.recording import CONTROL, Limits
from guidelines.measure.sweep import budget_s, measure_sweep
from guidelines.results.disturbance import disturbances
from guidelines.results.model import Entry
from guidelines.spec.condition import Condition, Device
from guidelines.stats.intervals import noise_floor

WATCHED_S = 1.0
NOISE_S = 10.0
MOST_NOISE = 0.03
COARSEST_CLOCK_S = 1e-6
MOST_OVERHEAD_S = 20e-6
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Finding:
    """One check: its figure in words, and what to do about it, "" where all is well."""

    check: str
    figure: str
    remedy: str = ""


def examine(cases: Sequence[Case], limits: Limits) -> Iterator[Finding]:
    """Every check of a run that would measure these cases, one after the other; takes NOISE_S a device."""
    conditions = tuple(dict.fromkeys(case.condition for case in cases))
    devices = {condition.device: condition for condition in reversed(conditions)}
    yield duration(cases, limits)
    yield threads(max(condition.threads for condition in conditions), processors(), cores())
    yield clock_governor(governor())
    yield turbo()
    yield from quiet(max(condition.threads for condition in conditions), tuple(devices))
    yield clock_resolution(time.perf_counter)
    yield harness_overhead(conditions[0])
    for device in devices:
        yield memory([case for case in cases if case.condition.device == device])
    for condition in devices.values():
        yield noise(next(case for case in cases if case.condition == condition))


def duration(cases: Sequence[Case], limits: Limits) -> Finding:
    """How long the samples take at most; building, compiling and checking come on top."""
    sweeps = {case.sweep_id: [c for c in cases if c.sweep_id == case.sweep_id] for case in cases}
    seconds = sum(
        budget_s(chosen[0].sweep, [case.variant.id for case in chosen], limits) for chosen in sweeps.values()
    )
    return Finding(
        "duration", f"{len(sweeps)} sweeps, {len(cases)} variants: {seconds / 60:.1f} min of samples"
    )


def threads(asked: int, processors: int, cores: int | None) -> Finding:
    """CPU threads against the processors that this process may use."""
    figure = f"{asked} of {processors} processors" + (f" on {cores} cores" if cores else "")
    if asked > processors:
        return Finding("threads", figure, f"--threads {processors}: more threads wait for each other")
    if cores and asked > cores:
        return Finding("threads", figure, f"--threads {cores}: two threads of one core share its arithmetic")
    return Finding("threads", figure)


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cores(sys: Path = SYS) -> int | None:
    """Physical cores, None where the system does not say."""
    siblings = {
        path.read_text() for path in sys.glob("devices/system/cpu/cpu[0-9]*/topology/thread_siblings_list")
    }
    return len(siblings) or None


def clock_governor(found: str) -> Finding:
    """How the system chooses the processors' clock."""
    if found in ("", "performance"):
        return Finding("clock governor", found or "cannot be read here")
    return Finding("clock governor", found, "choose performance (sudo cpupower frequency-set -g performance)")


def turbo(sys: Path = SYS) -> Finding:
    """Whether the clock rises with what the temperature allows."""
    switches = {"devices/system/cpu/intel_pstate/no_turbo": "0", "devices/system/cpu/cpufreq/boost": "1"}
    for name, on in switches.items():
        if (path := sys / name).exists():
            if path.read_text().strip() != on:
                return Finding("turbo", "off")
            return Finding("turbo", "on", f"echo {1 - int(on)} | sudo tee {path}: the clock falls with heat")
    return Finding("turbo", "cannot be read here")


def quiet(
    threads: int, devices: Sequence[Device], wait: Callable[[float], None] = time.sleep
) -> list[Finding]:
    """What others do on the machine and its devices while this process waits."""
    found = []
    for device in devices:
        read_gpu = gpu_reader(device)
        if not device.is_cpu and read_gpu is None:
            remedy = "pip install 'guidelines[nvml]': heat and other processes would not be seen"
            found.append(Finding(f"driver ({device})", "cannot be asked", remedy))
        watch = Watch(read_gpu)
        watch.look()
        wait(WATCHED_S)
        watch.look()
        state = watch.state()
        reasons = disturbances(state, threads, (), None)
        seen = state.other_cpus if state else None
        figure = "cannot be read here" if seen is None else f"others use {seen:.2f} processors"
        found.append(
            Finding(
                f"quiet ({device})",
                "; ".join(reasons) or figure,
                "stop it or wait: a sweep would be marked as disturbed" if reasons else "",
            )
        )
    return found


def clock_resolution(clock: Callable[[], float]) -> Finding:
    """The smallest step that the clock is seen to take."""
    reads = [clock() for _ in range(10_000)]
    steps = [after - before for before, after in pairwise(reads) if after > before]
    step_s = min(steps, default=float("inf"))
    remedy = "" if step_s <= COARSEST_CLOCK_S else "samples grow with it: give more time"
    return Finding("clock resolution", f"{1e9 * step_s:.0f} ns", remedy)


def harness_overhead(condition: Condition) -> Finding:
    """What timing adds to a sample, whose calls take hundreds of times as long."""
    empty = partial(nn.Identity(), zeros(1))
    with pinned(replace(condition, device=Device("cpu"))):
        sample = timed(empty, lambda: None)
        own_s = median(sample(10_000) / 10_000 for _ in range(9))
        added_s = max(0.0, median(sample(1) for _ in range(1_000)) - own_s)
    remedy = "" if added_s <= MOST_OVERHEAD_S else "a debugger, a profiler or a slow clock slows Python here"
    return Finding("harness overhead", f"{1e6 * added_s:.1f} us a sample", remedy)


def memory(cases: Sequence[Case]) -> Finding:
    """The largest network of a device beside what is free on it."""
    largest = max(cases, key=lambda case: needed_bytes(case.variant, case.condition))
    device, name = largest.condition.device, f"{largest.sweep_id} {largest.variant.name}"
    needed, free = needed_bytes(largest.variant, largest.condition), free_bytes(device)
    figure = f"{name} needs about {needed / 2**30:.2g} GiB"
    if free is None:
        return Finding(f"memory ({device})", f"{figure}, what is free cannot be read here")
    remedy = "a smaller --batch-size or --image-size: larger variants would fail" if needed > free else ""
    return Finding(f"memory ({device})", f"{figure}, {free / 2**30:.3g} GiB are free", remedy)


def noise(case: Case) -> Finding:
    """The noise floor that an A/A control of a sweep's baseline gives in NOISE_S."""
    check = f"noise floor ({case.condition.device})"
    limits = Limits(max_time_s=NOISE_S, min_rounds=12, warmup_s=0.1, confidence=CONFIDENCE)
    chosen = [case.sweep.baseline.id]
    recording = measure_sweep(case.sweep, chosen, case.condition, limits, seed=0)
    return _noise(check, outcome(case.sweep, chosen, case.condition, recording, CONFIDENCE), case)


def _noise(check: str, found: Outcome, case: Case) -> Finding:
    baseline = found[case.sweep.baseline.id]
    if not isinstance(baseline, Entry):
        return Finding(
            check, f"{case.sweep_id}: {baseline.reason}", "this device or condition cannot be measured"
        )
    floor = noise_floor(baseline.control)
    if floor is None or CONTROL in found:
        return Finding(check, "unknown: too few rounds", "--benchmark-max-time: its networks are slow here")
    figure = f"{100 * floor:.2g} % in {NOISE_S:.0f} s ({baseline.slowdown.rounds} rounds of {case.sweep_id})"
    if floor <= MOST_NOISE:
        return Finding(check, figure)
    return Finding(
        check, figure, "effects below it stay undecided: a quieter machine, or more --benchmark-max-time"
    )
