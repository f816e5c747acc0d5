"""Rounds that visit every network of a sweep once in a shuffled order.

Whatever slows the machine for a while slows all networks in the same rounds, and does not change the
ratios inside those rounds. The addresses of a network's weights and input make it about a percent faster
or slower for as long as they stay the same (Mytkowicz et al. 2009, Curtsinger and Berger 2013). So the
networks are built anew from time to time, in shuffled order, and the interval covers this effect too.
"""

import gc
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from statistics import median

from guidelines.measure.device.second_look import Builder, Sample, Timed, as_timed
from guidelines.measure.dropped import Dropped, Explain, explained
from guidelines.measure.recording import CONTROL, Limits, NetworkKey, Recording
from guidelines.results.model import REST, StopReason
from guidelines.stats.intervals import paired_ratio

# A sample lasts at least this many times the cost of an empty one: measuring adds at most 0.2 %.
CLOCK_MULTIPLE = 500
# Intervals are computed again each time the number of rounds has grown by this factor.
REVIEW_GROWTH = 1.1
EMPTY_SAMPLES = 20
# The networks are built anew this many times within the least number of rounds. Later on they stay at
# their addresses for as many rounds, or for more if building would otherwise take more than its share of
# the sampling time. All these stays are equally long: a few long ones would hide how much an address matters.
PLACEMENTS = 4


