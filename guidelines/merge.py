"""Runs become the results of a machine: samples become quantities, repeated runs become one."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from guidelines.combine import pooled
from guidelines.results import Circumstances, Entry, Failure, Machine, Place, Run, SweepKey
from guidelines.stats import Exactly, MedianOf, Quantity, Roughly, ratio_of

# The parts of `Measured.network`, by name.
NETWORK = ("channels", "groups", "multiply-adds an image", "parameters", "baseline")


class MergeError(Exception):
    """Runs that cannot be merged; its message is one line."""


@dataclass(frozen=True)
class Measured:
    """One variant as one or more runs of a machine measured it; `confidence` is what they asked for.

    `circumstances` are those of each run. `scatter` is the Birge ratio of the slow-downs under its
    condition, None for a single run.
    """

    place: Place
    channels: tuple[int, ...]
    groups: int
    multiply_adds: int
    memory_access: int
    parameters: int
    work_ratio: float
    confidence: float
    rounds: int
    stopped: str
    slowdown: Quantity = field(compare=False)
    seconds_per_call: Quantity = field(compare=False)
    control: Quantity | None = field(compare=False)
    circumstances: tuple[Circumstances, ...]
    runs: int = 1
    scatter: float | None = None
    conv_memory_access: int | None = None

    @property
    def is_baseline(self) -> bool:
        """Whether every slow-down of the sweep is relative to this variant."""
        return self.place.variant == self.place.baseline

    @property
    def work(self) -> float:
        """What its slow-down is divided by before it is judged: the work ratio, or 1."""
        return self.work_ratio if self.place.per_multiply_add else 1.0

    @property
    def unit(self) -> str:
        """What follows its slow-down where that is judged: " per mult-add", or nothing."""
        return " per mult-add" if self.place.per_multiply_add else ""

    @property
    def claimed(self) -> str:
        """What its sweep claims: "slower than g=1", "slower per mult-add than shufflenet_v2_x1_0"."""
        return f"{self.place.expect}{self.unit} than {self.place.baseline}"

    @property
    def judged(self) -> Quantity:
        """The slow-down that its sweep's verdict is about: of the time, or of the time per multiply-add."""
        return lambda confidence: self.slowdown(confidence).scaled(1 / self.work)

    @property
    def disturbed(self) -> tuple[str, ...]:
        """What disturbed its sweep in any run."""
        return distinct(of_run.disturbed for of_run in self.circumstances)

    @property
    def network(self) -> tuple[Hashable, ...]:
        """What has to be equal for two measurements to be of the same work, apart from the batch."""
        per_image = self.multiply_adds / self.place.condition.batch_size
        return self.channels, self.groups, per_image, self.parameters, self.place.baseline


