"""Twins: machines of one kind under one condition, compared with each other pass by pass.

A fleet measures a pass on all machines at about the same hour, so that what slows all of them cancels. In
each pass a machine is compared with the median of its twins: its time, as the mean logarithm over all
networks, and the effect of each guideline. `stats.outlying` says which of them differ. A machine that is
disturbed more often than its twins differs, too, however fast it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, isnan, log, nan
from typing import NamedTuple

import numpy as np

from guidelines.analysis.change import LEAST_CHANGE
from guidelines.analysis.machines.disturbed import Disturbed, disturbed
from guidelines.analysis.measured import MachineResults, Measured, distinct
from guidelines.analysis.pass_times import PassTime
from guidelines.analysis.same_machine import Kind, kind_of
from guidelines.results.model import Network, VariantKey
from guidelines.spec.condition import Condition
from guidelines.stats.intervals import Estimate, Floats
from guidelines.stats.outlying import FEWEST_MEMBERS, Deviation, mean_differences, outlying
from guidelines.stats.passes import OfPass, over_passes

# Twins whose times differ by less have nothing to repair; effects are compared as two machines are.
LEAST_OF_TIME, LEAST_OF_EFFECT = 0.02, LEAST_CHANGE
# All intervals of all machines hold together at this confidence; so do all tests for disturbances at theirs.
CONFIDENCE, CONFIDENCE_OF_TESTS = 0.95, 0.99


@dataclass(frozen=True)
class Twin:
    """A machine: its time and the effect of each guideline over those of its twins, and what disturbs it."""

    results: MachineResults
    time: Deviation
    effects: Mapping[str, Deviation]
    disturbed: Disturbed

    @property
    def deviations(self) -> list[Deviation]:
        """All figures that are compared."""
        return [self.time, *self.effects.values()]

    @property
    def is_named(self) -> bool:
        """True if its time or the effect of a guideline differs, or if it is disturbed more often."""
        return self.disturbed.is_named or any(each.is_named for each in self.deviations)

    @property
    def is_open(self) -> bool:
        """True if its time may differ, but its passes do not tell."""
        return not self.is_named and self.time.is_open


@dataclass(frozen=True)
class Twins:
    """Three machines of a kind or more, each beside the others.

    Those that have no network in common with others are `alone`. `passes` are those of the machine with most.
    """

    kind: Kind
    machines: tuple[Twin, ...]
    alone: tuple[MachineResults, ...]
    passes: int

    @property
    def number(self) -> int:
        """Number of machines that are compared."""
        return len(self.machines)


@dataclass(frozen=True)
class Pair:
    """Two machines of a kind: the time of the second over that of the first, None without a common pass."""

    kind: Kind
    first: MachineResults
    second: MachineResults
    ratio: Estimate | None

    @property
    def differs(self) -> bool:
        """True if the times differ beyond the margin."""
        if self.ratio is None or self.ratio.low is None or self.ratio.high is None:
            return False
        return self.ratio.low > 1 + LEAST_OF_TIME or self.ratio.high < 1 / (1 + LEAST_OF_TIME)


class AllTwins(NamedTuple):
    """The kinds with several machines."""

    several: tuple[Twins, ...]
    pairs: tuple[Pair, ...]

    @property
    def kinds(self) -> list[Kind]:
        """Their kinds."""
        return [*(twins.kind for twins in self.several), *(pair.kind for pair in self.pairs)]


NO_TWINS = AllTwins((), ())


class _Name(NamedTuple):
    """A variant and its network: one of the same name may be another network on another machine."""

    key: VariantKey
    network: Network


@dataclass(frozen=True)
class _Group:
    """The machines of a kind, what each `measured`, and logarithms of it: [machine, pass, variant].

    `times` are those of an image, `effects` the slow-downs, or speed-ups if these are claimed; NaN for what
    is missing. `guidelines` has an item for each variant.
    """

    kind: Kind
    machines: Sequence[MachineResults]
    measured: Sequence[Sequence[Measured]]
    times: Floats
    effects: Floats
    guidelines: tuple[str, ...]

    @property
    def is_pair(self) -> bool:
        """True if there are too few machines to know which of them is the odd one."""
        return len(self.machines) < FEWEST_MEMBERS

    @property
    def intervals(self) -> int:
        """Number of intervals of effects that have to hold together."""
        return 0 if self.is_pair else len(self.machines) * len(set(self.guidelines))


class _Sure(NamedTuple):
    """The confidence of an interval of a time, of one of an effect, and of a test for disturbances."""

    time: float
    effect: float
    disturbed: float


def all_twins(machines: Iterable[MachineResults]) -> AllTwins:
    """The kinds and conditions of two machines or more, in the order in which these come."""
    kinds: dict[Kind, list[MachineResults]] = {}
    for results in machines:
        for condition in distinct([m.place.condition.shared] for m in results.measured):
            kinds.setdefault(kind_of(results.machine, condition), []).append(results)
    groups = [_group(kind, of_kind) for kind, of_kind in kinds.items() if len(of_kind) > 1]
    times = sum(1 if group.is_pair else len(group.machines) for group in groups)
    effects = sum(group.intervals for group in groups)
    sure = _Sure(
        time=confidence_of_each(times),
        effect=confidence_of_each(effects),
        disturbed=1 - (1 - CONFIDENCE_OF_TESTS) / max(1, times),
    )
    return AllTwins(
        several=tuple(_twins(each, sure) for each in groups if not each.is_pair),
        pairs=tuple(_pair(each, sure.time) for each in groups if each.is_pair),
    )


def confidence_of_each(intervals: int) -> float:
    """The confidence of each of some intervals; times and effects share the error (Bonferroni)."""
    return 1 - (1 - CONFIDENCE) / 2 / max(1, intervals)


def _under(condition: Condition, results: MachineResults) -> list[Measured]:
    """Measurements of a machine under a condition."""
    return [measured for measured in results.measured if measured.place.condition.shared == condition]


def _group(kind: Kind, machines: Sequence[MachineResults]) -> _Group:
    columns: dict[_Name, int] = {}
    passes: dict[tuple[int, int], int] = {}
    known: list[tuple[int, int, Measured]] = []
    of_machines = [_under(kind.condition, results) for results in machines]
    for number, of_machine in enumerate(of_machines):
        for measured in of_machine:
            name = _Name(measured.place.key, measured.network)
            known.append((number, columns.setdefault(name, len(columns)), measured))
            for time in measured.times:
                passes.setdefault((time.run, time.number), len(passes))
    times = np.full((len(machines), len(passes), len(columns)), np.nan)
    effects = times.copy()
    for number, column, measured in known:
        for time in measured.times:
            place = number, passes[time.run, time.number], column
            times[place], effects[place] = _time(measured, time), _effect(measured, time)
    guidelines = tuple(name.key.sweep.guideline for name in columns)
    return _Group(kind, machines, measured=of_machines, times=times, effects=effects, guidelines=guidelines)


def _twins(group: _Group, sure: _Sure) -> Twins:
    of_machines: list[dict[str, Deviation]] = [{} for _ in group.machines]
    for guideline in sorted(set(group.guidelines)):
        logs = group.effects[:, :, [each == guideline for each in group.guidelines]]
        for effects, deviation in zip(of_machines, outlying(logs, sure.effect, LEAST_OF_EFFECT), strict=True):
            if deviation:
                effects[guideline] = deviation
    known = []
    alone = []
    times = outlying(group.times, sure.time, LEAST_OF_TIME)
    unrest = disturbed(group.measured, sure.disturbed)
    for results, time, effects, often in zip(group.machines, times, of_machines, unrest, strict=True):
        if time:
            known.append(Twin(results, time, effects, often))
        else:
            alone.append(results)
    return Twins(group.kind, tuple(known), tuple(alone), passes=group.times.shape[1])


def _pair(group: _Group, confidence: float) -> Pair:
    """Two machines: it can be seen that they differ, but not which of them is the odd one."""
    first, second = group.machines
    apart: list[float] = mean_differences(group.times[1] - group.times[0]).tolist()
    logs = [each for each in apart if not isnan(each)]
    ratio = over_passes([OfPass(exp(each)) for each in logs], len(logs))(confidence) if logs else None
    return Pair(group.kind, first, second, ratio)


def _time(measured: Measured, time: PassTime) -> float:
    """The time of an image."""
    return log(time.seconds_per_call / measured.place.condition.batch_size)


def _effect(measured: Measured, time: PassTime) -> float:
    """The slow-down, or the speed-up if that is claimed; a baseline has none."""
    if measured.is_baseline:
        return nan
    return log(time.slowdown) if measured.place.expect == "slower" else -log(time.slowdown)