@dataclass
class Rounds:
    """The networks of a sweep while it is measured; those that fail leave it.

    `order` seeds the order of every round and of every building.
    `look` is called before the first round, before networks are built anew, and after the last round.
    `collect` is called before networks are built, to free the memory of the old ones, and whatever else
    begins a placement (see `device.placements`). `explain` gives the reason to drop a network that raised an
    error (see `dropped`). `turn` is told the key of a network before it is built, warmed up or sampled, and
    None afterwards; it must be quick.
    """

    builders: dict[NetworkKey, Builder]
    baseline: str
    limits: Limits
    budget_s: float
    order: str
    clock: Callable[[], float] = time.perf_counter
    look: Callable[[], None] = lambda: None
    collect: Callable[[], object] = gc.collect
    turn: Callable[[NetworkKey | None], object] = lambda key: None
    explain: Explain = explained
    samplers: dict[NetworkKey, Timed] = field(init=False, default_factory=dict)
    calls: dict[NetworkKey, int] = field(init=False, default_factory=dict)
    samples: dict[NetworkKey, list[float]] = field(init=False, default_factory=dict)
    noted: dict[NetworkKey, tuple[str, ...]] = field(init=False, default_factory=dict)
    part_shares: dict[NetworkKey, dict[str, list[float]]] = field(init=False, default_factory=dict)
    dropped: dict[NetworkKey, Dropped] = field(init=False, default_factory=dict)
    placed_at: list[int] = field(init=False, default_factory=list)
    rounds: int = field(init=False, default=0)
    used_s: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.builders = dict(self.builders)  # networks that fail are removed from it

    def run(self) -> Recording:
        """Sample in shuffled rounds until every slow-down is precise enough or the budget is used up.

        The budget is for rounds, not for building. If a network raises an error, the reason is kept and its
        samples are not; if it is the baseline, sampling ends. After the last round every network is looked at
        again.
        """
        self.place()
        self.calibrate()
        self.look()
        stopped = self._sample_until_stopped()
        self.look()
        if stopped != "failure":
            self._look_again()
        return Recording(
            seconds_per_call={key: tuple(series) for key, series in self.samples.items()},
            calls_per_sample=self.calls,
            dropped=self.dropped,
            stopped=stopped if self.baseline in self.samplers else "failure",
            placed_at=tuple(self.placed_at),
            noted=self.noted,
            shares={key: _shares(by_name) for key, by_name in self.part_shares.items()},
        )

    def place(self) -> None:
        """Build every network anew and run it once, so that each may get other addresses in memory.

        The first time, baseline and control are built before the others: if memory is short, they get it.
        CUDA's allocator tends to give the same addresses again.
        """
        self.samplers.clear()
        self.collect()
        order = self._shuffled(self.builders, "placement", len(self.placed_at))
        is_first = not self.placed_at
        if is_first:
            order.sort(key=lambda key: key not in (self.baseline, CONTROL))
        self.placed_at.append(self.rounds)
        for key in order:
            with self._dropping(key):
                self.samplers[key] = as_timed(self.builders[key]())
                self.samplers[key](1)

    def calibrate(self) -> None:
        """Find the number of calls that makes a sample of each network long enough."""
        for key in list(self.samplers):
            with self._dropping(key):
                self.calls[key] = calls_for_a_sample(self.samplers[key], self.limits, self.clock)

    def _sample_until_stopped(self) -> StopReason:
        next_review = self.limits.min_rounds
        first_stay = next_placement = ceil(self.limits.min_rounds / PLACEMENTS)
        stay = 0  # rounds between placements, known once building has been timed
        while self.baseline in self.samplers:
            if self.rounds == next_placement:
                placing_s = self._place_again()
                if not stay:
                    stay = _stay(first_stay, placing_s, self.used_s / self.rounds, self.limits.building_share)
                next_placement += stay
            self._round()
            if self.baseline not in self.samplers:
                break
            if self.rounds >= self.limits.min_rounds and self.used_s >= self.budget_s:
                return "time"
            if self.limits.precision is not None and self.rounds >= next_review:
                next_review = ceil(self.rounds * REVIEW_GROWTH)
                if self._is_precise(self.limits.precision):
                    return "precision"
        return "failure"

    def _place_again(self) -> float:
        """Build all networks anew and return the seconds that it took."""
        self.look()
        start = self.clock()
        self.place()
        return self.clock() - start

    def _round(self) -> None:
        """Take one sample of every network."""
        start = self.clock()
        for key in self._shuffled(self.samplers, "round", self.rounds):
            with self._dropping(key):
                self._sample(key)
        self.used_s += self.clock() - start
        self.rounds += 1

    def _sample(self, key: NetworkKey) -> None:
        network, calls = self.samplers[key], self.calls[key]
        taken_s = network(calls)
        self.samples.setdefault(key, []).append(taken_s / calls)
        for name, part_s in network.part_seconds().items():
            self.part_shares.setdefault(key, {}).setdefault(name, []).append(part_s / taken_s)

    def _look_again(self) -> None:
        """Drop every network that is not what was checked any more (see `device.second_look`)."""
        for key, network in list(self.samplers.items()):
            with self._dropping(key):
                self.noted[key] = network.look_again(median(self.samples[key]))

    @contextmanager
    def _dropping(self, key: NetworkKey) -> Iterator[None]:
        """Drop the network if it raises an error in its turn, and free its memory for the others."""
        self.turn(key)
        try:
            yield
        except BaseException as error:
            dropped = self.explain(error)
            if dropped is None:
                raise
            self.dropped[key] = dropped
            for of_network in (self.builders, self.samplers, self.calls, self.samples, self.part_shares):
                of_network.pop(key, None)
        finally:
            self.turn(None)

    def _is_precise(self, precision: float) -> bool:
        """True if the relative half-width of every slow-down, also the control's, is within the precision."""
        baseline_s = self.samples[self.baseline]
        for key, series_s in self.samples.items():
            if key == self.baseline:
                continue
            ratio = paired_ratio(series_s, baseline_s, self.limits.confidence)
            if ratio.half_width is None or ratio.half_width > precision * ratio.estimate:
                return False
        return True

    def _shuffled(self, keys: Iterable[NetworkKey], purpose: str, number: int) -> list[NetworkKey]:
        """An order that depends on `order`, purpose and number only, not on earlier shuffles."""
        shuffled = sorted(keys, key=lambda key: (key is not CONTROL, str(key)))
        random.Random(f"{self.order} {purpose} {number}").shuffle(shuffled)
        return shuffled


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


def _shares(by_name: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The share of each part in the time of a call, in the median over rounds, and that of the REST."""
    shares = {name: median(of_rounds) for name, of_rounds in by_name.items()}
    together = sum(shares.values())
    whole = max(together, 1.0)  # medians of several may make a little more
    return {name: share / whole for name, share in shares.items()} | {REST: 1 - together / whole}


def _stay(least_rounds: int, placing_s: float, round_s: float, building_share: float) -> int:
    """Number of rounds between placements at which building takes no more than its share of the time."""
    if not round_s:
        return least_rounds
    return max(least_rounds, ceil(placing_s / (building_share * round_s)))
