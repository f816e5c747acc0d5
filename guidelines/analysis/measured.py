"""Reduce the samples of a run to quantities: slow-downs, times and noise of each variant."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from guidelines.analysis.draws import Draw, draws
from guidelines.analysis.of_passes import controls_over_passes, slowdowns_over_passes
from guidelines.analysis.pass_times import PassTime, pass_times
from guidelines.results.ceilings import Ceilings
from guidelines.results.model import (
    Circumstances,
    Entry,
    Failure,
    Identity,
    Machine,
    Network,
    Pass,
    Place,
    Run,
    StopReason,
    SweepKey,
)
from guidelines.spec.work import Operators
from guidelines.stats.intervals import Exactly, MedianOf, Quantity, Roughly, ratio_of
from guidelines.stats.noise_floor import noise_floor
from guidelines.stats.passes import OfPass, over_passes

Item = TypeVar("Item", bound=Hashable)
# One odd pass in this many hardly moves the centre of the others.
PASSES_FOR_AN_ODD_ONE = 5


@dataclass(frozen=True)
class Measured:
    """A variant as one or more runs of a machine measured it, with the confidence they asked for.

    `circumstances` has an item for each pass, `passes` is the number of passes of all runs, and
    `is_one_process` is True if it is one run of a single pass: its interval does not cover other runs.
    `lost` are the reasons why passes are missing. `draws` are its slow-downs by placement under cuDNN's
    autotuner. `scatter` is the Birge ratio of the slow-downs under its condition, None for a single run.
    `fingerprints` tell its passes from all others, also in files without samples. `max_time_s` is the time
    that a run was given for it, None if unknown. `times` are those of its passes.
    Quantities are functions, which == does not compare.
    """

    identity: Identity
    confidence: float
    rounds: int
    stopped: tuple[StopReason, ...]
    slowdown: Quantity = field(compare=False)
    seconds_per_call: Quantity = field(compare=False)
    control: Quantity | None = field(compare=False)
    circumstances: tuple[Circumstances, ...]
    passes: int = 1
    is_one_process: bool = False
    lost: tuple[str, ...] = ()
    draws: tuple[Draw, ...] = ()
    runs: int = 1
    scatter: float | None = None
    fingerprints: tuple[Hashable, ...] = ()
    max_time_s: float | None = None
    times: tuple[PassTime, ...] = ()

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
    def unit(self) -> str:
        """Suffix for what its sweep claims: " per mult-add" or ""."""
        return " per mult-add" if self.place.per_multiply_add else ""

    @property
    def claimed(self) -> str:
        """The claim of its sweep: "slower than g=1", "slower per mult-add than shufflenet_v2_x1_0"."""
        return f"{self.place.expect}{self.unit} than {self.place.baseline}"

    @property
    def noise_floor(self) -> float | None:
        """The noise floor of its sweep; None if the control failed or has no interval."""
        return noise_floor(self.control(self.confidence)) if self.control else None

    @property
    def disturbed(self) -> tuple[str, ...]:
        """Reasons why passes of its sweep count as disturbed, from all runs."""
        return distinct(of_pass.disturbed for of_pass in self.circumstances)

    @property
    def noted(self) -> tuple[str, ...]:
        """Notes on what was noticed about networks of its sweep, from all passes and runs."""
        return distinct(of_pass.noted for of_pass in self.circumstances)

    @property
    def is_disturbed(self) -> bool:
        """True if so many of its passes were disturbed that its figures move: more than one in five."""
        disturbed = [of_pass for of_pass in self.circumstances if of_pass.disturbed]
        return len(disturbed) * PASSES_FOR_AN_ODD_ONE > len(self.circumstances)

    @property
    def operators(self) -> tuple[Operators, ...]:
        """The operators of one call; () if the file does not hold them."""
        return next((of_pass.operators for of_pass in self.circumstances if of_pass.operators), ())

    @property
    def retried(self) -> tuple[str, ...]:
        """Reasons why earlier measurements of its sweep were dropped, from all runs."""
        return distinct(of_pass.retried for of_pass in self.circumstances)


@dataclass(frozen=True)
class MachineResults:
    """The results of one machine, from one or more runs in the files `sources`."""

    machine: Machine
    sources: tuple[str, ...]
    measured: tuple[Measured, ...]
    failures: tuple[Failure, ...]
    fingerprint: tuple[float | str, ...] = ()
    notes: tuple[str, ...] = ()
    ceilings: tuple[Ceilings, ...] = ()
    is_too_short_for_ceilings: bool = False

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
    if run.entries and not any(entry.samples_s or len(entry.passes) > 1 for entry in run.entries):
        without = f"{run.source} holds no samples: intervals are as saved, or scaled from those"
        notes = (*notes, without)
    slowdowns, controls = slowdowns_over_passes(run.entries), controls_over_passes(run.entries)
    measured = []
    for entry in run.entries:
        place = entry.place
        measured.append(_measured(entry, slowdowns.get(place.key), controls.get(place.sweep_key)))
    return MachineResults(
        machine=run.machine,
        sources=(run.source,),
        measured=tuple(measured),
        failures=run.failures,
        fingerprint=tuple(entry.median_s for entry in run.entries) or (run.source,),
        notes=notes,
        ceilings=run.ceilings,
        is_too_short_for_ceilings=run.is_too_short_for_ceilings,
    )


def _measured(entry: Entry, slowdown: Quantity | None, control: Quantity | None) -> Measured:
    """A variant with its slow-down and control over passes; None for those of a single pass."""
    confidence, rounds = entry.slowdown.confidence, entry.slowdown.rounds
    return Measured(
        identity=entry.identity,
        confidence=confidence,
        rounds=rounds,
        stopped=(entry.stopped,),
        slowdown=slowdown or _slowdown_of_one_pass(entry),
        seconds_per_call=_seconds_per_call(entry),
        control=control or (entry.control.at if entry.control else None),
        circumstances=tuple(_circumstances(entry)),
        draws=_draws(entry),
        passes=len(entry.passes),
        is_one_process=len(entry.passes) == 1,
        lost=entry.lost,
        fingerprints=tuple(map(_fingerprint, entry.passes)),
        max_time_s=entry.max_time_s,
        times=pass_times(entry),
    )


def _fingerprint(of_pass: Pass) -> Hashable:
    """Figures of a pass that no other pass has: all digits of its medians, and the time it took."""
    state = of_pass.circumstances.state
    return (
        *(of_pass.rounds, of_pass.calls_per_sample, of_pass.seconds_per_call, of_pass.slowdown.estimate),
        of_pass.control and of_pass.control.estimate,
        state and state.watched_s,
    )


def _draws(entry: Entry) -> tuple[Draw, ...]:
    """The slow-downs of a variant by placement; () if cuDNN's autotuner chose nothing that its time shows."""
    is_launch_bound = any(each.circumstances.is_launch_bound for each in entry.passes)
    if entry.is_baseline or entry.place.condition.cudnn != "autotune" or is_launch_bound:
        return ()
    of_passes: list[Draw] = []
    samples = zip(
        entry.passes, entry.by_pass(entry.samples_s), entry.by_pass(entry.baseline_samples_s), strict=False
    )
    for each, series_s, baseline_s in samples:
        ratios = [own_s / base_s for own_s, base_s in zip(series_s, baseline_s, strict=True)]
        of_passes += draws(ratios, each.circumstances.placed_at)
    return tuple(of_passes)


def _circumstances(entry: Entry) -> Iterator[Circumstances]:
    """The circumstances of each pass; one of several names its number, with all that disturbed it."""
    for each in entry.passes:
        disturbed = each.circumstances.disturbed
        if disturbed and len(entry.passes) > 1:
            disturbed = (f"pass {each.number}: {'; '.join(disturbed)}",)
        yield replace(each.circumstances, disturbed=disturbed)


def _slowdown_of_one_pass(entry: Entry) -> Quantity:
    if entry.is_baseline:
        return Exactly(1.0, entry.slowdown.rounds)
    if entry.samples_s and entry.baseline_samples_s:
        return ratio_of(entry.samples_s, entry.baseline_samples_s)
    return entry.slowdown.at


def _seconds_per_call(entry: Entry) -> Quantity:
    rounds = entry.slowdown.rounds
    if len(entry.passes) == 1:
        return MedianOf(entry.samples_s) if entry.samples_s else Roughly(entry.median_s, rounds)
    return over_passes([OfPass(each.seconds_per_call) for each in entry.passes], rounds)
