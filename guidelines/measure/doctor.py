"""Checks, before a run, for whatever would spoil it: each with its figure and a remedy."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median

from torch import nn, zeros

from guidelines.measure.case import Case
from guidelines.measure.device.devices import gpu_reader
from guidelines.measure.device.memory import free_bytes, needed_bytes
from guidelines.measure.device.timing import pinned, timed
from guidelines.measure.finding import Finding
from guidelines.measure.monitor.control_groups import SYS
from guidelines.measure.monitor.proc import text
from guidelines.measure.monitor.processors import Processors, affinity, processors
from guidelines.measure.monitor.watch import Watch, governor
from guidelines.measure.outcome import Outcome, outcome
from guidelines.measure.profile.at_best import at_best
from guidelines.measure.recording import CONTROL, Limits
from guidelines.measure.sweep import budget_s, measure_sweep
from guidelines.results.disturbance import State, disturbances
from guidelines.results.model import Entry
from guidelines.results.number_of import number_of
from guidelines.spec.condition import Condition, Device
from guidelines.stats.noise_floor import noise_floor

WATCHED_S = 1.0
NOISE_S = 10.0
MOST_NOISE = 0.03
COARSEST_CLOCK_S = 1e-6
MOST_OVERHEAD_S = 20e-6
CONFIDENCE = 0.95
QUIETER = "end other work or wait: sweeps would be marked as disturbed"
# Files that switch turbo, with the contents that mean on and off.
TURBO_SWITCHES = (
    ("devices/system/cpu/intel_pstate/no_turbo", "0", "1"),
    ("devices/system/cpu/cpufreq/boost", "1", "0"),
)


def examine(cases: Sequence[Case], limits: Limits) -> Iterator[Finding]:
    """Run every check for a run of these cases, one after the other.

    For each device it takes WATCHED_S, CEILINGS_S and NOISE_S.
    """
    conditions = tuple(dict.fromkeys(case.condition for case in cases))
    devices = {condition.device: condition for condition in reversed(conditions)}
    yield duration(cases, limits)
    most_threads = max(condition.threads for condition in conditions)
    usable = processors()
    yield threads(most_threads, usable.usable, cores())
    yield quota(usable, most_threads)
    yield clock_governor(governor())
    yield turbo()
    for device in devices:
        yield from quiet(most_threads, device)
    yield clock_resolution(time.perf_counter)
    yield harness_overhead(conditions[0])
    for device in devices:
        yield memory([case for case in cases if case.condition.device == device])
    for condition in devices.values():
        yield from at_best(condition)
    for condition in devices.values():
        yield noise(next(case for case in cases if case.condition == condition))


def duration(cases: Sequence[Case], limits: Limits) -> Finding:
    """The longest time that sampling takes; building, compiling and checking come on top."""
    by_sweep: dict[str, list[Case]] = {}
    for case in cases:
        by_sweep.setdefault(case.sweep_id, []).append(case)
    seconds = 0.0
    for chosen in by_sweep.values():
        variants = [case.variant.id for case in chosen]
        seconds += chosen[0].time_share * budget_s(chosen[0].sweep, variants, limits)
    counts = f"{number_of(len(by_sweep), 'sweep')}, {number_of(len(cases), 'variant')}"
    return Finding("duration", f"{counts}: {seconds / 60:.1f} min of samples")


def threads(asked: int, processors: int, cores: int | None) -> Finding:
    """Compares the threads that are asked for with the processors that this process may use."""
    figure = f"{asked} of {number_of(processors, 'processor')}"
    if cores:
        figure += f" on {number_of(cores, 'core')}"
    if asked > processors:
        return Finding("threads", figure, f"--threads {processors}: more threads wait for each other")
    if cores and asked > cores:
        return Finding("threads", figure, f"--threads {cores}: two threads of one core share its arithmetic")
    return Finding("threads", figure)


def quota(usable: Processors, threads: int) -> Finding:
    """Compares the threads with the processor time that control groups, such as a container, leave them.

    A quota is spent by all threads of this process and stops them until the next period, often of 0.1 s.
    """
    if usable.quota is None or usable.quota >= usable.usable:
        return Finding("quota", "none")
    figure = f"{usable.quota:.3g} of {number_of(usable.usable, 'processor')}"
    remedy = "raise it, such as by docker's --cpus: whoever has spent it is stopped while it is timed"
    return Finding("quota", figure, remedy if usable.quota < threads else "")


def cores(sys: Path = SYS, usable: frozenset[int] | None = None) -> int | None:
    """Number of physical cores that this process may use, None if the system does not say."""
    numbers = usable or affinity() or range(os.cpu_count() or 1)
    files = [sys / f"devices/system/cpu/cpu{cpu}/topology/thread_siblings_list" for cpu in numbers]
    siblings = {text(path) for path in files} - {""}
    return len(siblings) or None


def clock_governor(governor: str) -> Finding:
    """Finding on the rule by which the system chooses the processors' clock."""
    if governor in ("", "performance"):
        return Finding("clock governor", governor or "cannot be read here")
    return Finding(
        "clock governor", governor, "choose performance (sudo cpupower frequency-set -g performance)"
    )


