"""One sweep, measured in rounds that visit every network once in a shuffled order.

Whatever slows the machine for a while slows every network of the rounds it touches, and leaves the
ratios inside those rounds alone. Where a network's weights and input lie in memory makes it a percent
faster or slower for as long as they lie there (Mytkowicz et al. 2009, Curtsinger and Berger 2013): so
the networks are built anew from time to time, in shuffled order, and the interval covers that too.
"""

import gc
import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil

import pytest

from guidelines.machine import gpu_reader
from guidelines.modes import Bind, binder
from guidelines.results import Circumstances
from guidelines.spec import Condition, Sweep, Variant
from guidelines.state import State
from guidelines.stats import paired_ratio
from guidelines.timing import Sample, check, pinned, prepare
from guidelines.watch import Watch

Builder = Callable[[], Sample]
Check = Callable[[Variant, Condition, int, Bind], Circumstances]
Prepare = Callable[[Variant, Condition, int, Bind], Sample]
CONTROL = "(control)"
SKIPPED = "skipped"
# A sample lasts at least this many times the cost of an empty one: measuring adds at most 0.2 %.
CLOCK_MULTIPLE = 500
# Intervals are looked at each time the rounds have grown by this factor.
REVIEW_GROWTH = 1.1
EMPTY_SAMPLES = 20
# The least rounds are spread over this many placements in memory. Later stays are as long, or longer
# where building would else take more than its share of the sampling time; all stays are equally long,
# since a few long ones would hide how much a placement matters.
PLACEMENTS = 4
BUILDING_SHARE = 0.25


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
    """Seconds per call of each network, the k-th of every network from the same round.

    The seed gives the order of every round and of every building; `placed_at` are the numbers of the
    rounds before which the networks were built anew.
    """

    seconds_per_call: dict[str, tuple[float, ...]]
    calls_per_sample: dict[str, int]
    failures: dict[str, str]
    stopped: str
    seed: int
    placed_at: tuple[int, ...] = ()
    checked: dict[str, Circumstances] = field(default_factory=dict)
    state: State | None = None

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
    check: Check = check,
    prepare: Prepare = prepare,
) -> Recording:
    """Time the variants with the chosen ids, the baseline and the A/A control under a condition.

    The control is the baseline built a second time. Networks are keyed by id, the control by CONTROL.
    A network that fails is recorded with its reason, and the others go on.
    """
    networks = {v.id: v for v in _timed(sweep, chosen)} | {CONTROL: sweep.baseline}
    binders = {v.id: binder(condition.mode) for v in networks.values()}
    checked: dict[str, Circumstances] = {}

    def build(variant: Variant) -> Sample:
        bind = binders[variant.id]
        if variant.id not in checked:
            checked[variant.id] = check(variant, condition, seed, bind)
        return prepare(variant, condition, seed, bind)

    builders = {id: partial(build, variant) for id, variant in networks.items()}
    watch = Watch(gpu_reader(condition.device))
    with pinned(condition):
        budget = budget_s(sweep, chosen, limits)
        recording = record(builders, sweep.baseline.id, limits, budget, seed, look=watch.look)
    return replace(recording, checked=checked, state=watch.state())


def budget_s(sweep: Sweep, chosen: Sequence[str], limits: Limits) -> float:
    """Seconds that a sweep may sample: those of a variant times the variants timed, control apart."""
    return limits.max_time_s * len(_timed(sweep, chosen))


def _timed(sweep: Sweep, chosen: Sequence[str]) -> list[Variant]:
    return [v for v in sweep.variants if v.id in chosen or v is sweep.baseline]