@dataclass(frozen=True)
class Results:
    """What one machine gave, in one or more runs, whose files are `sources`."""

    machine: Machine
    sources: tuple[str, ...]
    measured: tuple[Measured, ...]
    failures: tuple[Failure, ...]
    fingerprint: tuple[float | str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def runs(self) -> int:
        """Runs that were merged."""
        return len(self.sources)


def distinct(reasons: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Every reason once, in the order in which they first come."""
    return tuple(dict.fromkeys(reason for of_run in reasons for reason in of_run))


def by_sweep(measured: Iterable[Measured]) -> dict[SweepKey, list[Measured]]:
    """What was measured of every sweep, in the order in which the sweeps first come."""
    sweeps: dict[SweepKey, list[Measured]] = {}
    for each in measured:
        sweeps.setdefault(each.place.sweep_key, []).append(each)
    return sweeps


def reduced(run: Run) -> Results:
    """One run with its samples reduced to quantities."""
    measured = tuple(_measured(entry) for entry in run.entries)
    fingerprint = tuple(entry.median_s for entry in run.entries) or (run.source,)
    notes = run.notes
    if run.entries and not any(entry.samples_s for entry in run.entries):
        notes = (
            *notes,
            f"{run.source} holds no samples: intervals are as saved, or scaled from those",
        )
    return Results(run.machine, (run.source,), measured, run.failures, fingerprint, notes)


def merged(results: Sequence[Results]) -> Results:
    """Runs of one machine as one; a run that is there twice counts once, and a note says so.

    Raises MergeError where two runs measured different networks under the same name, or judge them
    differently.
    """
    distinct: dict[tuple[float | str, ...], Results] = {}
    notes: list[str] = []
    for result in results:
        first = distinct.setdefault(result.fingerprint, result)
        if first is not result:
            notes.append(f"{result.sources[0]} holds the run of {first.sources[0]}: counted once")
    notes += [note for result in distinct.values() for note in result.notes]
    if len(distinct) == 1:
        return replace(results[0], notes=tuple(notes))
    found: dict[Hashable, list[tuple[str, Measured]]] = {}
    for result in distinct.values():
        for measured in result.measured:
            found.setdefault(measured.place.key, []).append((result.sources[0], measured))
    for sourced in found.values():
        _check_alike(sourced)
    failures = _failed(
        [failure for result in distinct.values() for failure in result.failures], len(distinct)
    )
    return Results(
        results[0].machine,
        tuple(source for result in distinct.values() for source in result.sources),
        _pool([[measured for _, measured in sourced] for sourced in found.values()]),
        failures,
        notes=tuple(notes),
    )


def by_machine(results: Iterable[Results]) -> list[Results]:
    """Results of each machine merged, machines in the order in which they first come.

    Files that do not say their host and torch are each a machine of their own.
    """
    found: dict[Hashable, list[Results]] = {}
    for result in results:
        machine = result.machine
        key: Hashable = machine if machine.node and machine.torch else (machine, result.sources)
        found.setdefault(key, []).append(result)
    return [merged(runs) for runs in found.values()]


def _measured(entry: Entry) -> Measured:
    saved, confidence = entry.slowdown, entry.slowdown.confidence
    slowdown: Quantity
    if entry.is_baseline:
        slowdown = Exactly(1.0, saved.rounds)
    elif entry.samples_s and entry.baseline_samples_s:
        slowdown = ratio_of(entry.samples_s, entry.baseline_samples_s)
    else:
        slowdown = saved.at
    seconds = MedianOf(entry.samples_s) if entry.samples_s else Roughly(entry.median_s, saved.rounds)
    return Measured(
        place=entry.place,
        channels=entry.channels,
        groups=entry.groups,
        multiply_adds=entry.multiply_adds,
        memory_access=entry.memory_access,
        parameters=entry.parameters,
        work_ratio=entry.work_ratio,
        confidence=confidence,
        rounds=saved.rounds,
        stopped=entry.stopped,
        slowdown=slowdown,
        seconds_per_call=seconds,
        control=entry.control.at if entry.control else None,
        circumstances=(entry.circumstances,),
        conv_memory_access=entry.conv_memory_access,
    )


def _failed(failures: Sequence[Failure], runs: int) -> tuple[Failure, ...]:
    """One failure a variant, which says in how many runs it failed and how the first time."""
    found: dict[Place, list[Failure]] = {}
    for failure in failures:
        found.setdefault(failure.place, []).append(failure)
    return tuple(
        replace(repeats[0], reason=f"in {len(repeats)} of {runs} runs: {repeats[0].reason}")
        for repeats in found.values()
    )


def _check_alike(sourced: Sequence[tuple[str, Measured]]) -> None:
    source, first = sourced[0]
    for other_source, other in sourced[1:]:
        named = f"{other_source}: {first.place.name}"
        if other.network != first.network:
            raise MergeError(
                f"{named} is another network than in {source} ({_difference(other, first)}); runs of "
                "different networks can be compared as two files, not merged"
            )
        if other.claimed != first.claimed:
            raise MergeError(
                f"{named} is judged otherwise than in {source} ({other.claimed} | {first.claimed}); runs "
                "that are judged differently can be reported a file at a time, not merged"
            )


def _difference(other: Measured, first: Measured) -> str:
    """The first part of what a network is in which two differ: "channels (48,) | (64,)"."""
    pairs = zip(NETWORK, other.network, first.network, strict=True)
    return next(f"{name} {its} | {firsts}" for name, its, firsts in pairs if its != firsts)


def _pool(groups: Sequence[Sequence[Measured]]) -> tuple[Measured, ...]:
    """Repeated measurements as one each; those of one condition and as many runs are a family."""
    families: dict[Hashable, list[Sequence[Measured]]] = {}
    for group in groups:
        families.setdefault((group[0].place.condition, len(group)), []).append(group)
    together = {
        group[0].place: measured
        for family in families.values()
        for group, measured in zip(family, _pool_family(family), strict=True)
    }
    return tuple(together[group[0].place] for group in groups)


def _pool_family(family: Sequence[Sequence[Measured]]) -> list[Measured]:
    runs = len(family[0])
    if runs == 1:
        return [group[0] for group in family]
    sweeps = {group[0].place.sweep_key: group for group in family}
    ratios = pooled(
        [[m.slowdown for m in group] for group in family if not group[0].is_baseline], len(sweeps)
    )
    # What slows a whole run slows every time in it: only the runs are independent.
    seconds = cache(lambda: pooled([[m.seconds_per_call for m in group] for group in family], 1))
    slowdowns = iter(ratios.quantities)
    controls = _pool_controls(sweeps)
    return [
        replace(
            group[0],
            confidence=max(m.confidence for m in group),
            rounds=sum(m.rounds for m in group),
            stopped=" and ".join(dict.fromkeys(m.stopped for m in group)),
            slowdown=group[0].slowdown if group[0].is_baseline else next(slowdowns),
            seconds_per_call=lambda confidence, k=k: seconds().quantities[k](confidence),  # type: ignore[misc]
            control=controls.get(group[0].place.sweep_key),
            circumstances=tuple(of_run for m in group for of_run in m.circumstances),
            runs=runs,
            scatter=ratios.scatter,
        )
        for k, group in enumerate(family)
    ]


def _pool_controls(sweeps: dict[SweepKey, Sequence[Measured]]) -> dict[SweepKey, Quantity]:
    """The A/A control of each sweep, over the runs in which it did not fail."""
    known = {key: [m.control for m in group if m.control] for key, group in sweeps.items()}
    found = {key: controls[0] for key, controls in known.items() if len(controls) == 1}
    for runs in {len(controls) for controls in known.values()} - {0, 1}:
        family = {key: controls for key, controls in known.items() if len(controls) == runs}
        quantities = pooled(list(family.values()), len(family)).quantities
        found |= dict(zip(family, quantities, strict=True))
    return found
