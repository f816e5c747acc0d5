"""Rounds that visit every network of a sweep once in a shuffled order.

Whatever slows the machine for a while slows every network of the rounds it touches, and leaves the
ratios inside those rounds alone. Where a network's weights and input lie in memory makes it a percent
faster or slower for as long as they lie there (Mytkowicz et al. 2009, Curtsinger and Berger 2013): so
the networks are built anew from time to time, in shuffled order, and the interval covers that too.
"""

import gc
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil

from guidelines.measure.device.timing import Sample
from guidelines.measure.recording import CONTROL, Dropped, Limits, NetworkKey, Recording, SkippedNetworkError
from guidelines.results.model import StopReason
from guidelines.results.reason import one_line
from guidelines.stats.intervals import paired_ratio

Builder = Callable[[], Sample]
# The reason to drop a network that raised an error, None for an error that must end the run.
Explain = Callable[[BaseException], Dropped | None]
# A sample lasts at least this many times the cost of an empty one: measuring adds at most 0.2 %.
CLOCK_MULTIPLE = 500
# Intervals are looked at each time the rounds have grown by this factor.
REVIEW_GROWTH = 1.1
EMPTY_SAMPLES = 20
# The least rounds are spread over this many placements in memory. Later stays are as long, or longer
# if building would else take more than its share of the sampling time; all stays are equally long,
# since a few long ones would hide how much a placement matters.
PLACEMENTS = 4
BUILDING_SHARE = 0.25


def explained(error: BaseException) -> Dropped | None:
    """Reason to drop a network that raised an error; None for Ctrl-C and other ends of the program."""
    if isinstance(error, SkippedNetworkError):
        return Dropped(f"skipped: {error}", is_skip=True)
    return Dropped(one_line(error)) if isinstance(error, Exception | SystemExit) else None


@dataclass
class Rounds:
    """The networks of a sweep while it is measured; those that fail leave it.

    `look` is called before the first round, before networks are built anew, and after the last round.
    `collect` frees what is no longer used before networks are built.
    """

    builders: dict[NetworkKey, Builder]
    baseline: str
    limits: Limits
    budget_s: float
    seed: int
    clock: Callable[[], float] = time.perf_counter
    look: Callable[[], None] = lambda: None
    collect: Callable[[], object] = gc.collect
    explain: Explain = explained
    samplers: dict[NetworkKey, Sample] = field(init=False, default_factory=dict)
    calls: dict[NetworkKey, int] = field(init=False, default_factory=dict)
    samples: dict[NetworkKey, list[float]] = field(init=False, default_factory=dict)
    dropped: dict[NetworkKey, Dropped] = field(init=False, default_factory=dict)
    placed_at: list[int] = field(init=False, default_factory=list)
    rounds: int = field(init=False, default=0)
    used_s: float = field(init=False, default=0.0)

    def run(self) -> Recording:
        """Sample in shuffled rounds until every slow-down is precise enough or the budget is used up.

        The budget is for rounds, not for building. A network that raises is dropped with its reason and
        its samples; without its baseline a sweep ends.
        """
        self.builders = dict(self.builders)
        self.place()
        self.calibrate()
        self.look()
        stopped = self._sample_until_stopped()
        self.look()
        return Recording(
            seconds_per_call={key: tuple(series) for key, series in self.samples.items()},
            calls_per_sample=self.calls,
            dropped=self.dropped,
            stopped=stopped,
            seed=self.seed,
            placed_at=tuple(self.placed_at),
        )

    def place(self) -> None:
        """Build every network anew and run it once, so that each may get another place in memory.

        The baseline and the control come first at the first time: if memory is short, they get it. CUDA's
        allocator tends to give back the same.
        """
        self.samplers.clear()
        self.collect()
        order = self._shuffled(self.builders, "placement", len(self.placed_at))
        if not self.placed_at:
            order.sort(key=lambda key: key not in (self.baseline, CONTROL))
        self.placed_at.append(self.rounds)
        for key in order:
            with self._dropping(key):
                self.samplers[key] = self.builders[key]()
                self.samplers[key](1)

    def calibrate(self) -> None:
        """Find the number of calls that makes a sample of each network long enough."""
        for key in list(self.samplers):
            with self._dropping(key):
                self.calls[key] = calls_for_a_sample(self.samplers[key], self.limits, self.clock)

    def _sample_until_stopped(self) -> StopReason:
        least_stay = ceil(self.limits.min_rounds / PLACEMENTS)
        review, next_placement, stay = self.limits.min_rounds, least_stay, 0
        while self.baseline in self.samplers:
            if self.rounds == next_placement:
                placing_s = self._place_again()
                stay = stay or _stay(least_stay, placing_s, self.used_s / self.rounds)
                next_placement += stay
            self._round()
            if self.baseline not in self.samplers:
                break
            if self.rounds >= self.limits.min_rounds and self.used_s >= self.budget_s:
                return "time"
            if self.limits.precision is not None and self.rounds >= review:
                review = ceil(self.rounds * REVIEW_GROWTH)
                if self._is_precise(self.limits.precision):
                    return "precision"
        return "failure"

    def _place_again(self) -> float:
        """Seconds that building all networks anew took."""
        self.look()
        start = self.clock()
        self.place()
        return self.clock() - start

    def _round(self) -> None:
        """Take one sample of every network."""
        start = self.clock()
        for key in self._shuffled(self.samplers, "round", self.rounds):
            with self._dropping(key):
                calls = self.calls[key]
                self.samples.setdefault(key, []).append(self.samplers[key](calls) / calls)
        self.used_s += self.clock() - start
        self.rounds += 1

    @contextmanager
    def _dropping(self, key: NetworkKey) -> Iterator[None]:
        """Drop a network that raises an error; its memory is set free for the others."""
        try:
            yield
        except BaseException as error:
            reason = self.explain(error)
            if reason is None:
                raise
            self.dropped[key] = reason
            for kept in (self.builders, self.samplers, self.calls, self.samples):
                kept.pop(key, None)

    def _is_precise(self, precision: float) -> bool:
        """Whether every slow-down, the control's among them, has a half-width within the precision."""
        baseline_s = self.samples[self.baseline]
        others = [series for key, series in self.samples.items() if key != self.baseline]
        for series in others:
            ratio = paired_ratio(series, baseline_s, self.limits.confidence)
            if ratio.half_width is None or ratio.half_width > precision * ratio.estimate:
                return False
        return True

    def _shuffled(self, keys: Iterable[NetworkKey], what: str, number: int) -> list[NetworkKey]:
        """An order that nothing but the seed decides: not how often networks were built before."""
        order = sorted(keys, key=lambda key: (key is not CONTROL, str(key)))
        random.Random(f"{self.seed} {what} {number}").shuffle(order)
        return order


def calls_for_a_sample(sample: Sample, limits: Limits, clock: Callable[[], float]) -> int:
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


def _stay(least_rounds: int, placing_s: float, round_s: float) -> int:
    """Rounds between two placements, so that building takes no more than its share."""
    return max(least_rounds, ceil(placing_s / (BUILDING_SHARE * round_s))) if round_s else least_rounds
