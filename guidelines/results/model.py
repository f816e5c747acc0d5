"""Results of a run: entries and failures with their places in the tables, and the machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal, NamedTuple

from guidelines.paper.tables import Figure
from guidelines.results.audit import Audit
from guidelines.results.ceilings import Ceilings
from guidelines.results.disturbance import State
from guidelines.results.machine_facts import Machine as Machine
from guidelines.spec.condition import Condition
from guidelines.spec.sweep import Expectation
from guidelines.spec.work import Cost, Operators
from guidelines.stats.intervals import Estimate
from guidelines.stats.passes import OfPass

StopReason = Literal["precision", "time", "failure"]
# The name of the A/A control among the variants of its sweep, in files and tables.
CONTROL_NAME = "(control)"
# The share of a call's time that none of its parts takes.
REST = "rest"


class TableKey(NamedTuple):
    """Key of a table: a guideline under the condition that its sweeps share."""

    guideline: str
    condition: Condition


class SweepKey(NamedTuple):
    """Key of a sweep, whose variants are measured together, under the condition that its table shares."""

    guideline: str
    condition: Condition
    sweep: str


class VariantKey(NamedTuple):
    """Key of a variant, which is unique in a run."""

    sweep: SweepKey
    variant: str


class Network(NamedTuple):
    """Properties that are equal if two runs measured the same network."""

    widths: tuple[int, ...]
    groups: int
    multiply_adds_per_image: float
    parameters: int | None
    baseline: str


@dataclass(frozen=True)
class Place:
    """Place of a variant in the tables (`row` counts from 0 in its sweep), and the claim on its sweep."""

    guideline: str
    claim: str
    sweep: str
    variant: str
    row: int
    baseline: str
    extreme: str
    expect: Expectation
    condition: Condition
    per_multiply_add: bool = False
    claims_every_row: bool = False

    @property
    def name(self) -> str:
        """Guideline, sweep and variant as one text: "G2 x1 g=8"."""
        return f"{self.guideline} {self.sweep} {self.variant}"

    @property
    def table_key(self) -> TableKey:
        """Key of the table."""
        return TableKey(self.guideline, self.condition.shared)

    @property
    def sweep_key(self) -> SweepKey:
        """Key of the sweep."""
        return SweepKey(self.guideline, self.condition.shared, self.sweep)

    @property
    def key(self) -> VariantKey:
        """Key of the variant."""
        return VariantKey(self.sweep_key, self.variant)

    @property
    def is_baseline(self) -> bool:
        """True if every slow-down of the sweep is relative to this variant."""
        return self.variant == self.baseline


@dataclass(frozen=True)
class Identity:
    """Properties of a variant that do not depend on the run: its place, widths, groups and work.

    `work_ratio` is its multiply-adds over those of the baseline, 1 if one of the two has none.
    """

    place: Place
    widths: tuple[int, ...]
    groups: int
    work: Cost
    work_ratio: float

    @property
    def network(self) -> Network:
        """Properties that are equal if two runs measured the same network."""
        return Network(
            widths=self.widths,
            groups=self.groups,
            multiply_adds_per_image=self.work.multiply_adds / self.place.condition.batch_size,
            parameters=self.work.parameters,
            baseline=self.place.baseline,
        )


@dataclass(frozen=True)
class Circumstances:
    """Circumstances of a variant's measurement; None for what is unknown or not in the file.

    `setup_s` is the time to compile or capture the network. `launch_s` and `device_s` are the times that
    the CPU needs to launch one call and the CUDA device to compute it. `drift` is the last third of the
    rounds over the first: of the slow-down, or of the time for a baseline. `disturbed` are the reasons why
    the sweep is disturbed; `retried` are those of each earlier measurement that was repeated; `noted` is what
    was noticed about its networks, each by name. `placed_at` are the rounds before which the networks were
    built anew. `operators` are those of one call, known in the pass that checked the network. `shares` are
    those of its time that parts of it took, by name, of a network that times them itself; with that of the
    REST they sum to 1.
    """

    state: State | None = None
    drift: Estimate | None = None
    disturbed: tuple[str, ...] = ()
    retried: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    placed_at: tuple[int, ...] = ()
    setup_s: float | None = None
    peak_memory_bytes: int | None = None
    launch_s: float | None = None
    device_s: float | None = None
    operators: tuple[Operators, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_launch_bound(self) -> bool:
        """True if the CPU needs longer to launch a call than the device needs to compute it."""
        return self.launch_s is not None and self.device_s is not None and self.launch_s > self.device_s


@dataclass(frozen=True)
class Pass:
    """One process that measured a variant: its number in the run, its rounds, and the medians over these.

    `slowdown` is the median of the ratios within rounds, `control` that of the A/A control, None if the
    control failed; both with the deviation that the pass knows of itself.
    """

    number: int
    rounds: int
    calls_per_sample: int
    slowdown: OfPass
    control: OfPass | None
    seconds_per_call: float
    circumstances: Circumstances = Circumstances()


@dataclass(frozen=True)
class Entry:
    """One measured variant; times are in seconds per call.

    Samples are those of all passes, one pass after the other. `lost` are the reasons why passes are missing.
    `max_time_s` is the time that the run was given for it (--benchmark-max-time), None if unknown.
    """

    identity: Identity
    slowdown: Estimate
    control: Estimate | None
    paper: Figure | None
    seed: int
    stopped: StopReason
    median_s: float
    passes: tuple[Pass, ...]
    lost: tuple[str, ...] = ()
    samples_s: tuple[float, ...] = ()
    baseline_samples_s: tuple[float, ...] = ()
    control_samples_s: tuple[float, ...] = ()
    max_time_s: float | None = None

    @property
    def place(self) -> Place:
        """Place in the tables."""
        return self.identity.place

    @property
    def is_baseline(self) -> bool:
        """True if every slow-down of the sweep is relative to this entry."""
        return self.place.is_baseline

    def by_pass(self, samples_s: tuple[float, ...]) -> list[tuple[float, ...]]:
        """Samples of all passes, of this variant or its baseline, cut into those of each pass; [] if none."""
        if not samples_s:
            return []
        ends = list(accumulate(each.rounds for each in self.passes))
        return [samples_s[end - each.rounds : end] for each, end in zip(self.passes, ends, strict=True)]


@dataclass(frozen=True)
class Failure:
    """A variant, or the control of its sweep, that failed or was skipped, with the reason."""

    place: Place
    widths: tuple[int, ...]
    work: Cost
    reason: str
    is_skip: bool = False
    is_control: bool = False


@dataclass(frozen=True)
class Run:
    """Entries and failures of one run in order; each entry holds its baseline's samples.

    `source` is the path of the file, "" for a run that was not saved. `notes` are for the reader of a report.
    `ceilings` are those of its devices, from each pass that measured them. `is_too_short_for_ceilings` is
    True if its passes left no time to measure any; False, too, if that is not known. `audit` says what the
    variants are if the run is of one.
    """

    entries: tuple[Entry, ...]
    failures: tuple[Failure, ...]
    machine: Machine = field(default_factory=Machine)
    source: str = ""
    notes: tuple[str, ...] = ()
    ceilings: tuple[Ceilings, ...] = ()
    is_too_short_for_ceilings: bool = False
    audit: Audit | None = None