def record(
    builders: Mapping[str, Builder],
    baseline: str,
    limits: Limits,
    budget_s: float,
    seed: int,
    clock: Callable[[], float] = time.perf_counter,
    look: Callable[[], None] = lambda: None,
) -> Recording:
    """Sample in shuffled rounds until every slow-down is precise enough or the budget is used up.

    The budget is for rounds, not for building. `look` is called before the first round, before
    networks are built anew, and after the last round. Stops as "precision", "time", or "failure" where the
    baseline cannot be timed. A network that raises is dropped with its reason and its samples.
    """
    bench = _Bench(dict(builders), seed)
    bench.place(0, first=(baseline, CONTROL))
    for id in list(bench.samplers):
        with bench.dropping(id):
            bench.calls[id] = _calibrate(bench.samplers[id], limits, clock)
    rounds, used_s, review, stay = 0, 0.0, limits.min_rounds, 0
    placed_at = [0]
    look()
    next_placement = least_stay = ceil(limits.min_rounds / PLACEMENTS)
    stopped = "" if baseline in bench.samplers else "failure"
    while not stopped:
        if rounds == next_placement:
            look()
            start = clock()
            bench.place(len(placed_at))
            placed_at.append(rounds)
            stay = stay or _stay(least_stay, clock() - start, used_s / rounds)
            next_placement += stay
        start = clock()
        bench.round(rounds)
        used_s += clock() - start
        rounds += 1
        if baseline not in bench.samplers:
            stopped = "failure"
        elif rounds >= limits.min_rounds and used_s >= budget_s:
            stopped = "time"
        elif limits.precision is not None and rounds >= review:
            review = ceil(rounds * REVIEW_GROWTH)
            if _precise(bench.samples, baseline, limits.precision, limits.confidence):
                stopped = "precision"
    look()
    samples = {id: tuple(series) for id, series in bench.samples.items()}
    return Recording(samples, bench.calls, bench.failures, stopped, seed, tuple(placed_at))


@dataclass
class _Bench:
    """The networks of a sweep while it is measured; those that fail leave it."""

    builders: dict[str, Builder]
    seed: int
    samplers: dict[str, Sample] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    samples: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def place(self, number: int, first: Collection[str] = ()) -> None:
        """Build every network anew and run it once, so that each may get another place in memory.

        Where memory is short, those named `first` get it. CUDA's allocator tends to give back the same.
        """
        self.samplers.clear()
        gc.collect()
        for id in sorted(
            self._shuffled(self.builders, "placement", number), key=lambda name: name not in first
        ):
            with self.dropping(id):
                self.samplers[id] = self.builders[id]()
                self.samplers[id](1)

    def round(self, number: int) -> None:
        """Take one sample of every network."""
        for id in self._shuffled(self.samplers, "round", number):
            with self.dropping(id):
                calls = self.calls[id]
                self.samples.setdefault(id, []).append(self.samplers[id](calls) / calls)

    @contextmanager
    def dropping(self, id: str) -> Iterator[None]:
        """Turn an error into the failure of a network; its memory is set free for the others."""
        try:
            yield
        except pytest.exit.Exception:
            raise
        except (Exception, SystemExit, pytest.skip.Exception, pytest.fail.Exception) as error:
            self.failures[id] = reason(error)
            for kept in (self.builders, self.samplers, self.calls, self.samples):
                kept.pop(id, None)

    def _shuffled(self, ids: Iterable[str], what: str, number: int) -> list[str]:
        """An order that nothing but the seed decides: not how often networks were built before."""
        order = sorted(ids)
        random.Random(f"{self.seed} {what} {number}").shuffle(order)
        return order


def _stay(least_rounds: int, placing_s: float, round_s: float) -> int:
    """Rounds between two placements, so that building takes no more than its share."""
    return max(least_rounds, ceil(placing_s / (BUILDING_SHARE * round_s))) if round_s else least_rounds


def reason(error: BaseException) -> str:
    """An error as one line: its type and the first line of its message; a skip says so."""
    lines = str(error).strip().splitlines()
    if isinstance(error, pytest.skip.Exception):
        return f"{SKIPPED}: {lines[0] if lines else 'no reason given'}"
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def _calibrate(sample: Sample, limits: Limits, clock: Callable[[], float]) -> int:
    """Warm up, then find the number of calls that makes a sample long enough."""
    start = clock()
    sample(1)
    while clock() - start < limits.warmup_s:
        sample(1)
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
