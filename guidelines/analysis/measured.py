"""Reduce the samples of a run to quantities: slow-downs, times and noise of each variant."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from guidelines.analysis.draws import Draw, draws
from guidelines.results.model import (
    Circumstances,
    Entry,
    Failure,
    Identity,
    Machine,
    Network,
    Place,
    Run,
    StopReason,
    SweepKey,
)
from guidelines.stats.intervals import Exactly, MedianOf, Quantity, Roughly, ratio_of
from guidelines.stats.noise_floor import noise_floor

Item = TypeVar("Item", bound=Hashable)


@dataclass(frozen=True)
class Measured:
    """A variant as one or more runs of a machine measured it, with the confidence they asked for.

    `circumstances` has an item for each run. `draws` are its slow-downs by placement under cuDNN's
    autotuner. `scatter` is the Birge ratio of the slow-downs under its
    condition, None for a single run. Quantities are functions, which == does not compare.
    """

    identity: Identity
    confidence: float
    rounds: int
    stopped: tuple[StopReason, ...]
    slowdown: Quantity = field(compare=False)
    seconds_per_call: Quantity = field(compare=False)
    control: Quantity | None = field(compare=False)
    circumstances: tuple[Circumstances, ...]
    draws: tuple[Draw, ...] = ()
    runs: int = 1
    scatter: float | None = None

    @property
    def place(self) -> Place:
        """Its place in the tables."""
        return self.identity.place

    @property
    def is_baseline(self) -> bool:
        """True if the slow-downs of the sweep are relative to this variant."""
        return self.place.is_baseline

    @property
    def network(self) -> Network:
        """The parts of its identity that two measurements of the same network share."""
        return self.identity.network

    @property
    def judged_work_ratio(self) -> float:
        """Divisor of the slow-down before it is judged: the work ratio, or 1."""
        return self.identity.work_ratio if self.place.per_multiply_add else 1.0

    @property
    def unit(self) -> str:
        """Suffix for the slow-down that is judged: " per mult-add" or ""."""
        return " per mult-add" if self.place.per_multiply_add else ""

    @property
    def claimed(self) -> str:
        """The claim of its sweep: "slower than g=1", "slower per mult-add than shufflenet_v2_x1_0"."""
        return f"{self.place.expect}{self.unit} than {self.place.baseline}"

    @property
    def judged(self) -> Quantity:
        """The slow-down that its sweep's verdict rests on: of the time, or of the time per multiply-add."""
        return lambda confidence: self.slowdown(confidence).scaled(1 / self.judged_work_ratio)

    @property
    def noise_floor(self) -> float | None:
        """The noise floor of its sweep; None if the control failed or has no interval."""
        return noise_floor(self.control(self.confidence)) if self.control else None

    @property
    def disturbed(self) -> tuple[str, ...]:
        """Reasons why its sweep counts as disturbed, from all runs."""
        return distinct(of_run.disturbed for of_run in self.circumstances)

    @property
    def retried(self) -> tuple[str, ...]:
        """Reasons why earlier measurements of its sweep were dropped, from all runs."""
        return distinct(of_run.retried for of_run in self.circumstances)


@dataclass(frozen=True)
class MachineResults:
    """The results of one machine, from one or more runs in the files `sources`."""

    machine: Machine
    sources: tuple[str, ...]
    measured: tuple[Measured, ...]
    failures: tuple[Failure, ...]
    fingerprint: tuple[float | str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def runs(self) -> int:
        """Number of runs that were merged."""
        return len(self.sources)


def distinct(groups: Iterable[Iterable[Item]]) -> tuple[Item, ...]:
    """Every item of some groups once, in the order in which they first come."""
    every: dict[Item, None] = {}
    for group in groups:
        every.update(dict.fromkeys(group))
    return tuple(every)


def by_sweep(measured: Iterable[Measured]) -> dict[SweepKey, list[Measured]]:
    """The measured variants of each sweep, in the order in which the sweeps first come."""
    sweeps: dict[SweepKey, list[Measured]] = {}
    for each in measured:
        sweeps.setdefault(each.place.sweep_key, []).append(each)
    return sweeps


def results_of(run: Run) -> MachineResults:
    """Reduce the samples of one run to quantities."""
    notes = run.notes
    if run.entries and not any(entry.samples_s for entry in run.entries):
        without = f"{run.source} holds no samples: intervals are as saved, or scaled from those"
        notes = (*notes, without)
    return MachineResults(
        machine=run.machine,
        sources=(run.source,),
        measured=tuple(_measured(entry) for entry in run.entries),
        failures=run.failures,
        fingerprint=tuple(entry.median_s for entry in run.entries) or (run.source,),
        notes=notes,
    )


def _measured(entry: Entry) -> Measured:
    saved = entry.slowdown
    slowdown: Quantity = saved.at
    if entry.is_baseline:
        slowdown = Exactly(1.0, saved.rounds)
    elif entry.samples_s and entry.baseline_samples_s:
        slowdown = ratio_of(entry.samples_s, entry.baseline_samples_s)
    return Measured(
        identity=entry.identity,
        confidence=saved.confidence,
        rounds=saved.rounds,
        stopped=(entry.stopped,),
        slowdown=slowdown,
        seconds_per_call=(
            MedianOf(entry.samples_s) if entry.samples_s else Roughly(entry.median_s, saved.rounds)
        ),
        control=entry.control.at if entry.control else None,
        circumstances=(entry.circumstances,),
        draws=_draws(entry),
    )


def _draws(entry: Entry) -> tuple[Draw, ...]:
    """The slow-downs of a variant by placement; () if cuDNN's autotuner chose nothing that its time shows."""
    is_tuned = entry.place.condition.cudnn == "autotune" and not entry.circumstances.is_launch_bound
    if entry.is_baseline or not is_tuned:
        return ()
    pairs = zip(entry.samples_s, entry.baseline_samples_s, strict=False)  # both, or no samples are there
    ratios = [own_s / baseline_s for own_s, baseline_s in pairs]
    return draws(ratios, entry.circumstances.placed_at)