def turbo(sys: Path = SYS) -> Finding:
    """Turbo raises the clock as far as the temperature allows, so that the clock changes during a run."""
    for name, on, off in TURBO_SWITCHES:
        path = sys / name
        switch = text(path).strip()
        if not switch:
            continue
        if switch != on:
            return Finding("turbo", "off")
        return Finding("turbo", "on", f"echo {off} | sudo tee {path}: the clock falls with heat")
    return Finding("turbo", "cannot be read here")


def quiet(threads: int, device: Device, wait: Callable[[float], None] = time.sleep) -> Iterator[Finding]:
    """Activity of other processes on the machine and on a device while this one waits."""
    read_gpu = gpu_reader(device)
    if not device.is_cpu and read_gpu is None:
        remedy = "pip install 'guidelines[nvml]': heat and other processes would not be seen"
        yield Finding(f"driver ({device})", "cannot be asked", remedy)
    watch = Watch(read_gpu)
    watch.look()
    wait(WATCHED_S)
    watch.look()
    yield _quiet(f"quiet ({device})", watch.state(), threads)


def _quiet(check: str, state: State | None, threads: int) -> Finding:
    reasons = disturbances(state, threads, drifts=(), time_drift=None)
    if reasons:
        return Finding(check, "; ".join(reasons), QUIETER)
    if state is None or state.other_cpus is None:
        return Finding(check, "cannot be read here")
    return Finding(check, f"others use {state.other_cpus:.2f} processors")


def clock_resolution(clock: Callable[[], float]) -> Finding:
    """The smallest step that the clock takes in many reads."""
    reads = [clock() for _ in range(10_000)]
    steps = [after - before for before, after in pairwise(reads) if after > before]
    step_s = min(steps, default=float("inf"))
    remedy = "" if step_s <= COARSEST_CLOCK_S else "samples grow with it: give more time"
    return Finding("clock resolution", f"{1e9 * step_s:.0f} ns", remedy)


def harness_overhead(condition: Condition) -> Finding:
    """Time that measuring adds to a sample, whose calls take hundreds of times as long."""
    empty = partial(nn.Identity(), zeros(1))
    with pinned(replace(condition, device=Device("cpu"))):
        sample = timed(empty, lambda: None)
        own_s = median(sample(10_000) / 10_000 for _ in range(9))
        added_s = max(0.0, median(sample(1) for _ in range(1_000)) - own_s)
    remedy = "" if added_s <= MOST_OVERHEAD_S else "a debugger, a profiler or a slow clock slows Python here"
    return Finding("harness overhead", f"{1e6 * added_s:.1f} us a sample", remedy)


def memory(cases: Sequence[Case]) -> Finding:
    """Compares the largest network of a device with the memory that is free on it."""
    largest = max(cases, key=lambda case: needed_bytes(case.variant, case.condition))
    device, name = largest.condition.device, f"{largest.sweep_id} {largest.variant.name}"
    needed, free = needed_bytes(largest.variant, largest.condition), free_bytes(device)
    figure = f"{name} needs about {needed / 2**30:.2g} GiB"
    if free is None:
        return Finding(f"memory ({device})", f"{figure}, what is free cannot be read here")
    remedy = ""
    if needed > free:
        remedy = "a smaller --batch-size or --image-size: larger variants would fail"
    return Finding(f"memory ({device})", f"{figure}, {free / 2**30:.3g} GiB are free", remedy)


def noise(case: Case) -> Finding:
    """The noise floor from an A/A control of a sweep's baseline that is sampled for NOISE_S."""
    limits = Limits(max_time_s=NOISE_S, min_rounds=12, warmup_s=0.1, confidence=CONFIDENCE)
    chosen = [case.sweep.baseline.id]
    recording = measure_sweep(case.sweep, chosen, case.condition, limits, seed=0)
    results = outcome(case.sweep, chosen, case.condition, recording, confidence=CONFIDENCE)
    return _noise(f"noise floor ({case.condition.device})", results, case)


def _noise(check: str, results: Outcome, case: Case) -> Finding:
    baseline = results[case.sweep.baseline.id]
    if not isinstance(baseline, Entry):
        reason = f"{case.sweep_id}: {baseline.reason}"
        return Finding(check, reason, "this device or condition cannot be measured")
    floor = noise_floor(baseline.control)
    if floor is None or CONTROL in results:
        return Finding(check, "unknown: too few rounds", "--benchmark-max-time: its networks are slow here")
    figure = f"{100 * floor:.2g} % in {NOISE_S:.0f} s ({baseline.slowdown.rounds} rounds of {case.sweep_id})"
    remedy = ""
    if floor > MOST_NOISE:
        remedy = "effects below it stay undecided: a quieter machine, or more --benchmark-max-time"
    return Finding(check, figure, remedy)
