"""One sweep, measured in rounds that visit every network once in a shuffled order.

Whatever slows the machine for a while slows every network of the rounds it touches, and leaves the
ratios inside those rounds alone.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from guidelines.spec import Condition, Sweep, Variant
from guidelines.stats import paired_ratio
from guidelines.timing import Sample, pinned, prepare

CONTROL = "control"
# A sample lasts at least this many times the cost of an empty one: measuring adds at most 0.2 %.
CLOCK_MULTIPLE = 500
# Intervals are looked at each time the rounds have grown by this factor.
REVIEW_GROWTH = 1.1
EMPTY_SAMPLES = 20
WARMUP_CALLS = 2


@dataclass(frozen=True)
class Limits:
    """How long and how well to sample; seconds are per variant, precision is a relative half-width."""

    max_time_s: float = 1.0
    min_rounds: int = 5
    min_sample_s: float = 0.0
    warmup_s: float = 0.0
    precision: float | None = None
    confidence: float = 0.99


@dataclass(frozen=True)
class Recording:
    """Seconds per call of each network, the k-th of every network from the same round."""

    seconds_per_call: dict[str, tuple[float, ...]]
    calls_per_sample: dict[str, int]
    failures: dict[str, str]
    stopped: str
    seed: int

    @property
    def rounds(self) -> int:
        """Rounds that were finished."""
        return max(map(len, self.seconds_per_call.values()), default=0)


def measure_sweep(
    sweep: Sweep,
    chosen: Sequence[str],
    condition: Condition,
    limits: Limits,
    seed: int,
    prepare: Callable[[Variant, Condition, int], Sample] = prepare,
) -> Recording:
    """Time the variants with the chosen ids, the baseline and the A/A control under a condition.

    The control is the baseline built a second time. Networks are keyed by id, the control by CONTROL.
    A network that fails is recorded with its reason, and the others go on.
    """
    networks = {v.id: v for v in sweep.variants if v.id in chosen or v is sweep.baseline}
    budget_s = limits.max_time_s * len(networks)
    networks[CONTROL] = sweep.baseline
    samplers: dict[str, Sample] = {}
    failures: dict[str, str] = {}
    with pinned(condition):
        for id, variant in networks.items():
            try:
                samplers[id] = prepare(variant, condition, seed)
            except Exception as error:
                failures[id] = reason(error)
        recording = record(samplers, sweep.baseline.id, limits, budget_s, seed)
    return Recording(
        recording.seconds_per_call,
        recording.calls_per_sample,
        failures | recording.failures,
        recording.stopped,
        seed,
    )


def record(
    samplers: dict[str, Sample],
    baseline: str,
    limits: Limits,
    budget_s: float,
    seed: int,
    clock: Callable[[], float] = time.perf_counter,
) -> Recording:
    """Sample in shuffled rounds until every slow-down is precise enough or the budget is used up.

    Stops as "precision", "time", or "failure" where the baseline cannot be timed. A network that
    raises is dropped with its reason and its samples, also from `samplers`, to set its memory free.
    """
    failures: dict[str, str] = {}
    calls: dict[str, int] = {}
    for id in list(samplers):
        try:
            calls[id] = _calibrate(samplers[id], limits, clock)
        except Exception as error:
            failures[id] = reason(error)
            del samplers[id]
    samples: dict[str, list[float]] = {id: [] for id in samplers}
    shuffle = random.Random(seed).shuffle
    start = clock()
    rounds, review = 0, limits.min_rounds
    stopped = "" if baseline in samplers else "failure"
    while not stopped:
        order = sorted(samplers)
        shuffle(order)
        for id in order:
            try:
                samples[id].append(samplers[id](calls[id]) / calls[id])
            except Exception as error:
                failures[id] = reason(error)
                del samplers[id], samples[id], calls[id]
        rounds += 1
        if baseline not in samplers:
            stopped = "failure"
        elif rounds >= limits.min_rounds and clock() - start >= budget_s:
            stopped = "time"
        elif limits.precision is not None and rounds >= review:
            review = ceil(rounds * REVIEW_GROWTH)
            if _precise(samples, baseline, limits.precision, limits.confidence):
                stopped = "precision"
    recorded = {id: tuple(series) for id, series in samples.items()}
    return Recording(recorded, calls, failures, stopped, seed)


def reason(error: Exception) -> str:
    """An error as one line: its type and the first line of its message."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _calibrate(sample: Sample, limits: Limits, clock: Callable[[], float]) -> int:
    """Warm up, then find the number of calls that makes a sample long enough."""
    start, warm = clock(), 0
    while warm < WARMUP_CALLS or clock() - start < limits.warmup_s:
        sample(1)
        warm += 1
    empty_s = min(sample(0) for _ in range(EMPTY_SAMPLES))
    target_s = max(limits.min_sample_s, CLOCK_MULTIPLE * empty_s)
    calls = 1
    while (taken_s := sample(calls)) < target_s:
        growth = target_s / taken_s if taken_s > 0 else 10.0
        calls = max(calls + 1, ceil(calls * min(10.0, growth)))
    return calls


def _precise(
    samples: Mapping[str, Sequence[float]], baseline: str, precision: float, confidence: float
) -> bool:
    """Whether every slow-down, the control's among them, has a half-width within the precision."""
    ratios = (
        paired_ratio(series, samples[baseline], confidence)
        for id, series in samples.items()
        if id != baseline
    )
    return all(r.half_width is not None and r.half_width <= precision * r.estimate for r in ratios)
